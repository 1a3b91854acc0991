"""How values and papers stand in the database: times as ISO text in UTC, lists, tags and evidence as JSON."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from tagger.domain.evidence import Evidence, FoundWord, LabelledPaper, TagEvidence
from tagger.domain.identity import title_key
from tagger.domain.paper import Paper
from tagger.domain.tags import Tags
from tagger.errors import StoreError
from tagger.store.failures import DAMAGED

if TYPE_CHECKING:
    from sqlite_utils import Database

_Written = TypeVar("_Written")
_Read = TypeVar("_Read")
_JSON = {
    "papers": ("authors", "categories"),
    "annotations": ("tags",),
    "suggestions": ("tags", "scores", "evidence"),
    "model_versions": ("figures",),
    "editions": ("papers",),
    "studio_annotations": ("tags",),
}


def _as_written(read: Callable[[_Written], _Read]) -> Callable[[_Written], _Read]:
    """Make what isn't as tagger writes it a StoreError: SQLite doesn't notice a bit that turned within a text."""

    @functools.wraps(read)
    def reading(value: _Written) -> _Read:
        try:
            return read(value)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StoreError(f"the database holds a damaged value ({str(value)[:80]})", DAMAGED) from error

    return reading


def faults(db: Database) -> list[str]:
    """Return which columns hold texts that aren't the JSON they have to be."""
    bad = [
        (db.execute(f"SELECT count(*) FROM {table} WHERE NOT json_valid({column})").fetchone()[0], table, column)
        for table, columns in _JSON.items()
        for column in columns
    ]
    return [f"{number} of {table} have damaged {column}" for number, table, column in bad if number]


DAY = "coalesce((SELECT max(day) FROM digest_papers d WHERE d.paper_id = p.id), p.published)"
"""A paper's day in SQL where ``papers`` is ``p``: that of its latest digest, or else the one on which it appeared."""


def time_text(at: datetime) -> str:
    """Return a time as text that sorts like the time: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@_as_written
def time_of(text: str) -> datetime:
    """Return the time that ``time_text`` wrote."""
    return datetime.fromisoformat(text)


@_as_written
def day_of(text: str) -> date:
    """Return the day that stands as ISO text."""
    return date.fromisoformat(text)


def json_text(value: object) -> str:
    """Return compact JSON with sorted keys, so that equal values are equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@_as_written
def object_of(text: str) -> dict[str, Any]:
    """Return the JSON object that ``json_text`` wrote."""
    content = json.loads(text)
    return dict(content.items())


def tags_text(tags: Tags) -> str:
    """Return tags as JSON."""
    return json_text({dimension: list(chosen) for dimension, chosen in tags.items()})


@_as_written
def tags_of(text: str) -> Tags:
    """Return the tags that ``tags_text`` wrote."""
    return _tags(json.loads(text))


def evidence_text(evidence: Evidence) -> str:
    """Return evidence as JSON."""
    return json_text(asdict(evidence))


@_as_written
def evidence_of(text: str) -> Evidence:
    """Return the evidence that ``evidence_text`` wrote; for a suggestion older than that, there is none."""
    content = object_of(text)
    tags = {
        dimension: {
            tag: TagEvidence(
                found["labelled_papers"],
                found["shares"],
                tuple(FoundWord(**word) for word in found["words"]),
                tuple(found["looked_at"]),
            )
            for tag, found in suggested.items()
        }
        for dimension, suggested in content.get("tags", {}).items()
    }
    nearest = (LabelledPaper(**(paper | {"tags": _tags(paper["tags"])})) for paper in content.get("nearest", ()))
    return Evidence(tags, tuple(nearest))


def _tags(content: Mapping[str, Iterable[str]]) -> Tags:
    return {dimension: tuple(chosen) for dimension, chosen in content.items()}


def paper_row(paper: Paper) -> dict[str, str | int | None]:
    """Return a paper as a row of its table, without its other ids and when it came."""
    return {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "text_hash": paper.text_hash,
        "title_key": title_key(paper.title),
        "published": paper.published.isoformat() if paper.published else None,
        "authors": json_text(paper.authors),
        "url": paper.url,
        "categories": json_text(paper.categories),
        "upvotes": paper.upvotes,
    }


@_as_written
def paper_of(row: dict[str, Any]) -> Paper:
    """Return the paper that a row holds: of its table, with ``other_ids`` as a list in JSON."""
    return Paper(
        id=row["id"],
        title=row["title"],
        abstract=row["abstract"],
        published=date.fromisoformat(row["published"]) if row["published"] else None,
        authors=tuple(json.loads(row["authors"])),
        url=row["url"],
        categories=tuple(json.loads(row["categories"])),
        upvotes=row["upvotes"],
        other_ids=tuple(json.loads(row["other_ids"])),
    )
