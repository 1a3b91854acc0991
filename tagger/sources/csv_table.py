"""Papers as CSV or TSV with a header row of field names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tagger.domain.paper import Entry
from tagger.sources.citations import full_day, natural_name
from tagger.sources.identifiers import address_of, known_id
from tagger.sources.records import PAPER_FIELDS, Parsed, Rejected, collect, entry_of

_ZOTERO = {"item type", "abstract note", "title"}  # columns that only its exports have together
_MAX_FIELD = 100_000_000
_MAX_ABOVE = 100
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Header:
    """A table's names of columns, and the number of lines ``above`` them."""

    above: int
    delimiter: str
    names: list[str]


def is_csv(text: str) -> bool:
    """Return whether text begins with the header of a table of papers: a line that names the title."""
    return "title" in _header_of(text).names


def parse_csv(text: str) -> Parsed:
    """Parse a table whose header names the fields; columns of other names are left out, and that is noted."""
    header = _header_of(text)
    if _ZOTERO <= set(header.names):
        return collect("Zotero CSV", _entries(text, header))
    unknown = [name for name in header.names if name not in PAPER_FIELDS]
    notes = [f"columns left out: {', '.join(unknown)}"] if unknown else []
    return collect("CSV", _entries(text, header), notes=notes)


def _entries(text: str, header: _Header) -> Iterator[Entry | Rejected]:
    csv.field_size_limit(_MAX_FIELD)
    lines = io.StringIO(text, newline="")
    for _ in range(header.above):
        lines.readline()
    rows = csv.reader(lines, delimiter=header.delimiter, strict=True)
    names: list[str] = []
    while True:
        place = f"line {header.above + rows.line_num + 1}"
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejected(place, f"it is not valid CSV: {error}; what follows can't be read")
            return
        if not names:
            names = [name.strip().lower() for name in row]
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            yield Rejected(place, f"it has {len(row)} columns, the header has {len(names)}")
            continue
        try:
            record = dict(zip(names, row, strict=True))
            yield entry_of(_of_zotero(record) if _ZOTERO <= set(names) else record, place)
        except ValueError as error:
            yield Rejected(place, str(error))


def _of_zotero(record: dict[str, str]) -> dict[str, object]:
    """Return a row of Zotero's export as a record with the fields of a paper."""
    doi, url = record.get("doi"), record.get("url")
    return {
        "id": known_id(doi, url, record.get("archive id"), record.get("number"), record.get("extra")),
        "title": record.get("title"),
        "abstract": record.get("abstract note"),
        "published": full_day(record.get("date")),
        "authors": [natural_name(name) for name in record.get("author", "").split(";")],
        "url": address_of(url, doi),
        "categories": record.get("manual tags") or record.get("automatic tags"),
        "doi": doi,
    }


def _header_of(text: str) -> _Header:
    """Return the first line that isn't empty, or the one after it if that is a spreadsheet's ``sep=``."""
    above, delimiter = 0, ""
    for line in text.split("\n", _MAX_ABOVE)[:_MAX_ABOVE]:
        if separator := _SEPARATOR.fullmatch(line.strip(" ")):
            delimiter = separator[1]
        elif line.strip():
            delimiter = delimiter or max(",\t;", key=line.count)
            return _Header(above, delimiter, [n.strip().strip('"').strip().lower() for n in line.split(delimiter)])
        above += 1
    return _Header(0, ",", [])
