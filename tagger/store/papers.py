"""Papers, their former texts, and the digests they stand in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tagger.domain.paper import Entry, Paper, ids_by_title, merge, title_id
from tagger.store.rows import json_text, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Saved:
    """How many papers a save found new, changed or known already; ``ids`` are all of them in order."""

    new: int
    changed: int
    unchanged: int
    ids: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Papers:
    """The papers of the workspace."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, entries: Iterable[Entry], now: datetime) -> Saved:
        """Save papers and their places in digests; what a source leaves empty doesn't erase what is known.

        Records of one paper are merged first, so that saving the same again changes nothing. A paper whose fields
        differ from what is known is a change: its former state is kept as a revision.
        """
        entries = list(entries)
        ids, notes = self.unite(entries)
        entries = [replace(e, paper=replace(e.paper, id=ids.get(e.paper.id, e.paper.id))) for e in entries]
        merged, repetitions = merge(replace(entry, digest=None) for entry in entries)
        counts = Counter(self._save_paper(entry.paper, now) for entry in merged)
        for entry in entries:
            if entry.digest:
                self._add_to_digest(entry.digest, entry.paper.id, now)
        paper_ids = tuple(entry.paper.id for entry in merged)
        return Saved(counts["new"], counts["changed"], counts["unchanged"], paper_ids, (*notes, *repetitions))

    def drop_same_digests(self, paper_ids: Sequence[str], day: date) -> list[date]:
        """Drop the digests of other days that consist of just those papers. Returns their days."""
        sql = (
            "SELECT day FROM digest_papers WHERE day <> ? GROUP BY day "
            "HAVING count(*) = ? AND sum(paper_id IN (SELECT value FROM json_each(?))) = count(*)"
        )
        values = [day.isoformat(), len(paper_ids), json_text(list(paper_ids))]
        days = [row[0] for row in self._db.execute(sql, values).fetchall()]
        for table in ("digest_papers", "digests"):
            for other in days:
                self._db.table(table).delete_where("day = ?", [other])
        return [date.fromisoformat(other) for other in days]

    def add(self, entries: Sequence[Entry], now: datetime) -> tuple[Mapping[str, str], tuple[str, ...]]:
        """Save the papers that aren't there yet and leave the others as they are.

        Returns the ids of those that are kept under another id than they came with, and notes.
        """
        ids, notes = self.unite(entries)
        known = self._known({ids.get(entry.paper.id, entry.paper.id) for entry in entries})
        fresh = [entry for entry in entries if ids.get(entry.paper.id, entry.paper.id) not in known]
        return ids, (*notes, *self.save(fresh, now).notes)

    def unite(self, entries: Sequence[Entry]) -> tuple[dict[str, str], list[str]]:
        """Find the papers that came with an id once and without one another time: the title says which they are.

        Returns the ids to keep such entries under, by the ids they have, and notes. A known paper without an id gets
        the one that comes now, unless annotations or the like refer to it: then it stays what it is.
        """
        given = {entry.paper.id: entry.paper.title for entry in entries}  # a paper's last title is the one that counts
        title_ids = dict.fromkeys(map(title_id, given.values()))
        known = self._known({*given, *title_ids})
        if known >= given.keys():
            return {}, []
        titles = dict(self._db.execute("SELECT id, title FROM papers").fetchall()) | given
        own_ids = ids_by_title(titles.items())
        ids, kept = {}, []
        for without_id in title_ids:
            own_id = own_ids.get(without_id)
            if own_id is None or (without_id in known and own_id in known):
                continue
            if without_id not in known or self._rename(without_id, own_id):
                ids[without_id] = own_id
            else:
                ids[own_id] = without_id
                kept.append(f"{own_id} as {without_id}")
        reason = "known without an id, and referred to by it already, so kept under that"
        return ids, [f"{reason}: {', '.join(kept)}"] if kept else []

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
        merged = known.updated(paper)
        if merged == known:
            return "unchanged"
        former = {key: value for key, value in _row(known).items() if key not in ("id", "text_hash")}
        revision = former | {"paper_id": known.id, "replaced_at": time_text(now)}
        self._db.table("paper_revisions").insert(revision)
        self._db.table("papers").update(paper.id, _row(merged) | {"changed_at": time_text(now)})
        return "changed"

    def _known(self, paper_ids: Iterable[str]) -> set[str]:
        sql = "SELECT id FROM papers WHERE id IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._db.execute(sql, [json_text(list(paper_ids))]).fetchall()}

    def _rename(self, old: str, new: str) -> bool:
        """Give a paper another id, and return whether that was done: not if anything but a digest refers to it."""
        import sqlite3

        row = next(iter(self._db.query("SELECT * FROM papers WHERE id = ?", [old])))
        try:
            with self._db.atomic():
                self._db.table("papers").insert(row | {"id": new})
                self._db.execute("UPDATE digest_papers SET paper_id = ? WHERE paper_id = ?", [new, old])
                self._db.execute("DELETE FROM papers WHERE id = ?", [old])
        except sqlite3.IntegrityError:
            return False
        return True

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
