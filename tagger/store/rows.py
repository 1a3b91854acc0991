"""How values and papers stand in the database: times as ISO text in UTC, lists, tags and evidence as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from tagger.domain.evidence import Evidence, FoundWord, LabelledPaper, TagEvidence
from tagger.domain.identity import title_key
from tagger.domain.paper import Paper
from tagger.domain.tags import Tags

DAY = "coalesce((SELECT max(day) FROM digest_papers d WHERE d.paper_id = p.id), p.published)"
"""A paper's day in SQL where ``papers`` is ``p``: that of its latest digest, or else the one on which it appeared."""


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
