"""Keeps SQLite from a fault of its own: a write-ahead log moved into the database while another process writes.

Where two processes do so at the same instant, one of them may take the log for new, and the database loses pages. It is
in every SQLite before 3.51.3 but for the mended 3.50.7 and 3.44.6 (https://sqlite.org/wal.html, "The WAL-Reset Bug").
Python brings its own, seldom a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_MENDED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


def sqlite_version() -> tuple[str, bool]:
    """Return the version of SQLite, and whether it has the fault."""
    import sqlite3

    return sqlite3.sqlite_version, has_reset_fault(sqlite3.sqlite_version_info)


def has_reset_fault(version: tuple[int, ...]) -> bool:
    """Return whether an SQLite of that version, such as ``(3, 46, 1)``, has the fault."""
    latest = _MENDED[0]
    return version < latest and not any(version[:2] == mended[:2] and version >= mended for mended in _MENDED)


def hold_back(connection: sqlite3.Connection) -> None:
    """Let this connection move the log only when it is the last to close the database, if SQLite has the fault.

    Nobody else writes then, as the last one holds the file alone. Until then the log grows with what is written.
    """
    import sqlite3

    if has_reset_fault(sqlite3.sqlite_version_info):
        connection.execute("PRAGMA wal_autocheckpoint = 0")
