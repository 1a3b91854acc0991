"""Papers as JSON Lines, or as one JSON list of the same records."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tagger.domain.paper import Entry
from tagger.sources.records import Parsed, Rejected, collect, entry_of


def parse_json_lines(text: str) -> Parsed:
    """Parse one record a line; empty lines count for the numbering only."""
    return collect("JSON Lines", _entries(text))


def parse_records(records: list[object]) -> Parsed:
    """Parse records that stood in a JSON list."""
    places = ((f"record {number}", record) for number, record in enumerate(records, 1))
    return collect("JSON", (_entry(record, place) for place, record in places))


def lines_of(text: str) -> Iterator[tuple[str, object]]:
    """Yield each line's place and its JSON value, or a Rejected where it is none."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"line {number}"
        try:
            yield place, json.loads(line)
        except json.JSONDecodeError as error:
            yield place, Rejected(place, f"it is not valid JSON: {error.msg} at character {error.pos + 1}")
        except (RecursionError, ValueError):
            yield place, Rejected(place, "it is not usable JSON: nested too deeply or a number too long")


def _entries(text: str) -> Iterator[Entry | Rejected]:
    for place, value in lines_of(text):
        yield value if isinstance(value, Rejected) else _entry(value, place)


def _entry(record: object, place: str) -> Entry | Rejected:
    if not isinstance(record, dict):
        return Rejected(place, "it is not a record (a JSON object)")
    try:
        return entry_of(record, place)
    except ValueError as error:
        return Rejected(place, str(error))
