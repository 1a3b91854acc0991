"""Papers, their former texts, and the digests they stand in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from tagger.domain.paper import Entry, Paper, merge
from tagger.store.names import PAPERS, Names
from tagger.store.rows import day_of, json_text, paper_of, paper_row, time_text

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
        self._names = Names(db)

    def save(self, entries: Iterable[Entry], now: datetime) -> Saved:
        """Save papers and their places in digests; what a source leaves empty doesn't erase what is known.

        Records of one paper are merged first, so that saving the same again changes nothing. A paper whose fields
        differ from what is known is a change: its former state is kept as a revision.
        """
        entries = list(entries)
        ids, notes = self._names.identify([entry.paper for entry in entries], now)
        entries = [replace(e, paper=e.paper.renamed(i)) for e, i in zip(entries, ids, strict=True)]
        merged, repetitions = merge(replace(entry, digest=None) for entry in entries)
        counts = Counter(self._save_paper(entry.paper, now) for entry in merged)
        for entry in entries:
            if entry.digest:
                self._add_to_digest(entry.digest, entry.paper.id, now)
            if entry.source:
                self._names.add_source(entry.paper.id, entry.source, now)
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
        return [day_of(other) for other in days]

    def add(self, entries: Sequence[Entry], now: datetime) -> tuple[list[str], tuple[str, ...]]:
        """Save the papers that aren't there yet and leave the others as they are.

        Returns the ids under which they are kept, in the order of the entries, and notes.
        """
        papers = [entry.paper for entry in entries]
        ids, notes = self._names.identify(papers, now)
        known = self._known(ids)
        for paper, own_id in zip(papers, ids, strict=True):
            if own_id in known:
                self._names.add(own_id, paper.names, now)
        fresh = [replace(e, paper=e.paper.renamed(i)) for e, i in zip(entries, ids, strict=True) if i not in known]
        return ids, (*notes, *self.save(fresh, now).notes)

    def resolve(self, names: Iterable[str]) -> dict[str, str]:
        """Return the ids of the papers that are there, by those of the names that they are known by."""
        return self._names.resolve(names)

    def sources_of(self, paper_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the files and addresses that each paper came from, first ones first."""
        return self._names.sources_of(paper_ids)

    def find(self, paper_id: str) -> Paper | None:
        """Return the paper known by that id, or None."""
        return next(self.of(self.resolve([paper_id]).values()), None)

    def of(self, paper_ids: Iterable[str]) -> Iterator[Paper]:
        """Yield the papers of those ids that are there, ordered by id."""
        where = "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        yield from map(paper_of, self._db.query(f"{PAPERS} {where}", [json_text(list(paper_ids))]))

    def all(self) -> Iterator[Paper]:
        """Yield every paper, ordered by id."""
        yield from map(paper_of, self._db.query(f"{PAPERS} ORDER BY id"))

    def in_digest(self, day: date) -> list[Paper]:
        """Return the papers of a digest in its own order: none, if there is no such digest."""
        sql = f"{PAPERS} JOIN digest_papers d ON d.paper_id = id WHERE d.day = ? ORDER BY d.position"
        return [paper_of(row) for row in self._db.query(sql, [day.isoformat()])]

    def ids_in_digest(self, day: date) -> list[str]:
        """Return the ids of a digest's papers in its own order."""
        sql = "SELECT paper_id FROM digest_papers WHERE day = ? ORDER BY position"
        return [row[0] for row in self._db.execute(sql, [day.isoformat()])]

    def has_digest(self, day: date) -> bool:
        """Return whether there is a digest of that day."""
        found = self._db.execute("SELECT 1 FROM digest_papers WHERE day = ? LIMIT 1", [day.isoformat()])
        return found.fetchone() is not None

    def digest_days(self) -> dict[date, int]:
        """Return every digest's day and its number of papers, latest first."""
        rows = self._db.query("SELECT day, count(*) AS n FROM digest_papers GROUP BY day ORDER BY day DESC")
        return {day_of(row["day"]): row["n"] for row in rows}

    def digests_of(self, paper_ids: Sequence[str]) -> dict[str, date]:
        """Return the latest digest of each paper that stands in one."""
        sql = "SELECT paper_id, max(day) AS day FROM digest_papers WHERE paper_id IN (SELECT value FROM json_each(?)) "
        rows = self._db.query(sql + "GROUP BY paper_id", [json_text(list(paper_ids))])
        return {row["paper_id"]: day_of(row["day"]) for row in rows}

    def count(self) -> int:
        """Return how many papers there are."""
        return int(self._db.execute("SELECT count(*) FROM papers").fetchone()[0])

    def _save_paper(self, paper: Paper, now: datetime) -> str:
        known = self.find(paper.id)
        if known is None:
            stamps = {"added_at": time_text(now), "changed_at": time_text(now)}
            self._db.table("papers").insert(paper_row(paper) | stamps)
            self._names.add(paper.id, paper.names, now)
            return "new"
        merged = known.updated(paper)
        self._names.add(known.id, paper.other_ids, now)
        if merged == known:
            return "unchanged"
        former = {key: value for key, value in paper_row(known).items() if key not in ("id", "text_hash", "title_key")}
        revision = former | {"paper_id": known.id, "replaced_at": time_text(now)}
        self._db.table("paper_revisions").insert(revision)
        self._db.table("papers").update(paper.id, paper_row(merged) | {"changed_at": time_text(now)})
        return "changed"

    def _known(self, paper_ids: Iterable[str]) -> set[str]:
        sql = "SELECT id FROM papers WHERE id IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._db.execute(sql, [json_text(list(paper_ids))]).fetchall()}

    def _add_to_digest(self, day: date, paper_id: str, now: datetime) -> None:
        self._db.table("digests").insert({"day": day.isoformat(), "added_at": time_text(now)}, ignore=True)
        self._db.execute(
            "INSERT OR IGNORE INTO digest_papers(day, paper_id, position) "
            "SELECT ?, ?, coalesce(max(position), 0) + 1 FROM digest_papers WHERE day = ?",
            [day.isoformat(), paper_id, day.isoformat()],
        )
