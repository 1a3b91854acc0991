"""Ends the process at one of the moments at which it is about to change something in a folder.

Such moments are: a file is opened for writing, synced, renamed or deleted; a folder is made or deleted; SQLite runs a
statement that writes, or commits. Nothing of tagger knows of this: Python's audit events and SQLite's trace tell.
"""

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "os.symlink", "os.truncate"}
_READS = ("SELECT", "PRAGMA", "EXPLAIN", "--")


class Moments:
    """Counts moments; at number ``fatal`` the process is killed, ``delay_s`` later if that isn't zero."""

    def __init__(self, folder: Path, fatal: int | None, delay_s: float) -> None:
        self.count = 0
        self._folder, self._fatal, self._delay_s = str(folder), fatal, delay_s

    def watch(self) -> None:
        """Begin to count, for the rest of this process's life."""
        connect, fsync = sqlite3.connect, os.fsync

        def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*arguments, **options)
            connection.set_trace_callback(self._statement)
            return connection

        def counted(fd: Any) -> None:
            self._pass()
            fsync(fd)

        setattr(sqlite3, "connect", traced)  # noqa: B010 - mypy is right that it is a function's place
        os.fsync = counted
        sys.addaudithook(self._event)

    def _event(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name == "open":
            path, _, flags = arguments
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and self._concerns(path):
                self._pass()
        elif name in _CHANGES and self._concerns(arguments[0]):
            self._pass()

    def _concerns(self, path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        name = os.fsdecode(path)
        # What is deleted with a folder is named relative to that.
        return os.path.abspath(name).startswith(self._folder) or "/" not in name

    def _statement(self, statement: str) -> None:
        if not statement.lstrip().upper().startswith(_READS):
            self._pass()

    def _pass(self) -> None:
        self.count += 1
        if self.count != self._fatal:
            return
        if self._delay_s:
            # Nobody handles this signal, so the system ends the process wherever it is then.
            signal.setitimer(signal.ITIMER_REAL, self._delay_s)
        else:
            os.kill(os.getpid(), signal.SIGKILL)
