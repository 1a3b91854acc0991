"""What was published, append-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from tagger.domain.edition import Edition, EditionPaper
from tagger.domain.tags import TagSet
from tagger.store.rows import day_of, json_text, object_of

if TYPE_CHECKING:
    from sqlite_utils import Database


class Editions:
    """The editions of all digests."""

    def __init__(self, db: Database, tag_set: TagSet) -> None:
        self._db = db
        self._tag_set = tag_set

    def add(self, editions: Iterable[Edition]) -> None:
        """Append editions."""
        rows = [
            {
                "day": edition.day.isoformat(),
                "published": edition.published.isoformat(),
                "papers": json_text({i: {"title": p.title, "tags": p.tags} for i, p in edition.papers.items()}),
            }
            for edition in editions
        ]
        self._db.table("editions").insert_all(rows)

    def of(self, days: Iterable[date]) -> dict[date, list[Edition]]:
        """Return the editions of those days' digests, oldest first, with tags under the ids they have now."""
        found: dict[date, list[Edition]] = {}
        sql = "SELECT * FROM editions WHERE day IN (SELECT value FROM json_each(?)) ORDER BY seq"
        for row in self._db.query(sql, [json_text([day.isoformat() for day in days])]):
            papers = {
                paper_id: EditionPaper(paper["title"], {d: t for d, t in self._present(paper["tags"]) if t})
                for paper_id, paper in object_of(row["papers"]).items()
            }
            day = day_of(row["day"])
            found.setdefault(day, []).append(Edition(day, day_of(row["published"]), papers))
        return found

    def _present(self, tags: Mapping[str, Iterable[str]]) -> Iterable[tuple[str, tuple[str, ...]]]:
        return self._tag_set.translated(tags).items()
