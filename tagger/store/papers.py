"""Papers, their former texts, and the digests they stand in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tagger.domain.paper import Entry, Paper
from tagger.store.rows import json_text, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Saved:
    """How many records a save found new, changed or known already; ``ids`` are all of them in order."""

    new: int
    changed: int
    unchanged: int
    ids: tuple[str, ...] = ()


class Papers:
    """The papers of the workspace."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, entries: Iterable[Entry], now: datetime) -> Saved:
        """Save papers and their places in digests; what a source leaves empty doesn't erase what is known.

        A paper whose fields differ is a change: its former state is kept as a revision.
        """
        counts = {"new": 0, "changed": 0, "unchanged": 0}
        ids: dict[str, None] = {}
        for entry in entries:
            counts[self._save_paper(entry.paper, now)] += 1
            ids[entry.paper.id] = None
            if entry.digest:
                self._add_to_digest(entry.digest, entry.paper.id, now)
        return Saved(counts["new"], counts["changed"], counts["unchanged"], tuple(ids))

    def find(self, paper_id: str) -> Paper | None:
        """Return the paper of that id, or None."""
        return next(self.of([paper_id]), None)

    def of(self, paper_ids: Sequence[str]) -> Iterator[Paper]:
        """Yield the papers of those ids that are there, ordered by id."""
        where = "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        yield from map(_paper, self._db.query(f"SELECT * FROM papers {where}", [json_text(list(paper_ids))]))

    def all(self) -> Iterator[Paper]:
        """Yield every paper, ordered by id."""
        yield from map(_paper, self._db.query("SELECT * FROM papers ORDER BY id"))

    def in_digest(self, day: date) -> list[Paper]:
        """Return the papers of a digest in its own order: none, if there is no such digest."""
        sql = "SELECT p.* FROM digest_papers d JOIN papers p ON p.id = d.paper_id WHERE d.day = ? ORDER BY d.position"
        return [_paper(row) for row in self._db.query(sql, [day.isoformat()])]

    def digest_days(self) -> dict[date, int]:
        """Return every digest's day and its number of papers, latest first."""
        rows = self._db.query("SELECT day, count(*) AS n FROM digest_papers GROUP BY day ORDER BY day DESC")
        return {date.fromisoformat(row["day"]): row["n"] for row in rows}

    def digests_of(self, paper_ids: Sequence[str]) -> dict[str, date]:
        """Return the latest digest of each paper that stands in one."""
        sql = "SELECT paper_id, max(day) AS day FROM digest_papers WHERE paper_id IN (SELECT value FROM json_each(?)) "
        rows = self._db.query(sql + "GROUP BY paper_id", [json_text(list(paper_ids))])
        return {row["paper_id"]: date.fromisoformat(row["day"]) for row in rows}

    def count(self) -> int:
        """Return how many papers there are."""
        return int(self._db.execute("SELECT count(*) FROM papers").fetchone()[0])

    def _save_paper(self, paper: Paper, now: datetime) -> str:
        known = self.find(paper.id)
        if known is None:
            stamps = {"added_at": time_text(now), "changed_at": time_text(now)}
            self._db.table("papers").insert(_row(paper) | stamps)
            return "new"
        given = {f.name: getattr(paper, f.name) for f in fields(Paper)}
        merged = replace(known, **{name: value for name, value in given.items() if value not in (None, "", ())})
        if merged == known:
            return "unchanged"
        former = {key: value for key, value in _row(known).items() if key not in ("id", "text_hash")}
        revision = former | {"paper_id": known.id, "replaced_at": time_text(now)}
        self._db.table("paper_revisions").insert(revision)
        self._db.table("papers").update(paper.id, _row(merged) | {"changed_at": time_text(now)})
        return "changed"

    def _add_to_digest(self, day: date, paper_id: str, now: datetime) -> None:
        self._db.table("digests").insert({"day": day.isoformat(), "added_at": time_text(now)}, ignore=True)
        self._db.execute(
            "INSERT OR IGNORE INTO digest_papers(day, paper_id, position) "
            "SELECT ?, ?, coalesce(max(position), 0) + 1 FROM digest_papers WHERE day = ?",
            [day.isoformat(), paper_id, day.isoformat()],
        )


def _row(paper: Paper) -> dict[str, Any]:
    return {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "text_hash": paper.text_hash,
        "published": paper.published.isoformat() if paper.published else None,
        "authors": json_text(paper.authors),
        "url": paper.url,
        "categories": json_text(paper.categories),
        "upvotes": paper.upvotes,
    }


def _paper(row: dict[str, Any]) -> Paper:
    return Paper(
        id=row["id"],
        title=row["title"],
        abstract=row["abstract"],
        published=date.fromisoformat(row["published"]) if row["published"] else None,
        authors=tuple(json.loads(row["authors"])),
        url=row["url"],
        categories=tuple(json.loads(row["categories"])),
        upvotes=row["upvotes"],
    )
