"""Where backups are kept: a folder, or whatever fsspec reaches by a URL."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import unquote, urlsplit

from tagger.domain.text import without_secrets
from tagger.errors import BackupError
from tagger.files import move_file

_PARTIAL = ".tagger-partial-"
_LEFT_S = 24 * 3600


class Place(Protocol):
    """A place for backups; what can't be done there raises BackupError or OSError."""

    def names(self) -> list[str]:
        """Return the names of what is there."""
        ...

    def put(self, file: Path, name: str) -> None:
        """Move a file there: it isn't seen under its name before it is whole."""
        ...

    def open(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]:
        """Open one for reading."""
        ...

    def delete(self, name: str) -> None:
        """Delete one."""
        ...

    def shown(self, name: str) -> str:
        """Return where one is, for a person."""
        ...


class Folder:
    """A folder of this machine; made, for its owner alone, when the first backup is."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Return the names of the files that are there."""
        return [entry.name for entry in self.path.iterdir() if entry.is_file()] if self.path.is_dir() else []

    def put(self, file: Path, name: str) -> None:
        """Sync a file and rename it, so that it is there whole or not at all."""
        move_file(file, self.path / name)

    def open(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]:
        """Open one for reading."""
        return (self.path / name).open("rb")

    def delete(self, name: str) -> None:
        """Delete one."""
        (self.path / name).unlink(missing_ok=True)

    def shown(self, name: str) -> str:
        """Return its path."""
        return str(self.path / name)

    @contextlib.contextmanager
    def partial(self) -> Iterator[Path]:
        """Yield a hidden folder for what isn't whole yet, and remove it, and what a killed command left a day ago."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self.path.glob(f"{_PARTIAL}*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > _LEFT_S:
                    shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=self.path, prefix=_PARTIAL, ignore_cleanup_errors=True) as folder:
            yield Path(folder)


class Remote:
    """What fsspec reaches: S3, GCS, Azure, SFTP, WebDAV …, each by a library of its own."""

    def __init__(self, url: str) -> None:
        import fsspec

        self._url = without_secrets(url).rstrip("/")
        with self._telling("use"):
            self._files, self._root = fsspec.core.url_to_fs(url)
        self._root = self._root.rstrip("/")

    def names(self) -> list[str]:
        """Return the names of the files that are there."""
        with self._telling("list"):
            self._files.invalidate_cache()
            if not self._files.exists(self._root or "/"):
                return []
            found = self._files.ls(self._root or "/", detail=True)
        return [str(entry["name"]).rsplit("/", 1)[-1] for entry in found if entry["type"] == "file"]

    def put(self, file: Path, name: str) -> None:
        """Send a file under another name, see whether all of it arrived, then give it its own."""
        target = f"{self._root}/{name}"
        with self._telling("write to"):
            self._files.makedirs(self._root or "/", exist_ok=True)
            try:
                self._files.put_file(str(file), f"{target}.partial")
                self._files.invalidate_cache()
                if self._files.size(f"{target}.partial") != file.stat().st_size:
                    raise BackupError(f"not all of the backup arrived at {self._url}", "Try again")
                self._files.mv(f"{target}.partial", target)
            except BaseException:
                with contextlib.suppress(Exception):  # the first failure is the one to tell
                    self._files.rm_file(f"{target}.partial")
                raise

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open one for reading."""
        with self._telling("read"), self._files.open(f"{self._root}/{name}", "rb") as stream:
            yield stream

    def delete(self, name: str) -> None:
        """Delete one."""
        with self._telling("delete from"):
            self._files.rm_file(f"{self._root}/{name}")

    def shown(self, name: str) -> str:
        """Return its URL, without a password."""
        return f"{self._url}/{name}"

    @contextlib.contextmanager
    def _telling(self, what: str) -> Iterator[None]:
        """Make one sentence of what fsspec and the libraries behind it raise, which have no common class."""
        try:
            yield
        except BackupError:
            raise
        except ImportError as error:
            raise BackupError(f"can't {what} {self._url}: {error}") from error
        except Exception as error:
            reason: Any = getattr(error, "strerror", None) or error or type(error).__name__
            raise BackupError(f"can't {what} {self._url}: {without_secrets(str(reason))}") from error


def place_at(text: str) -> Place:
    """Return the place that a folder's path or a URL names. Raises BackupError if nothing here reaches it."""
    if "://" not in text:
        return Folder(Path(text).expanduser())
    if text.startswith("file://"):
        return Folder(Path(unquote(urlsplit(text).path)))
    return Remote(text)
