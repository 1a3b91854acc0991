"""Which of the tags that a rule accepted were drawn for a blind check, append-only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tagger.domain.labels import Audit
from tagger.domain.tags import TagSet
from tagger.store.rows import time_of, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


class Audits:
    """The tags drawn so far."""

    def __init__(self, db: Database, tag_set: TagSet) -> None:
        self._db = db
        self._tag_set = tag_set

    def draw(self, audits: Iterable[Audit]) -> None:
        """Append drawn tags; one that was drawn before for the same rule and model version stays as it was."""
        rows = [
            {
                "paper_id": audit.paper_id,
                "dimension": audit.dimension,
                "tag": audit.tag,
                "rule": audit.rule,
                "model": audit.model,
                "score": audit.score,
                "at": time_text(audit.at),
            }
            for audit in audits
        ]
        self._db.table("audits").insert_all(rows, ignore=True)

    def all(self) -> dict[str, list[Audit]]:
        """Return all drawn tags that weren't retired or split since, by paper id, those drawn first in front."""
        found: dict[str, list[Audit]] = {}
        for row in self._db.query("SELECT * FROM audits ORDER BY seq"):
            tag = self._tag_set.present(row["dimension"], row["tag"])
            if tag is not None:
                found.setdefault(row["paper_id"], []).append(_audit(row | {"tag": tag}))
        return found


def _audit(row: dict[str, Any]) -> Audit:
    return Audit(
        paper_id=row["paper_id"],
        dimension=row["dimension"],
        tag=row["tag"],
        rule=row["rule"],
        model=row["model"],
        score=row["score"],
        at=time_of(row["at"]),
    )
