"""Parquet files, and Arrow files and streams, which Hugging Face's ``datasets`` keeps its data in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from tagger.errors import SourceError
from tagger.sources.json_lines import parse_records
from tagger.sources.records import Parsed
from tagger.sources.unpacking import MAX_UNPACKED

_PARQUET, _FILE, _STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"


def is_arrow(data: bytes) -> bool:
    """Return whether bytes begin as one of these files does."""
    return data.startswith((_PARQUET, _FILE, _STREAM))


def parse_arrow(data: bytes) -> Parsed:
    """Parse a table whose columns are the fields of a paper, or those of an API. Raises SourceError."""
    import pyarrow as pa

    rows: list[object] = []
    size = 0
    try:
        for batch in _batches(data):
            size += batch.nbytes
            if size > MAX_UNPACKED:
                raise SourceError(f"it unpacks to more than {MAX_UNPACKED // 1_000_000} MB", "Split it")
            batch.validate(full=True)
            rows += [_plain(row) for row in batch.to_pylist()]
    except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError, MemoryError) as error:
        reason = " ".join(str(error).split())[:200]
        raise SourceError(f"the Parquet or Arrow file is damaged: {reason}", "Copy or download it again") from error
    return parse_records(rows, "Parquet" if data.startswith(_PARQUET) else "Arrow")


def _batches(data: bytes) -> Iterator[Any]:
    import pyarrow as pa

    if data.startswith(_PARQUET):
        import pyarrow.parquet as pq

        yield from pq.ParquetFile(pa.BufferReader(data)).iter_batches(batch_size=1000)
    elif data.startswith(_FILE):
        reader = pa.ipc.open_file(pa.BufferReader(data))
        yield from (reader.get_batch(i) for i in range(reader.num_record_batches))
    else:
        yield from pa.ipc.open_stream(pa.BufferReader(data))


def _plain(value: object) -> object:
    """Return a row's value as JSON has it: days and times as text."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value
