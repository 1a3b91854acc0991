"""Papers as JSON: one record a line, a list of records, or one alone; ours or those of Hugging Face's API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from tagger.domain.paper import Entry
from tagger.sources.hf_api import flat, is_hf_api
from tagger.sources.records import Parsed, Rejected, collect, entry_of


def parse_json_lines(text: str) -> Parsed:
    """Parse one record a line; empty lines count for the numbering only."""
    return _parsed("JSON Lines", lines_of(text))


def parse_records(records: Iterable[object]) -> Parsed:
    """Parse records that stood in a JSON list."""
    return _parsed("JSON", ((f"record {number}", record) for number, record in enumerate(records, 1)))


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


def _parsed(format_name: str, placed: Iterable[tuple[str, object]]) -> Parsed:
    """Parse records with their places: all as entries of the API, if one of them is."""
    placed = list(placed)
    from_api = any(is_hf_api(record) for _, record in placed)
    entries = (_entry(record, place, from_api=from_api) for place, record in placed)
    return collect("Hugging Face API" if from_api else format_name, entries)


def _entry(record: object, place: str, *, from_api: bool) -> Entry | Rejected:
    if isinstance(record, Rejected):
        return record
    if not isinstance(record, dict):
        return Rejected(place, "it is not a record (a JSON object)")
    try:
        return entry_of(flat(record) if from_api else record, place)
    except ValueError as error:
        return Rejected(place, str(error))
