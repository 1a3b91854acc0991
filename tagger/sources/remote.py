"""Files on other machines, read as streams: object storage, and datasets on the Hugging Face hub, through fsspec."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from tagger.domain.text import without_secrets
from tagger.errors import SourceError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BLOCK = 1 << 20
# What a place tells of a file that changes when it is only read: of SFTP and SMB, "time" is that.
_OF_READING = {"time", "atime", "last_access_time"}
# What `ingest` fetches by itself, keeping to addresses that a page may lead to.
_WEB = ("http://", "https://")


def is_remote(source: str) -> bool:
    """Return whether a source is a URL that fsspec may reach: ``s3://…``, ``gs://…``, ``hf://datasets/…``.

    The web isn't, neither by itself nor behind another file system (``simplecache::http://…``).
    """
    return "://" in source and not any(part.startswith(_WEB) for part in source.lower().split("::"))


@dataclass(frozen=True)
class RemoteFile:
    """A file by its path in one of fsspec's file systems, and ``shown`` as its URL without secrets."""

    files: Any
    path: str
    shown: str

    def __str__(self) -> str:
        """Return its URL as it may be shown."""
        return self.shown

    def open(self) -> io.BufferedReader:
        """Open it for reading. Raises OSError in words, also later from the stream."""
        with _telling():
            return io.BufferedReader(_Stream(self.files.open(self.path, "rb")), _BLOCK)

    def identity(self) -> tuple[int, str]:
        """Return its size in bytes, and a SHA-256 of what its place tells of it, such as an ETag. Raises OSError."""
        with _telling():
            self.files.invalidate_cache()
            told = self.files.info(self.path)
            kept = sorted((key, repr(value)) for key, value in told.items() if key.lower() not in _OF_READING)
            return int(told.get("size") or 0), hashlib.sha256(repr(kept).encode()).hexdigest()


def remote_files(url: str) -> list[tuple[str, RemoteFile]]:
    """Return the file that a URL names, or the files below that folder by their names in it, but for hidden ones.

    Raises SourceError if nothing is there, or nothing here reaches it.
    """
    import fsspec

    shown = without_secrets(url).rstrip("/")
    try:
        with _telling():
            files, root = fsspec.core.url_to_fs(url)
            root = root.rstrip("/") or root
            if files.isfile(root):
                return [("", RemoteFile(files, root, shown))]
            found = sorted(files.find(root))
    except OSError as error:
        raise SourceError(f"can't read {shown}: {error}", "Is the address right, and its library installed?") from error
    names = [path.removeprefix(root).lstrip("/") for path in found]
    return [
        (name, RemoteFile(files, path, f"{shown}/{name}"))
        for name, path in zip(names, found, strict=True)
        if not any(part.startswith(".") for part in name.split("/"))
    ]


class _Stream(io.RawIOBase):
    """A stream of fsspec's, with its failures in words."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        into = memoryview(buffer).cast("B")
        with _telling():
            found = self._file.read(len(into))
        into[: len(found)] = found
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with _telling():
            return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """Make an OSError of what fsspec and the libraries behind it raise, which have no common class."""
    try:
        yield
    except Exception as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise OSError(without_secrets(" ".join(str(reason).split()))) from error
