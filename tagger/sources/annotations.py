"""Annotations as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import BinaryIO

from tagger.domain.paper import Paper
from tagger.domain.text import without_secrets
from tagger.errors import SourceError
from tagger.sources.detection import read_bytes, text_of_bytes
from tagger.sources.json_lines import lines_of
from tagger.sources.records import PAPER_FIELDS, Rejected, entry_of, id_of, text_of, texts_of

_ROW_FIELDS = (*PAPER_FIELDS, "annotator", "skip", "at", "tag_set")


@dataclass(frozen=True, slots=True)
class AnnotationRow:
    """One row; its tags are as written, not yet held against a tag set. ``paper`` is there if a title is.

    ``tag_set`` is the version of the tag set that it was made by, None if it doesn't say.
    """

    place: str
    paper_id: str
    annotator: str
    tags: Mapping[str, tuple[str, ...]]
    skipped: bool
    at: datetime | None
    paper: Paper | None
    digest: date | None
    tag_set: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedAnnotations:
    """The rows of a source, and those that can't be used."""

    rows: tuple[AnnotationRow, ...]
    rejected: tuple[Rejected, ...]


def read_annotations(source: str, dimensions: Sequence[str], *, stdin: BinaryIO | None = None) -> ParsedAnnotations:
    """Read the annotations of a file or, for ``-``, of stdin. Raises SourceError naming the source."""
    data = read_bytes(source, stdin)
    try:
        return parse_annotations(data, dimensions)
    except SourceError as error:
        raise SourceError(f"{without_secrets(source)}: {error.message}", error.hint) from error


def parse_annotations(data: bytes, dimensions: Sequence[str]) -> ParsedAnnotations:
    """Parse annotation rows, gzipped or not; ``dimensions`` are the ids that a row's tags may stand under."""
    found = list(_rows(text_of_bytes(data), dimensions))
    rows = tuple(item for item in found if isinstance(item, AnnotationRow))
    return ParsedAnnotations(rows, tuple(item for item in found if isinstance(item, Rejected)))


def _rows(text: str, dimensions: Sequence[str]) -> Iterator[AnnotationRow | Rejected]:
    for place, value in lines_of(text):
        if isinstance(value, Rejected):
            yield value
        elif not isinstance(value, dict):
            yield Rejected(place, "it is not a record (a JSON object)")
        else:
            try:
                yield _row(value, dimensions, place)
            except ValueError as error:
                yield Rejected(place, str(error))


def _row(record: Mapping[str, object], dimensions: Sequence[str], place: str) -> AnnotationRow:
    annotator = text_of(record, "annotator")
    if not annotator:
        raise ValueError("it has no annotator")
    skipped = record.get("skip", False)
    if not isinstance(skipped, bool):
        raise ValueError("its skip is neither true nor false")
    for field in record:
        if field not in _ROW_FIELDS and field not in dimensions:
            raise ValueError(f"'{field[:60]}' is no dimension of the tag set ({', '.join(dimensions)})")
    tags = {dimension: texts_of(record, dimension) for dimension in dimensions if dimension in record}
    if not skipped and not tags:
        raise ValueError("it has neither tags nor skip")
    entry = entry_of(record, place) if text_of(record, "title") else None
    own_id = entry.paper.id if entry else id_of(record)
    if not own_id:
        raise ValueError("it has no id and no title")
    return AnnotationRow(
        place=place,
        paper_id=own_id,
        annotator=annotator,
        tags={} if skipped else tags,
        skipped=skipped,
        at=_time_of(record),
        paper=entry.paper if entry else None,
        digest=entry.digest if entry else None,
        tag_set=_version_of(record),
    )


def _version_of(record: Mapping[str, object]) -> int | None:
    version = record.get("tag_set")
    if version is not None and (type(version) is not int or version < 1):
        raise ValueError("its tag_set is no version, a whole number from 1 up")
    return version


def _time_of(record: Mapping[str, object]) -> datetime | None:
    text = text_of(record, "at")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"its at is '{text[:40]}', not a time in ISO form") from None
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"its at is '{text[:40]}', beyond the calendar") from None
