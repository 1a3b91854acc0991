"""Whole copies of the database, taken and put back while other commands use it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.errors import StoreError
from tagger.store.checkpoints import hold_back
from tagger.store.failures import hint
from tagger.store.schema import MIGRATIONS

if TYPE_CHECKING:
    import sqlite3

BUSY_TIMEOUT_S = 30.0


class DamagedError(StoreError):
    """The file is torn, or no database of tagger: nothing can be copied out of it in an orderly way."""


def copy_database(source: Path, target: Path) -> None:
    """Copy a database of whatever schema as it is at one moment into a new file, and check the copy.

    Others may write meanwhile. Raises DamagedError if ``source`` isn't a sound tagger database, and StoreError if it
    isn't there or the copy can't be written.
    """
    if not source.exists():
        raise StoreError(f"there is no database at {source}", "`tagger init` makes a workspace")
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with _connection(source) as there, _connection(target) as copy:
        with _telling(f"can't copy {source}"):
            _copy(there, copy)
    _check(target, str(source))


def put_database(source: Path, target: Path) -> None:
    """Put the content of a database in the place of what ``target`` holds, in one transaction.

    Commands that have ``target`` open see it from their next transaction on. Raises StoreError, and changes nothing, if
    another command holds the lock for longer than half a minute, or there is no space.
    """
    with _connection(source) as there, _connection(target, create=True) as here:
        with _telling(f"can't write to {target}"):
            _copy(there, here)


def check_database(path: Path) -> None:
    """Raise DamagedError if a database isn't sound or isn't tagger's, and StoreError if a newer tagger wrote it."""
    for name in _check(path, path.name):
        if name not in MIGRATIONS:
            raise StoreError(f"{path.name} was written by a newer tagger (it has '{name}')", "Upgrade tagger")


def database_id(path: Path) -> str:
    """Return eight hex digits that tell a workspace's database from others, and that all its copies share.

    They are made of the moment it was made, to the microsecond. Raises DamagedError if it isn't a tagger database.
    """
    with _connection(path) as db, _telling(f"can't read {path}"):
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone():
            raise DamagedError(f"{path} is no database of tagger")
        row = db.execute("SELECT name, applied_at FROM _sqlite_migrations ORDER BY rowid LIMIT 1").fetchone()
    if row is None:
        raise DamagedError(f"{path} is no database of tagger")
    return hashlib.sha256(f"{row[0]} {row[1]}".encode()).hexdigest()[:8]


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy in one step, which sees one state; a lock that is held is waited for, but not for ever."""
    import sqlite3

    began = time.monotonic()

    def waited(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() - began > BUSY_TIMEOUT_S:
            raise sqlite3.OperationalError("database is locked")

    source.backup(target, pages=-1, progress=waited)


def _check(path: Path, name: str) -> list[str]:
    """Return the names of the migrations that a database has been through."""
    with _connection(path) as db, _telling(f"can't read {name}"):
        faults = [str(row[0]) for row in db.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
        for table, row_id, parent, _ in db.execute("PRAGMA foreign_key_check").fetchmany(3):
            faults.append(f"row {row_id} of {table} refers to a row of {parent} that isn't there")
        if faults:
            raise DamagedError(f"{name} is damaged: {'; '.join(' '.join(f.split()) for f in faults[:3])}")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone():
            raise DamagedError(f"{name} is a database, but not one of tagger")
        rows = db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'tagger'").fetchall()
    return [str(row[0]) for row in rows]


@contextlib.contextmanager
def _connection(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    import sqlite3

    mode = "rwc" if create else "rw"
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=1.0)
    except sqlite3.Error as error:
        raise StoreError(f"can't open {path}: {error}", hint(error)) from error
    with contextlib.closing(db):
        hold_back(db)
        yield db


@contextlib.contextmanager
def _telling(what: str) -> Iterator[None]:
    """Make what SQLite can't do a StoreError, and a DamagedError where the file itself is to blame."""
    import sqlite3

    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreError(f"{what}: {error}", hint(error)) from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # SQLite quotes the file's own bytes
        raise DamagedError(f"{what}: {error}") from error
