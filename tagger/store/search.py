"""Full-text search over titles and abstracts, by SQLite's FTS5."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tagger.domain.tags import TagKey
from tagger.errors import StoreError
from tagger.store.rows import DAY, day_of, json_text

if TYPE_CHECKING:
    from sqlite_utils import Database

# A word of the title tells more of what a paper is about than one of many in the abstract.
TITLE_WEIGHT, ABSTRACT_WEIGHT = 5.0, 1.0
INDEXES = ("paper_stems", "paper_words")
_TERM = re.compile(r'"(?P<phrase>[^"]*)"?(?P<phrase_prefix>\*?)|(?P<word>[^\s"]+)')


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that was found: the day of its latest digest, or else the day it appeared; a higher score fits better.

    The score is BM25 with the sign turned, and 0 where no words were asked for.
    """

    paper_id: str
    day: date | None
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """The best of so many papers (``total``) that were found."""

    total: int
    best: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A query in FTS5's language: ``words`` are looked for by their stems, ``prefixes`` as words begin."""

    words: str
    prefixes: str


class Search:
    """The index of the workspace's papers, which triggers keep in step with them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(
        self,
        text: str,
        *,
        since: date | None = None,
        until: date | None = None,
        tags: Collection[TagKey] = (),
        untold: Collection[str] = (),
        limit: int,
    ) -> Hits:
        """Return the papers with all the words of ``text``, best first; without any, all papers, latest first.

        ``since`` and ``until`` are the first and the last day; papers without a day aren't of any. With ``tags``, only
        papers that carry them all by what is kept in ``standing_tags``; the ``untold`` are of no tag. Raises StoreError
        if there is text, but nothing in it to look for.
        """
        query = parse_query(text)
        if text.strip() and not (query.words or query.prefixes):
            raise StoreError(f"there is no word to look for in '{text}'", "A word has letters or digits")
        asked = {index: text for index, text in zip(INDEXES, (query.words, query.prefixes), strict=True) if text}
        rank = " + ".join(f"bm25({index}, {TITLE_WEIGHT}, {ABSTRACT_WEIGHT})" for index in asked) or "0.0"
        joins = " ".join(f"JOIN {index} ON {index}.rowid = n.number" for index in asked)
        matches = " AND ".join(f"{index} MATCH :{index}" for index in asked) or "1"
        named = {name: value for i, key in enumerate(tags) for name, value in zip((f"d{i}", f"t{i}"), key, strict=True)}
        carried = "SELECT paper_id FROM standing_tags WHERE dimension = :d{0} AND tag = :t{0}"
        carries = "".join(f"AND p.id IN ({carried.format(i)}) " for i in range(len(tags)))
        if tags:
            carries += "AND p.id NOT IN (SELECT value FROM json_each(:untold)) "
            named["untold"] = json_text(list(untold))
        sql = (
            f"SELECT id, day, score, count(*) OVER () FROM (SELECT p.id, {DAY} AS day, {rank} AS score "
            f"FROM papers p JOIN paper_numbers n ON n.paper_id = p.id {joins} WHERE {matches} {carries}) "
            "WHERE (:since IS NULL OR day >= :since) AND (:until IS NULL OR day <= :until) "
            "ORDER BY score, day DESC, id LIMIT :limit"
        )
        values = {"since": since and since.isoformat(), "until": until and until.isoformat(), "limit": limit}
        rows = self._db.execute(sql, values | asked | named).fetchall()
        hits = (Hit(row[0], day_of(row[1]) if row[1] else None, -row[2] or 0.0) for row in rows)
        return Hits(rows[0][3] if rows else 0, tuple(hits))

    def faults(self) -> list[str]:
        """Return what is wrong with the index: nothing, if it holds just the papers' present texts.

        To be called inside a transaction.
        """
        import sqlite3

        lost = "SELECT count(*) FROM papers WHERE id NOT IN (SELECT paper_id FROM paper_numbers)"
        left = "SELECT count(*) FROM paper_numbers WHERE paper_id NOT IN (SELECT id FROM papers)"
        told = ((lost, "papers aren't in the search index"), (left, "of the search index are no papers"))
        found = [f"{number} {what}" for sql, what in told if (number := self._db.execute(sql).fetchone()[0])]
        for index in INDEXES:
            try:
                self._db.execute(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")
            except sqlite3.DatabaseError as error:
                found.append(f"the search index {index} doesn't fit the papers ({error})")
        return found

    def rebuild(self) -> None:
        """Make the index anew of the papers' present texts. To be called inside a transaction."""
        self._db.execute("DELETE FROM paper_numbers WHERE paper_id NOT IN (SELECT id FROM papers)")
        self._db.execute("INSERT OR IGNORE INTO paper_numbers(paper_id) SELECT id FROM papers ORDER BY id")
        for index in INDEXES:
            self._db.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")


def parse_query(text: str) -> Query:
    """Return the query for what a person wrote: words, ``"phrases"`` and beginnings (``transf*``), all to be found.

    Whatever they wrote is looked for; nothing of it is taken for FTS5's operators. A word with characters between that
    are no letters (``state-of-the-art``) is a phrase; a quote that isn't closed reaches to the end.
    """
    words: list[str] = []
    prefixes: list[str] = []
    for term, is_prefix in _terms(text):
        (prefixes if is_prefix else words).append(f'"{term}" *' if is_prefix else f'"{term}"')
    return Query(" AND ".join(words), " AND ".join(prefixes))


def _terms(text: str) -> Iterator[tuple[str, bool]]:
    # What no encoding can write, as from an odd terminal, and what ends a string in C is no part of a word.
    usable = "".join(" " if unicodedata.category(c) in ("Cs", "Cc") and not c.isspace() else c for c in text)
    for match in _TERM.finditer(usable):
        term = match["word"] if match["word"] is not None else match["phrase"] + match["phrase_prefix"]
        if any(unicodedata.category(c)[0] in "LN" for c in term):
            yield term.rstrip("*"), term.endswith("*")
