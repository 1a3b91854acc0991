"""Suggestions of model versions, append-only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tagger.domain.labels import Suggestion, SuggestionSummary, translated
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
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

    def summaries(self, paper_ids: Sequence[str], model: str) -> dict[str, SuggestionSummary]:
        """Return a model version's suggestions for the papers' present texts in short, by paper id."""
        path = """'$."' || d.key || '"."' || t.value || '"'"""
        score = f"(SELECT avg(json_extract(s.scores, {path})) FROM json_each(s.tags) d, json_each(d.value) t)"
        rows = self._db.execute(
            f"SELECT s.paper_id, s.tags, coalesce({score}, 0.0), s.needs_review FROM suggestions s "
            "JOIN papers p ON p.id = s.paper_id AND p.text_hash = s.text_hash "
            "WHERE s.model = ? AND s.paper_id IN (SELECT value FROM json_each(?))",
            [model, json_text(list(paper_ids))],
        )
        return {
            paper_id: SuggestionSummary(self._tag_set.translated(tags_of(tags)), score, bool(needs_review))
            for paper_id, tags, score, needs_review in rows
        }


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
