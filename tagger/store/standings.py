"""Where all papers stand, kept so that a large workspace needn't work it out for every command.

What is kept follows from annotations, decisions, suggestions, the tag set and the model version in use. Triggers list
the papers of which something was said since (``stale_papers``); the others stand as they did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tagger.domain.trends import By, TagCounts
from tagger.store.rows import DAY, day_of, json_text

if TYPE_CHECKING:
    from sqlite_utils import Database

_TABLES = ("standings", "standing_tags", "stale_papers", "standing_basis")

# Materialized, or else SQLite looks for a paper's day wherever it is spoken of.
_DATED = (
    f"WITH days AS MATERIALIZED (SELECT p.id AS paper_id, {DAY} AS day FROM papers p), "
    "dated AS MATERIALIZED (SELECT paper_id, day, status, paper_id IN (SELECT value FROM json_each(:blind)) AS blind, "
    "day IS NOT NULL AND (:since IS NULL OR day >= :since) AND (:until IS NULL OR day <= :until) AS asked "
    "FROM days JOIN standings USING (paper_id))"
)


@dataclass(frozen=True, slots=True)
class StandingTag:
    """A tag that holds (``decided``), by a ``rule`` and its ``model`` or a person's word, or that is only suggested."""

    dimension: str
    tag: str
    decided: bool
    rule: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept of a paper's state; ``conflicts`` counts the tags that people differ on."""

    paper_id: str
    status: str
    annotated: bool
    conflicts: int
    tags: tuple[StandingTag, ...]


