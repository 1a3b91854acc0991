"""The history: every run of a command in a workspace, in a file of its own beside the database.

So that a command that only looks doesn't wait for one that writes, and what happened to a workspace isn't put back with
a backup of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.domain.run import Process, Run
from tagger.errors import StoreError
from tagger.store.copying import DamagedError

if TYPE_CHECKING:
    import sqlite3

KEPT = 10_000
BUSY_TIMEOUT_S = 0.5
_TABLE = """CREATE TABLE IF NOT EXISTS runs (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, command TEXT NOT NULL, version TEXT NOT NULL,
    pid INTEGER NOT NULL, born TEXT NOT NULL, began_at TEXT NOT NULL,
    outcome TEXT NOT NULL, seconds REAL, told TEXT NOT NULL
) STRICT"""
_INDEX = "CREATE INDEX IF NOT EXISTS runs_began ON runs(began_at)"
_COLUMNS = "id, command, version, pid, born, began_at, outcome, seconds, told"


class Runs:
    """The history in a file, made when the first run is kept. All methods raise StoreError if it can't be used."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, run: Run) -> None:
        """Keep a run that begins, or that ended before there was a place for it; the oldest beyond 10,000 go."""
        values = (
            *(run.id, run.command, run.version, run.process.pid, run.process.born),
            *(run.began_at.isoformat(), run.outcome, run.seconds, run.told),
        )
        with self._opened() as db:
            db.execute(_TABLE)
            db.execute(_INDEX)
            db.execute(f"INSERT INTO runs({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
            db.execute("DELETE FROM runs WHERE seq <= (SELECT max(seq) FROM runs) - ?", (KEPT,))

    def end(self, run: Run) -> None:
        """Keep how a run that was begun has ended."""
        with self._opened() as db:
            values = (run.outcome, run.seconds, run.told, run.id)
            db.execute("UPDATE runs SET outcome = ?, seconds = ?, told = ? WHERE id = ?", values)

    def between(self, since: datetime | None, until: datetime | None) -> list[Run]:
        """Return the runs that began from ``since`` to before ``until``, latest first."""
        if not self._path.exists():
            return []
        bounds = {"since": since and since.isoformat(), "until": until and until.isoformat()}
        with self._opened() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM runs WHERE (:since IS NULL OR began_at >= :since) "
                "AND (:until IS NULL OR began_at < :until) ORDER BY seq DESC",
                bounds,
            ).fetchall()
            return [
                Run(id, command, version, Process(pid, born), _time(at), outcome, seconds, told)
                for id, command, version, pid, born, at, outcome, seconds, told in rows
            ]

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Yield the file in a transaction."""
        import sqlite3

        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S)) as db, db:
                db.execute("PRAGMA synchronous = OFF")  # a command shouldn't wait for the disk to say that it ran
                yield db
        except sqlite3.OperationalError as error:
            raise StoreError(f"can't use the history {self._path}: {error}", "Nothing else depends on it") from error
        except (
            sqlite3.Error,
            ValueError,
            TypeError,
            OverflowError,
        ) as error:  # of what others put there
            hint = "`tagger doctor --fix` puts it aside and begins a new one"
            raise DamagedError(f"can't use the history {self._path}: {error}", hint) from error


def _time(text: str) -> datetime:
    """Return a time as it was kept. Raises ValueError or OverflowError for one that can't be shown here."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"'{text}' has no time zone")
    at.astimezone()
    return at
