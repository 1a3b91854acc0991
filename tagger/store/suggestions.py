"""Suggestions of model versions, append-only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tagger.domain.labels import Suggestion, translated
from tagger.domain.paper import Paper
from tagger.domain.tags import Tags, TagSet
from tagger.store.rows import evidence_of, evidence_text, json_text, object_of, tags_of, tags_text, time_of, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


class Suggestions:
    """What model versions suggested, each for the text the paper had then."""

    def __init__(self, db: Database, tag_set: TagSet) -> None:
        self._db = db
        self._tag_set = tag_set

    def save(self, suggestions: Iterable[tuple[Paper, Suggestion]]) -> int:
        """Append suggestions, each with the paper as the model read it. Returns how many were new."""
        before = self._db.conn.total_changes
        self._db.table("suggestions").insert_all(
            (
                {
                    "paper_id": suggestion.paper_id,
                    "model": suggestion.model,
                    "text_hash": paper.text_hash,
                    "at": time_text(suggestion.at),
                    "tags": tags_text(suggestion.tags),
                    "scores": json_text(suggestion.scores),
                    "needs_review": int(suggestion.needs_review),
                    "evidence": evidence_text(suggestion.evidence),
                }
                for paper, suggestion in suggestions
            ),
            ignore=True,
        )
        return int(self._db.conn.total_changes - before)

    def of(
        self, paper_ids: Sequence[str] | None = None, *, model: str | None = None, only_tags: bool = False
    ) -> dict[str, list[Suggestion]]:
        """Return the suggestions for the papers' present texts, by paper id, oldest first, of one model or of all.

        With ``only_tags`` they come without scores and evidence, which take most of the time to read.
        """
        rest = "'{}' AS scores, '{}' AS evidence" if only_tags else "s.scores, s.evidence"
        sql = (
            f"SELECT s.paper_id, s.model, s.at, s.tags, s.needs_review, {rest} "
            "FROM suggestions s JOIN papers p ON p.id = s.paper_id AND p.text_hash = s.text_hash WHERE 1"
        )
        values = []
        if model is not None:
            sql += " AND s.model = ?"
            values.append(model)
        if paper_ids is not None:
            sql += " AND s.paper_id IN (SELECT value FROM json_each(?))"
            values.append(json_text(list(paper_ids)))
        found: dict[str, list[Suggestion]] = defaultdict(list)
        for row in self._db.query(sql + " ORDER BY s.seq", values):
            found[row["paper_id"]].append(translated(_suggestion(row), self._tag_set))
        return dict(found)

    def tags(self) -> Iterator[tuple[str, Tags]]:
        """Yield the paper's id and the tags of every suggestion for a paper's present text."""
        present = "JOIN papers p ON p.id = s.paper_id AND p.text_hash = s.text_hash"
        for paper_id, tags in self._db.execute(f"SELECT s.paper_id, s.tags FROM suggestions s {present}"):
            yield paper_id, tags_of(tags)


def _suggestion(row: dict[str, Any]) -> Suggestion:
    return Suggestion(
        paper_id=row["paper_id"],
        model=row["model"],
        at=time_of(row["at"]),
        tags=tags_of(row["tags"]),
        scores=object_of(row["scores"]),
        needs_review=bool(row["needs_review"]),
        evidence=evidence_of(row["evidence"]),
    )
