"""How values stand in the database's columns: times as ISO text in UTC, lists, tags and evidence as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from tagger.domain.evidence import Evidence, FoundWord, LabelledPaper, TagEvidence
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
    return _tags(json.loads(text))


def evidence_text(evidence: Evidence) -> str:
    """Return evidence as JSON."""
    return json_text(asdict(evidence))


def evidence_of(text: str) -> Evidence:
    """Return the evidence that ``evidence_text`` wrote; for a suggestion older than that, there is none."""
    content = json.loads(text)
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
