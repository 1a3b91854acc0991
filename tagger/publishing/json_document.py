"""``digest.json``: all that is published, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict

from tagger.publishing.view import PublishedPaper, PublishedTag, TaggedDigest


def json_document(digest: TaggedDigest) -> bytes:
    """Return all that is published of a digest as one JSON document."""
    document = {
        "day": digest.day.isoformat(),
        "title": digest.title,
        "tag_set": digest.tag_set.version,
        "edited_at": digest.edited_at.isoformat(),
        "withheld": digest.withheld,
        "tags_by_people": digest.tags_by_people,
        "tags_by_rule": digest.tags_by_rule,
        "corrections": [{"published": c.published.isoformat(), "lines": c.lines} for c in digest.corrections],
        "blind_checks": asdict(digest.checks) if digest.checks else None,
        "papers": [_paper(paper) for paper in digest.papers],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")


def _paper(published: PublishedPaper) -> dict[str, object]:
    paper = published.paper
    return {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "url": published.link,
        "authors": list(paper.authors),
        "published": paper.published.isoformat() if paper.published else None,
        "upvotes": paper.upvotes,
        "tags": {dimension: [json_tag(tag) for tag in tags] for dimension, tags in published.tags.items()},
    }


def json_tag(tag: PublishedTag) -> dict[str, object]:
    """Return a tag with its provenance, as every JSON of a digest gives it."""
    return {
        "id": tag.id,
        "name": tag.name,
        "by": tag.person,
        "rule": tag.rule,
        "model": tag.model,
        "score": round(tag.score, 4) if tag.score is not None else None,
        "at": tag.at.isoformat(),
    }
