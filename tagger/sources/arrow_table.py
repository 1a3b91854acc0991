"""Parquet files, and Arrow files and streams, which Hugging Face's ``datasets`` keeps its data in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, BinaryIO

from tagger.errors import SourceError
from tagger.sources.json_lines import parse_records
from tagger.sources.records import Parsed
from tagger.sources.unpacking import MAX_UNPACKED

if TYPE_CHECKING:
    import pyarrow as pa

_PARQUET, _FILE, _STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"


def is_arrow(data: bytes) -> bool:
    """Return whether bytes begin as one of these files does."""
    return data.startswith((_PARQUET, _FILE, _STREAM))


def parse_arrow(data: bytes) -> Parsed:
    """Parse a table whose columns are the fields of a paper, or those of an API. Raises SourceError."""
    import pyarrow as pa

    rows = list(rows_of(pa.BufferReader(data), data[:6], most=MAX_UNPACKED))
    return parse_records(rows, "Parquet" if data.startswith(_PARQUET) else "Arrow")


def needs_seeking(head: bytes) -> bool:
    """Return whether a file that begins so can't be read from its start to its end alone."""
    return head.startswith((_PARQUET, _FILE))


def rows_of(file: pa.NativeFile | BinaryIO, head: bytes, *, most: int | None = None) -> Iterator[object]:
    """Yield the rows of a pyarrow file or a binary stream that begins with ``head``, a batch at a time in memory.

    Raises SourceError if it is damaged, or unpacks to more than ``most`` bytes.
    """
    import pyarrow as pa

    size = 0
    try:
        for batch in _batches(file, head):
            batch.validate(full=True)  # before all else, as even the size of a damaged one ends the process
            size += batch.nbytes
            if most is not None and size > most:
                raise SourceError(f"it unpacks to more than {most // 1_000_000} MB", "Split it")
            yield from map(_plain, batch.to_pylist())
    except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError, MemoryError) as error:
        reason = " ".join(str(error).split())[:200]
        raise SourceError(f"the Parquet or Arrow file is damaged: {reason}", "Copy or download it again") from error


def _batches(file: pa.NativeFile | BinaryIO, head: bytes) -> Iterator[Any]:
    import pyarrow as pa

    if head.startswith(_PARQUET):
        import pyarrow.parquet as pq

        yield from pq.ParquetFile(file, pre_buffer=False).iter_batches(batch_size=1000)
    elif head.startswith(_FILE):
        reader = pa.ipc.open_file(file)
        yield from (reader.get_batch(i) for i in range(reader.num_record_batches))
    else:
        yield from pa.ipc.open_stream(file)


def _plain(value: object) -> object:
    """Return a row's value as JSON has it: days and times as text."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value
