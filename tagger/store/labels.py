"""What people said of papers: annotations and decisions, both append-only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tagger.domain.labels import Annotation, Decision, united
from tagger.domain.tags import TagSet
from tagger.store.papers import Saved
from tagger.store.rows import json_text, tags_of, tags_text, time_of, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


class Labels:
    """The annotations and decisions of the workspace."""

    def __init__(self, db: Database, tag_set: TagSet) -> None:
        self._db = db
        self._tag_set = tag_set

    def annotate(self, annotations: Iterable[Annotation], *, source: str, tag_set_version: int, now: datetime) -> Saved:
        """Append annotations that say something else than their annotator's last one for the paper.

        ``source`` is where they came from, ``tag_set_version`` that of those that don't say their own. One that is
        older than what its annotator said last is kept as history and told as unchanged. Raises sqlite3.IntegrityError
        if a paper isn't there.
        """
        counts = {"new": 0, "changed": 0, "unchanged": 0}
        for annotation in annotations:
            row = _annotation_row(annotation)
            last = self._last_of(annotation.paper_id, annotation.annotator, before="9999")
            known = self._last_of(annotation.paper_id, annotation.annotator, before=row["at"])
            repeated = known is not None and self._content(row) == self._content(known)
            if not repeated and not (annotation.withdrawn and known is None):
                version = annotation.tag_set or tag_set_version
                stamps = {"tag_set_version": version, "source": source, "recorded_at": time_text(now)}
                self._db.table("annotations").insert(row | stamps)
            if repeated or (annotation.withdrawn and known is None) or last != known:
                counts["unchanged"] += 1
            else:
                counts["changed" if last else "new"] += 1
        return Saved(counts["new"], counts["changed"], counts["unchanged"])

    def decide(self, decisions: Iterable[Decision], now: datetime) -> int:
        """Append decisions, none twice (who, what and when make it the same). Returns how many were new."""
        new = 0
        for decision in decisions:
            row = _decision_row(decision)
            keys = ("paper_id", "dimension", "tag", "verdict", "decider", "at", "rule")
            where = " AND ".join(f"{key} IS ?" for key in keys)
            known = self._db.execute(f"SELECT 1 FROM decisions WHERE {where} LIMIT 1", [row[k] for k in keys])
            if known.fetchone() is None:
                self._db.table("decisions").insert(row | {"recorded_at": time_text(now)})
                new += 1
        return new

    def annotations(
        self,
        paper_ids: Sequence[str] | None = None,
        *,
        sources: Collection[str] | None = None,
        with_former: bool = False,
    ) -> dict[str, list[Annotation]]:
        """Return all that annotators said, by paper id and oldest first; of all papers if no ids are given.

        With ``sources``, only what came from one of them; ``with_former`` tells also tags that were retired or split.
        """
        found: dict[str, list[Annotation]] = defaultdict(list)
        for row in self._rows("annotations", paper_ids):
            if sources is None or row["source"] in sources:
                found[row["paper_id"]].append(self._annotation(row, with_former=with_former))
        return dict(found)

    def decisions(self, paper_ids: Sequence[str] | None = None) -> dict[str, list[Decision]]:
        """Return all decisions, by paper id and oldest first; of all papers if no ids are given.

        Those on a tag that was retired or split since are left out.
        """
        found: dict[str, list[Decision]] = defaultdict(list)
        for row in self._rows("decisions", paper_ids):
            found[row["paper_id"]].append(_decision(row))
        return {paper_id: united(decisions, self._tag_set) for paper_id, decisions in found.items()}

    def decided_by_rules(self, model: str) -> Counter[str]:
        """Return on how many tags that a model version suggested each rule decided, without those retired since."""
        found: Counter[str] = Counter()
        for rule, dimension, tag, number in self._db.execute(
            "SELECT rule, dimension, tag, count(*) FROM decisions WHERE model = ? AND rule IS NOT NULL "
            "GROUP BY rule, dimension, tag",
            [model],
        ):
            if self._tag_set.present(dimension, tag) is not None:
                found[rule] += number
        return found

    def _annotation(self, row: dict[str, Any], *, with_former: bool) -> Annotation:
        said = tags_of(row["tags"])
        silent = row["skipped"] or row["withdrawn"]
        return Annotation(
            paper_id=row["paper_id"],
            annotator=row["annotator"],
            at=time_of(row["at"]),
            tags=self._tag_set.translated(said, with_former=with_former),
            skipped=bool(row["skipped"]),
            withdrawn=bool(row["withdrawn"]),
            tag_set=row["tag_set_version"],
            unasked=frozenset() if silent else self._tag_set.unasked(said, row["tag_set_version"]),
        )

    def _content(self, row: dict[str, Any]) -> tuple[str, int, int]:
        """Return what an annotation's row says, whatever its tags were called then."""
        tags = self._tag_set.translated(tags_of(row["tags"])).items()
        return (
            tags_text({dimension: tuple(sorted(chosen)) for dimension, chosen in tags}),
            row["skipped"],
            row["withdrawn"],
        )

    def _rows(self, table: str, paper_ids: Sequence[str] | None) -> Iterable[dict[str, Any]]:
        if paper_ids is None:
            return self._db.query(f"SELECT * FROM {table} ORDER BY paper_id, at, seq")
        where = "WHERE paper_id IN (SELECT value FROM json_each(?)) ORDER BY paper_id, at, seq"
        return self._db.query(f"SELECT * FROM {table} {where}", [json_text(list(paper_ids))])

    def _last_of(self, paper_id: str, annotator: str, *, before: str) -> dict[str, Any] | None:
        where = "WHERE paper_id = ? AND annotator = ? AND at <= ? ORDER BY at DESC, seq DESC LIMIT 1"
        return next(iter(self._db.query(f"SELECT * FROM annotations {where}", [paper_id, annotator, before])), None)


def _annotation_row(annotation: Annotation) -> dict[str, Any]:
    return {
        "paper_id": annotation.paper_id,
        "annotator": annotation.annotator,
        "at": time_text(annotation.at),
        "tags": tags_text(annotation.tags),
        "skipped": int(annotation.skipped),
        "withdrawn": int(annotation.withdrawn),
    }


def _decision_row(decision: Decision) -> dict[str, Any]:
    return {
        "paper_id": decision.paper_id,
        "dimension": decision.dimension,
        "tag": decision.tag,
        "verdict": decision.verdict,
        "decider": decision.by,
        "at": time_text(decision.at),
        "rule": decision.rule,
        "model": decision.model,
        "score": decision.score,
    }


def _decision(row: dict[str, Any]) -> Decision:
    return Decision(
        paper_id=row["paper_id"],
        dimension=row["dimension"],
        tag=row["tag"],
        verdict=row["verdict"],
        by=row["decider"],
        at=time_of(row["at"]),
        rule=row["rule"],
        model=row["model"],
        score=row["score"],
    )
