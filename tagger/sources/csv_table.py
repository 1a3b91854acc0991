"""Papers as CSV or TSV with a header row of field names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from tagger.domain.paper import Entry
from tagger.sources.records import PAPER_FIELDS, Parsed, Rejected, collect, entry_of

_MAX_FIELD = 100_000_000


def is_header(line: str) -> bool:
    """Return whether a line is the header of a table of papers: it names the title and otherwise fits."""
    return "title" in _names(line)


def parse_csv(text: str) -> Parsed:
    """Parse a table whose header names the fields; columns of other names are left out, and that is noted."""
    header = text.split("\n", 1)[0]
    unknown = [name for name in _names(header) if name not in PAPER_FIELDS]
    notes = [f"columns left out: {', '.join(unknown)}"] if unknown else []
    return collect("CSV", _entries(text, _delimiter(header)), notes=notes)


def _entries(text: str, delimiter: str) -> Iterator[Entry | Rejected]:
    csv.field_size_limit(_MAX_FIELD)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names = [name.strip().lower() for name in next(rows)]
    while True:
        place = f"line {rows.line_num + 1}"
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejected(place, f"it is not valid CSV: {error}; what follows can't be read")
            return
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            yield Rejected(place, f"it has {len(row)} columns, the header has {len(names)}")
            continue
        try:
            yield entry_of(dict(zip(names, row, strict=True)), place)
        except ValueError as error:
            yield Rejected(place, str(error))


def _names(header: str) -> list[str]:
    return [name.strip().strip('"').strip().lower() for name in header.split(_delimiter(header))]


def _delimiter(header: str) -> str:
    return max(",\t;", key=header.count)
