"""Reads papers one after another, so that a source may be larger than the memory."""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tagger.domain.paper import Entry
from tagger.domain.text import without_secrets
from tagger.errors import SourceError
from tagger.sources.arrow_table import is_arrow, needs_seeking, rows_of
from tagger.sources.folder import files_of
from tagger.sources.json_lines import entry_or_rejected, shape_of, value_of
from tagger.sources.records import Rejected
from tagger.sources.remote import RemoteFile, is_remote, remote_files
from tagger.sources.unpacking import unpacking

_File: TypeAlias = Path | RemoteFile

MAX_LINE = 10_000_000
_LOOKED_AT = 1000  # so many records tell whether they are of an API
_BOM = b"\xef\xbb\xbf"
_CAN_BE_READ = (
    "Give JSON Lines, Parquet, Arrow, or a folder that `datasets` saved; `tagger predict --input` reads others"
)


@dataclass(frozen=True, slots=True)
class PaperStream:
    """A source that is read as a stream, as often as wanted, from this machine or another.

    ``left_out`` are files of a folder that hold no papers.
    """

    name: str
    files: tuple[tuple[str, _File], ...]
    left_out: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Entry | Rejected]:
        """Yield its papers, and what can't be used, each with its place. Raises SourceError where it is damaged."""
        for part, path in self.files:
            try:
                yield from _rows(path, f"{part}, " if part else "")
            except (SourceError, OSError) as error:
                raise _in_words(path, error) from error

    def identity(self) -> tuple[int, str]:
        """Return its size in bytes and a SHA-256, in hex, that changes with what it holds. Raises SourceError.

        Files on other machines aren't read for that: their places tell.
        """
        size, whole = 0, hashlib.sha256()
        for part, path in self.files:
            try:
                bytes_, sha256 = _identity(path)
                size += bytes_
                whole.update(f"{part}\0{sha256}\n".encode())
            except OSError as error:
                raise _in_words(path, error) from error
        return size, whole.hexdigest()


def open_stream(source: str) -> PaperStream:
    """Return a file or a folder as a stream, also one that fsspec reaches by a URL.

    Raises SourceError if it holds nothing that can be read as one.
    """
    shown = without_secrets(source)
    if is_remote(source):
        return _folder_stream(shown, shown.rstrip("/").rsplit("/", 1)[-1], remote_files(source))
    path = Path(source).expanduser()
    if not path.is_dir():
        if not path.is_file():
            raise SourceError(f"there is no file or folder {shown}", "A stream can't be read from stdin or the web")
        if not _is_stream(path):
            raise SourceError(f"{source} can't be read as a stream", _CAN_BE_READ)
        return PaperStream(path.name, (("", path),))
    within = [(file.relative_to(path).as_posix(), file) for file in files_of(path)]
    return _folder_stream(source, path.resolve().name, within)


def _folder_stream(source: str, name: str, within: Sequence[tuple[str, _File]]) -> PaperStream:
    usable = [_is_stream(file) for _, file in within]
    if not any(usable):
        raise SourceError(f"{source} holds no file that can be read as a stream", _CAN_BE_READ)
    left_out = tuple(part for (part, _), is_usable in zip(within, usable, strict=True) if not is_usable)
    return PaperStream(name, tuple(itertools.compress(within, usable)), left_out)


def _open(file: _File) -> io.BufferedReader:
    return file.open() if isinstance(file, RemoteFile) else file.open("rb")


def _identity(file: _File) -> tuple[int, str]:
    if isinstance(file, RemoteFile):
        return file.identity()
    with file.open("rb") as stream:
        return file.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()


def _in_words(path: _File, error: SourceError | OSError) -> SourceError:
    if isinstance(error, SourceError):
        return SourceError(f"{path}: {error.message}", error.hint)
    return SourceError(f"can't read {path}: {error.strerror or error}")


def _is_stream(path: _File) -> bool:
    try:
        with _open(path) as packed:
            unpacked = unpacking(packed)
            head = unpacked.peek(1)
            if is_arrow(head):
                return unpacked is packed or not needs_seeking(head)
            lines = head.removeprefix(_BOM).split(b"\n")
            # The first lines may be broken; a list of records in one piece is another format.
            return not head.strip() or (
                not head.lstrip().startswith((b"[", b"<")) and any(line.lstrip()[:1] == b"{" for line in lines)
            )
    except (SourceError, OSError) as error:
        raise _in_words(path, error) from error


def _rows(path: _File, part: str) -> Iterator[Entry | Rejected]:
    with _open(path) as packed:
        records = _records(path, unpacking(packed), part)
        first = list(itertools.islice(records, _LOOKED_AT))
        _, flat = shape_of([record for _, record in first]) or ("", dict)
        for place, record in itertools.chain(first, records):
            yield entry_or_rejected(record, place, flat)


def _records(path: _File, stream: io.BufferedReader, part: str) -> Iterator[tuple[str, object]]:
    head = stream.peek(6)[:6]
    if not is_arrow(head):
        yield from _lines(stream, part)
        return
    import pyarrow as pa

    mapped = needs_seeking(head) and isinstance(path, Path)
    with pa.memory_map(str(path)) if mapped else stream as file:
        for number, row in enumerate(rows_of(file, head), 1):
            yield f"{part}record {number}", row


def _lines(stream: io.BufferedReader, part: str) -> Iterator[tuple[str, object]]:
    for number in itertools.count(1):
        line = stream.readline(MAX_LINE)
        if not line:
            return
        place = f"{part}line {number}"
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            yield place, Rejected(place, f"it is longer than {MAX_LINE // 1_000_000} MB")
            continue
        if number == 1:
            line = line.removeprefix(_BOM)
        if line.strip():
            yield place, _value(line, place)


def _value(line: bytes, place: str) -> object:
    try:
        return value_of(line.decode(), place)
    except UnicodeDecodeError as error:
        return Rejected(place, f"it is not text in UTF-8 (byte {error.start + 1})")
