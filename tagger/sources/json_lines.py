"""Papers as JSON: one record a line, a list of records, or one alone; ours or those of an API or export."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tagger.domain.paper import Entry
from tagger.sources import csl_json, hf_api, openalex, openreview, semantic_scholar
from tagger.sources.records import Parsed, Rejected, collect, entry_of

Flat = Callable[[Mapping[str, object]], Mapping[str, object]]
"""Turns a record of some shape into one with the fields of a paper."""

_SHAPES: tuple[tuple[str, Callable[[object], bool], Flat], ...] = (
    ("Hugging Face API", hf_api.is_hf_api, hf_api.flat),
    ("Semantic Scholar", semantic_scholar.is_semantic_scholar, semantic_scholar.flat),
    ("OpenReview", openreview.is_openreview, openreview.flat),
    ("OpenAlex", openalex.is_openalex, openalex.flat),
    ("CSL JSON", csl_json.is_csl, csl_json.flat),
)
_LISTS = ("data", "recommendedPapers", "notes", "results", "items", "dailyPapers")  # what APIs wrap their records in


def parse_json_lines(text: str) -> Parsed:
    """Parse one record a line; empty lines count for the numbering only."""
    return _parsed("JSON Lines", lines_of(text))


def parse_records(records: Iterable[object], format_name: str = "JSON") -> Parsed:
    """Parse records that stood in a list or a table."""
    return _parsed(format_name, ((f"record {number}", record) for number, record in enumerate(records, 1)))


def records_of(document: Mapping[str, object]) -> list[object]:
    """Return the records that an API's answer wraps, or the document itself as the only one."""
    if not {"title", "paper", "content"} & document.keys():
        for name in _LISTS:
            if isinstance(found := document.get(name), list):
                return found
    return [document]


def lines_of(text: str) -> Iterator[tuple[str, object]]:
    """Yield each line's place and its JSON value, or a Rejected where it is none."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = f"line {number}"
            yield place, value_of(line, place)


def value_of(line: str, place: str) -> object:
    """Return a line's JSON value, or a Rejected if it is none."""
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        return Rejected(place, f"it is not valid JSON: {error.msg} at character {error.pos + 1}")
    except (RecursionError, ValueError):
        return Rejected(place, "it is not usable JSON: nested too deeply or a number too long")


def shape_of(records: Sequence[object]) -> tuple[str, Flat] | None:
    """Return the name of the API that records are of, if one of them has its shape, and what makes them flat."""
    for name, is_of, flat in _SHAPES:
        if any(is_of(record) for record in records):
            return name, flat
    return None


def entry_or_rejected(record: object, place: str, flat: Flat) -> Entry | Rejected:
    """Return what a record that was read, or rejected already, comes to."""
    if isinstance(record, Rejected):
        return record
    if not isinstance(record, dict):
        return Rejected(place, "it is not a record (a JSON object)")
    try:
        return entry_of(flat(record), place)
    except ValueError as error:
        return Rejected(place, str(error))


def _parsed(format_name: str, placed: Iterable[tuple[str, object]]) -> Parsed:
    """Parse records with their places: all in the shape of an API, if one of them has it."""
    placed = list(placed)
    name, flat = shape_of([record for _, record in placed]) or (format_name, dict)
    return collect(name, (entry_or_rejected(record, place, flat) for place, record in placed))
