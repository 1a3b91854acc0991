"""Opens the database, brings it up to date, and runs transactions."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from tagger.domain.tags import TagSet
from tagger.errors import StoreError
from tagger.store.audits import Audits
from tagger.store.checkpoints import hold_back
from tagger.store.editions import Editions
from tagger.store.failures import hint, is_of_the_file
from tagger.store.labels import Labels
from tagger.store.library import import_sqlite_utils
from tagger.store.models import Models
from tagger.store.papers import Papers
from tagger.store.rows import faults as faults_of_values
from tagger.store.schema import MIGRATIONS, migrations, table_and_trigger_names
from tagger.store.search import Search
from tagger.store.standings import Standings
from tagger.store.studio_links import StudioLinks
from tagger.store.suggestions import Suggestions

if TYPE_CHECKING:
    import_sqlite_utils()
    from sqlite_utils import Database

BUSY_TIMEOUT_S = 30
_LOG = logging.getLogger(__name__)


class Store:
    """An open database. Use it as a context manager; every change goes inside ``with store.write():``.

    What SQLite can't read or write while the context lasts, leaves it as a StoreError.
    """

    def __init__(self, db: Database, path: Path, tag_set: TagSet) -> None:
        self._db = db
        self.path = path
        self.papers = Papers(db)
        self.labels = Labels(db, tag_set)
        self.audits = Audits(db, tag_set)
        self.suggestions = Suggestions(db, tag_set)
        self.models = Models(db)
        self.editions = Editions(db, tag_set)
        self.standings = Standings(db)
        self.search = Search(db)
        self.studio = StudioLinks(db, tag_set)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with contextlib.suppress(Exception) if error else contextlib.nullcontext():
            self.close()
        if error is not None and is_of_the_file(error):
            raise StoreError(f"can't use {self.path}: {error}", hint(error)) from error

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextlib.contextmanager
    def write(self, *, wait_s: float = BUSY_TIMEOUT_S) -> Iterator[None]:
        """Make one transaction of what happens inside: all of it is kept, or nothing.

        The write lock is taken at once, so that what is read inside can't change before it is written. Raises
        StoreError if another command holds it for longer than ``wait_s`` seconds, or the disk is full or read-only.
        """
        if self._db.conn.in_transaction:
            with self._db.atomic():
                yield
            return
        try:
            self._db.execute(f"PRAGMA busy_timeout = {round(wait_s * 1000)}")
            self._db.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            try:
                yield
                self._db.conn.execute("COMMIT")
                _LOG.debug("committed", extra={"seconds": round(time.monotonic() - began, 3)})
            except BaseException:
                self._db.rollback()
                raise
        except Exception as error:
            if is_of_the_file(error):
                raise StoreError(f"can't write to {self.path}: {error}", hint(error)) from error
            raise

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let everything that is read inside be of one moment. What is written inside, to tables of this connection's
        own, is kept.
        """
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.conn.execute("COMMIT")

    def faults(self) -> list[str]:
        """Return what is wrong with the file, its tables and their references: nothing, if all is well.

        What is wrong with the search index, which can be made anew, its own ``faults`` tell.
        """
        import sqlite3

        broken: list[str] = []
        try:
            rows = self._db.execute("PRAGMA integrity_check").fetchall()
            broken += [line for row in rows for line in str(row[0]).splitlines() if line != "ok"]
            there = {row[0] for row in self._db.execute("SELECT name FROM sqlite_master")}
            broken += [f"{name} is missing" for name in sorted(table_and_trigger_names() - there)]
            for table, row_id, parent, _ in self._db.execute("PRAGMA foreign_key_check").fetchall():
                broken.append(f"row {row_id} of {table} refers to a row of {parent} that isn't there")
            if not broken:
                broken += faults_of_values(self._db)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            broken.append(str(error))
        return broken

    def has_log(self) -> bool:
        """Return whether the database has a write-ahead log, so that readers don't wait for writers."""
        return str(self._db.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"

    def use_log(self) -> None:
        """Give the database its write-ahead log again. Raises StoreError if another command has it open."""
        self._db.enable_wal()
        if not self.has_log():
            raise StoreError(f"{self.path} is in use", "Try again when no other tagger command runs")


def open_store(
    path: Path,
    tag_set: TagSet | None = None,
    *,
    create: bool = False,
    before_migrating: Callable[[], None] = lambda: None,
) -> Store:
    """Open the database at ``path`` and apply the migrations it lacks; ``create`` makes it where it isn't there.

    ``before_migrating`` is called before the migrations of a database that holds something, while nobody else can write
    to it; what it raises leaves everything as it was.

    Tags are kept under the ids they had when something was said of them, and read under those that they have in
    ``tag_set`` now; without one, as they were said.

    Raises StoreError if it is missing, isn't a tagger database, or was written by a newer tagger.
    """
    import sqlite3

    import_sqlite_utils()
    from sqlite_utils import Database

    if not create and not path.exists():
        raise StoreError(f"there is no database at {path}", "`tagger init` makes a workspace")
    if not create and path.is_file() and path.stat().st_size == 0:
        raise StoreError(
            f"{path} is empty", "`tagger restore` puts a backup in its place; `tagger init` makes a new one of it"
        )
    try:
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
    except sqlite3.Error as error:
        raise StoreError(f"can't open {path}: {error}") from error
    try:
        db = Database(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        hold_back(connection)
        _bring_up_to_date(db, path, before_migrating)
    except (sqlite3.Error, UnicodeDecodeError) as error:  # SQLite quotes the file's own bytes
        connection.close()
        raise StoreError(f"can't use {path}: {error}", hint(error)) from error
    except BaseException:
        connection.close()
        raise
    return Store(db, path, tag_set or TagSet(0, ()))


def _bring_up_to_date(db: Database, path: Path, before_migrating: Callable[[], None]) -> None:
    known = migrations()
    tables = set(db.table_names())
    if tables and known.migrations_table not in tables:
        raise StoreError(f"{path} is a database, but not one of tagger", "Is it the right file?")
    applied = [m.name for m in known.applied(db)]
    for name in applied:
        if name not in MIGRATIONS:
            raise StoreError(f"{path} was written by a newer tagger (it has '{name}')", "Upgrade tagger to open it")
    if len(applied) == len(MIGRATIONS):
        return
    db.enable_wal()
    db.execute("BEGIN IMMEDIATE")  # a second process that opens the same new file waits here, then finds nothing to do
    try:
        lacking = len(MIGRATIONS) - len(known.applied(db))
        if applied and lacking:
            before_migrating()
            _LOG.info("bringing %s up to date: %d of %d steps", path.name, lacking, len(MIGRATIONS))
        known.apply(db)
        db.conn.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise
