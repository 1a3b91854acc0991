"""The names that papers are known by, the sources they came from, and which records are of one paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tagger.domain.identity import best_name, groups_of, kind_of, title_key
from tagger.domain.paper import Paper, is_arxiv_id, one_spelling
from tagger.store.rows import json_text, paper_of, paper_row, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database

PAPERS = (
    "SELECT papers.*, (SELECT json_group_array(name) FROM (SELECT name FROM paper_names WHERE paper_id = papers.id "
    "ORDER BY added_at, name)) AS other_ids FROM papers"
)


class Names:
    """The names of the workspace's papers. A paper has one id, and may be known by others."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def resolve(self, names: Iterable[str]) -> dict[str, str]:
        """Return the ids of the papers that are there, by those of the names that they are known by."""
        sql = (
            "SELECT value, coalesce(p.id, n.paper_id) FROM json_each(?) LEFT JOIN papers p ON p.id = value "
            "LEFT JOIN paper_names n ON n.name = value WHERE p.id IS NOT NULL OR n.name IS NOT NULL"
        )
        spellings = {name: (name, one_spelling(name)) for name in names}
        wanted = {spelling for both in spellings.values() for spelling in both}
        found = dict(self._db.execute(sql, [json_text(list(wanted))]).fetchall())
        return {
            name: found[way] for name, ways in spellings.items() if (way := next((w for w in ways if w in found), ""))
        }

    def identify(self, papers: Sequence[Paper], now: datetime) -> tuple[list[str], list[str]]:
        """Return the ids under which to keep the papers, in their order, and notes.

        Known papers that turn out to be one are joined, and one that came without an id takes the first that comes,
        unless annotations or the like refer to it: then it stays what it is, and its other names lead to it.
        """
        ids = [paper.id for paper in papers]
        notes: list[str] = []
        kept = []
        for group in groups_of(papers, self._known(papers)):
            members = [papers[place] for place in group.records]
            own = self._join(group.known, now, notes) if group.known else self._free_name(members)
            named = best_name([own, *(p.id for p in members)])
            if kind_of(own) == "title" and kind_of(named) != "title" and group.known and not self.resolve([named]):
                if self._rename(own, named, now):
                    own = named
                else:
                    kept.append(f"{named} as {own}")
            for place in group.records:
                ids[place] = own
        if kept:
            reason = "known without an id, and referred to by it already, so kept under that"
            notes.append(f"{reason}: {', '.join(kept)}")
        return ids, notes

    def add(self, paper_id: str, names: Sequence[str], now: datetime) -> None:
        """Keep further names of a paper, also spelt plainly; one that is another's stays that one's.

        A second arXiv id is not kept: no paper has two.
        """
        sql = "SELECT name FROM paper_names WHERE paper_id = ?"
        had = [paper_id, *(row[0] for row in self._db.execute(sql, [paper_id]).fetchall())]
        arxiv = next((one_spelling(name) for name in [*had, *names] if is_arxiv_id(name)), None)
        for name in dict.fromkeys(spelling for given in names for spelling in (given, one_spelling(given))):
            if name in had or (is_arxiv_id(name) and one_spelling(name) != arxiv):
                continue
            self._db.execute(
                "INSERT OR IGNORE INTO paper_names(name, paper_id, added_at) SELECT ?, ?, ? "
                "WHERE NOT EXISTS (SELECT 1 FROM papers WHERE id = ?)",
                [name, paper_id, time_text(now), name],
            )

    def add_source(self, paper_id: str, source: str, now: datetime) -> None:
        """Keep that a paper came from a source."""
        row = {"paper_id": paper_id, "source": source, "added_at": time_text(now)}
        self._db.table("paper_sources").insert(row, ignore=True)

    def sources_of(self, paper_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the sources that each paper came from, first ones first."""
        ids = list(paper_ids)
        found: dict[str, tuple[str, ...]] = dict.fromkeys(ids, ())
        sql = "SELECT paper_id, source FROM paper_sources WHERE paper_id IN (SELECT value FROM json_each(?)) "
        for paper_id, source in self._db.execute(sql + "ORDER BY added_at, source", [json_text(ids)]).fetchall():
            found[paper_id] = (*found[paper_id], source)
        return found

    def _free_name(self, members: Sequence[Paper]) -> str:
        """Return the best id that records of a new paper came with, or another name if those lead to other papers.

        That is so where a record shares an id with a paper of another arXiv id.
        """
        ids, names = [paper.id for paper in members], [name for paper in members for name in paper.names]
        taken = self.resolve(names)
        free = [name for name in ids if name not in taken] or [name for name in names if name not in taken]
        return best_name(free) if free else taken[ids[0]]

    def _known(self, papers: Sequence[Paper]) -> list[Paper]:
        """Return the known papers that have a name or a title in common with any of these."""
        ids = set(self.resolve({name for paper in papers for name in paper.names}).values())
        return self._of(sorted(ids), sorted({title_key(paper.title) for paper in papers}))

    def _of(self, paper_ids: Sequence[str], title_keys: Sequence[str] = ()) -> list[Paper]:
        sql = f"{PAPERS} WHERE id IN (SELECT value FROM json_each(?)) OR title_key IN (SELECT value FROM json_each(?))"
        rows = self._db.query(f"{sql} ORDER BY id", [json_text(paper_ids), json_text(title_keys)])
        return [paper_of(row) for row in rows]

    def _join(self, known: Sequence[str], now: datetime, notes: list[str]) -> str:
        """Make one of known papers where nothing refers to the others. Returns the id of the one that holds all."""
        own, *others = known
        for other in others:
            if self._absorb(own, other, now):
                continue
            if self._absorb(other, own, now):
                own = other
            else:
                reason = "labels, suggestions or former texts refer to both, so they stay two"
                notes.append(f"{own} and {other} are one paper, but {reason}")
        return own

    def _absorb(self, own: str, other: str, now: datetime) -> bool:
        """Make another paper part of one, and return whether that was done: not if labels or the like refer to it."""
        import sqlite3

        papers = {paper.id: paper for paper in self._of([own, other])}
        try:
            with self._db.atomic():
                for table in ("digest_papers", "paper_sources", "paper_names"):
                    self._db.execute(f"UPDATE OR IGNORE {table} SET paper_id = ? WHERE paper_id = ?", [own, other])
                    self._db.execute(f"DELETE FROM {table} WHERE paper_id = ?", [other])
                self._db.execute("DELETE FROM papers WHERE id = ?", [other])
                self.add(own, [other], now)
                filled = papers[other].updated(papers[own]).renamed(own)
                self._db.table("papers").update(own, paper_row(filled) | {"changed_at": time_text(now)})
        except sqlite3.IntegrityError:
            return False
        return True

    def _rename(self, old: str, new: str, now: datetime) -> bool:
        """Give a paper another id, and return whether that was done."""
        row = next(iter(self._db.query("SELECT * FROM papers WHERE id = ?", [old])))
        with self._db.atomic():
            self._db.execute("DELETE FROM paper_names WHERE name = ?", [new])
            self._db.table("papers").insert(row | {"id": new})
            if done := self._absorb(new, old, now):
                return done
            self._db.execute("DELETE FROM papers WHERE id = ?", [new])
            self.add(old, [new], now)
        return False
