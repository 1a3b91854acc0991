"""Reads papers one after another, so that a source may be larger than the memory."""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tagger.domain.paper import Entry
from tagger.errors import SourceError
from tagger.sources.arrow_table import is_arrow, needs_seeking, rows_of
from tagger.sources.folder import files_of
from tagger.sources.json_lines import entry_or_rejected, shape_of, value_of
from tagger.sources.records import Rejected
from tagger.sources.unpacking import unpacking

MAX_LINE = 10_000_000
_LOOKED_AT = 1000  # so many records tell whether they are of an API
_BOM = b"\xef\xbb\xbf"
_CAN_BE_READ = (
    "Give JSON Lines, Parquet, Arrow, or a folder that `datasets` saved; `tagger predict --input` reads others"
)


@dataclass(frozen=True, slots=True)
class PaperStream:
    """A source that is read as a stream, as often as wanted. ``left_out`` are files of a folder that hold no papers."""

    name: str
    files: tuple[tuple[str, Path], ...]
    left_out: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Entry | Rejected]:
        """Yield its papers, and what can't be used, each with its place. Raises SourceError where it is damaged."""
        for part, path in self.files:
            try:
                yield from _rows(path, f"{part}, " if part else "")
            except (SourceError, OSError) as error:
                raise _in_words(path, error) from error

    def identity(self) -> tuple[int, str]:
        """Return its size in bytes and the SHA-256, in hex, of what it holds. Raises SourceError."""
        size, whole = 0, hashlib.sha256()
        for part, path in self.files:
            try:
                size += path.stat().st_size
                with path.open("rb") as file:
                    whole.update(f"{part}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
            except OSError as error:
                raise _in_words(path, error) from error
        return size, whole.hexdigest()


def open_stream(source: str) -> PaperStream:
    """Return a file or a folder as a stream. Raises SourceError if it holds nothing that can be read as one."""
    path = Path(source).expanduser()
    if not path.is_dir():
        if not path.is_file():
            raise SourceError(f"there is no file or folder {source}", "A stream can't be read from stdin or a URL")
        if not _is_stream(path):
            raise SourceError(f"{source} can't be read as a stream", _CAN_BE_READ)
        return PaperStream(path.name, (("", path),))
    within = [(file.relative_to(path).as_posix(), file) for file in files_of(path)]
    found = tuple((name, file) for name, file in within if _is_stream(file))
    if not found:
        raise SourceError(f"{source} holds no file that can be read as a stream", _CAN_BE_READ)
    return PaperStream(path.resolve().name, found, tuple(name for name, file in within if (name, file) not in found))


def _in_words(path: Path, error: SourceError | OSError) -> SourceError:
    if isinstance(error, SourceError):
        return SourceError(f"{path}: {error.message}", error.hint)
    return SourceError(f"can't read {path}: {error.strerror or error}")


def _is_stream(path: Path) -> bool:
    try:
        with path.open("rb") as packed:
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


def _rows(path: Path, part: str) -> Iterator[Entry | Rejected]:
    with path.open("rb") as packed:
        records = _records(path, unpacking(packed), part)
        first = list(itertools.islice(records, _LOOKED_AT))
        _, flat = shape_of([record for _, record in first]) or ("", dict)
        for place, record in itertools.chain(first, records):
            yield entry_or_rejected(record, place, flat)


def _records(path: Path, stream: io.BufferedReader, part: str) -> Iterator[tuple[str, object]]:
    head = stream.peek(6)[:6]
    if not is_arrow(head):
        yield from _lines(stream, part)
        return
    import pyarrow as pa

    with pa.memory_map(str(path)) if needs_seeking(head) else stream as file:
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