class Standings:
    """The kept standings. They are right as long as nothing is stale and the basis is the present one."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def are_present(self, basis: str) -> bool:
        """Return whether all is kept as it stands now; ``basis`` names all that every standing rests on."""
        return self._basis() == basis and self.stale_count() == 0

    def rest_on(self, basis: str) -> None:
        """Make every paper stale if what is kept rests on something else."""
        if self._basis() == basis:
            return
        self._db.execute("DELETE FROM standings")
        self._db.execute("DELETE FROM standing_tags")
        self._db.execute("INSERT OR IGNORE INTO stale_papers(paper_id) SELECT id FROM papers")
        self._db.execute("DELETE FROM standing_basis")
        self._db.execute("INSERT INTO standing_basis(basis) VALUES (?)", [basis])

    def stale(self, most: int) -> list[str]:
        """Return up to ``most`` papers whose standing has to be worked out."""
        rows = self._db.execute("SELECT paper_id FROM stale_papers ORDER BY paper_id LIMIT ?", [most])
        return [row[0] for row in rows]

    def stale_count(self) -> int:
        """Return how many papers are stale."""
        return int(self._db.execute("SELECT count(*) FROM stale_papers").fetchone()[0])

    def keep(self, standings: Collection[Standing]) -> None:
        """Keep standings in the place of what was kept of their papers."""
        conn = self._db.conn
        for table in ("standings", "standing_tags", "stale_papers"):
            conn.executemany(f"DELETE FROM {table} WHERE paper_id = ?", [(s.paper_id,) for s in standings])
        conn.executemany(
            "INSERT INTO standings(paper_id, status, annotated, conflicts) VALUES (?, ?, ?, ?)",
            [(s.paper_id, s.status, int(s.annotated), s.conflicts) for s in standings],
        )
        conn.executemany(
            "INSERT INTO standing_tags(paper_id, dimension, tag, decided, rule, model) VALUES (?, ?, ?, ?, ?, ?)",
            [(s.paper_id, t.dimension, t.tag, int(t.decided), t.rule, t.model) for s in standings for t in s.tags],
        )

    def set_apart(self) -> None:
        """Work on a copy of this connection's own from now on, where another command is writing, or nobody may."""
        for table in _TABLES:
            self._db.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM main.{table}")
        self._db.execute("CREATE INDEX temp.standings_paper ON standings(paper_id)")
        self._db.execute("CREATE INDEX temp.standing_tags_paper ON standing_tags(paper_id)")

    def come_back(self) -> None:
        """Drop the copy that ``set_apart`` made, if there is one."""
        for table in _TABLES:
            self._db.execute(f"DROP TABLE IF EXISTS temp.{table}")

    def of(self, paper_ids: Collection[str]) -> list[Standing]:
        """Return what is kept of papers, in the order of their ids."""
        asked = [json_text(list(paper_ids))]
        within = "paper_id IN (SELECT value FROM json_each(?)) ORDER BY paper_id"
        tags: dict[str, list[StandingTag]] = {}
        for paper_id, dimension, tag, decided, rule, model in self._db.execute(
            f"SELECT paper_id, dimension, tag, decided, rule, model FROM standing_tags WHERE {within}, dimension, tag",
            asked,
        ):
            tags.setdefault(paper_id, []).append(StandingTag(dimension, tag, bool(decided), rule, model))
        return [
            Standing(paper_id, status, bool(annotated), conflicts, tuple(tags.get(paper_id, ())))
            for paper_id, status, annotated, conflicts in self._db.execute(
                f"SELECT paper_id, status, annotated, conflicts FROM standings WHERE {within}", asked
            )
        ]

    def totals(self) -> tuple[int, int, Counter[str]]:
        """Return how many papers are annotated, on how many tags people differ, and the papers of each status."""
        annotated = conflicts = 0
        tally: Counter[str] = Counter()
        for status, papers, spoken, differing in self._db.execute(
            "SELECT status, count(*), sum(annotated), sum(conflicts) FROM standings GROUP BY status"
        ):
            tally[status] = papers
            annotated += spoken
            conflicts += differing
        return annotated, conflicts, tally

    def by_digest(self) -> Mapping[date, Counter[str]]:
        """Return the papers of each status in each digest, the latest first."""
        found: dict[date, Counter[str]] = {}
        for day, status, papers in self._db.execute(
            "SELECT d.day, s.status, count(*) FROM digest_papers d JOIN standings s ON s.paper_id = d.paper_id "
            "GROUP BY d.day, s.status ORDER BY d.day DESC"
        ):
            found.setdefault(day_of(day), Counter())[status] = papers
        return found

    def of_no_digest(self) -> Counter[str]:
        """Return the papers of each status that are in no digest."""
        rows = self._db.execute(
            "SELECT status, count(*) FROM standings s "
            "WHERE NOT EXISTS (SELECT 1 FROM digest_papers d WHERE d.paper_id = s.paper_id) GROUP BY status"
        )
        return Counter(dict(rows.fetchall()))

    def with_status(self, status: str, day: date | None = None) -> list[str]:
        """Return the papers of a status, of a digest in its order or of all papers by their ids."""
        return self._ids("s.status = :status", day, {"status": status})

    def unlabelled(self) -> list[str]:
        """Return the papers that nobody annotated and that are neither decided nor skipped, ordered by id."""
        return self._ids("s.status IN ('untagged', 'waiting') AND NOT s.annotated", None, {})

    def in_conflict(self, day: date | None = None) -> list[str]:
        """Return the papers with tags that people differ on, of a digest in its order or of all papers by their ids."""
        return self._ids("s.conflicts > 0", day, {})

    def spoken_of(self) -> list[str]:
        """Return the papers that people annotated, or of which a tag holds by a person's verdict, ordered by id."""
        decided = "SELECT paper_id FROM standing_tags WHERE decided AND rule IS NULL"
        rows = self._db.execute(f"SELECT paper_id FROM standings WHERE annotated UNION {decided} ORDER BY paper_id")
        return [row[0] for row in rows]

    def tag_counts(self, by: By, since: date | None, until: date | None, without: Collection[str]) -> TagCounts:
        """Return how often each tag is carried by month or week, of papers of these days that are tagged."""
        first = "date(day, 'start of month')" if by == "month" else "date(day, 'weekday 0', '-6 days')"
        counted = f"SELECT paper_id, {first} AS first FROM dated WHERE asked AND status NOT IN ('skipped', 'untagged')"
        papers = f"{_DATED}, counted AS MATERIALIZED ({counted} AND NOT blind) "
        values = _values(since, until, without)
        totals = self._db.execute(f"{papers} SELECT first, count(*) FROM counted GROUP BY first", values)
        tags = self._db.execute(
            f"{papers} SELECT first, dimension, tag, count(*), sum(NOT decided) "
            "FROM counted JOIN standing_tags USING (paper_id) GROUP BY first, dimension, tag",
            values,
        )
        found = TagCounts(Counter({day_of(first): number for first, number in totals}))
        for first, dimension, tag, number, suggested in tags:
            found.tags[day_of(first), (dimension, tag)] = number
            found.suggested[dimension, tag] += suggested
        return found

    def left_out(self, since: date | None, until: date | None, blind: Collection[str]) -> dict[str, int]:
        """Return how many papers of these days are ``blind``, else ``skipped`` or ``untagged``, and of no day."""
        found = self._db.query(
            f"{_DATED} SELECT sum(asked AND blind) AS blind, "
            "sum(asked AND NOT blind AND status = 'skipped') AS skipped, "
            "sum(asked AND NOT blind AND status = 'untagged') AS untagged, sum(day IS NULL) AS undated FROM dated",
            _values(since, until, blind),
        )
        return {why: papers or 0 for why, papers in next(iter(found)).items()}

    def rules(self, model: str) -> Iterable[str]:
        """Return the rules by whose word tags hold that a model version suggested."""
        rows = self._db.execute(
            "SELECT DISTINCT rule FROM standing_tags WHERE model = ? AND rule IS NOT NULL ORDER BY rule", [model]
        )
        return [row[0] for row in rows]

    def _ids(self, where: str, day: date | None, values: Mapping[str, str]) -> list[str]:
        sql = f"SELECT s.paper_id FROM standings s WHERE {where} ORDER BY s.paper_id"
        if day:
            sql = (
                "SELECT s.paper_id FROM digest_papers d JOIN standings s ON s.paper_id = d.paper_id "
                f"WHERE d.day = :day AND {where} ORDER BY d.position"
            )
        days = {"day": day.isoformat()} if day else {}
        return [row[0] for row in self._db.execute(sql, {**values, **days})]

    def _basis(self) -> str | None:
        row = self._db.execute("SELECT basis FROM standing_basis").fetchone()
        return row[0] if row else None


def _values(since: date | None, until: date | None, blind: Collection[str]) -> dict[str, str | None]:
    """Return the values of ``_DATED``."""
    return {
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "blind": json_text(list(blind)),
    }
