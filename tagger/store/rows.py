"""How values stand in the database's columns: times as ISO text in UTC, lists and tags as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from tagger.domain.tags import Tags


def time_text(at: datetime) -> str:
    """Return a time as text that sorts like the time: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(text: str) -> datetime:
    """Return the time that ``time_text`` wrote."""
    return datetime.fromisoformat(text)


def json_text(value: object) -> str:
    """Return compact JSON with sorted keys, so that equal values are equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def tags_text(tags: Tags) -> str:
    """Return tags as JSON."""
    return json_text({dimension: list(chosen) for dimension, chosen in tags.items()})


def tags_of(text: str) -> Tags:
    """Return the tags that ``tags_text`` wrote."""
    content: Mapping[str, Iterable[str]] = json.loads(text)
    return {dimension: tuple(chosen) for dimension, chosen in content.items()}
