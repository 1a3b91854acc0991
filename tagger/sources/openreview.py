"""OpenReview's API: a note that is a submission, of version 1 or 2 of the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from tagger.sources.identifiers import arxiv_id_in


def is_openreview(record: object) -> bool:
    """Return whether a record is a note of that API: its ``content`` and where it belongs."""
    return isinstance(record, dict) and isinstance(record.get("content"), dict) and "forum" in record


def flat(record: Mapping[str, object]) -> dict[str, object]:
    """Return a note as a record with the fields of a paper. Raises ValueError if it is a review or comment.

    In version 2, each value of the content is wrapped: ``{"title": {"value": …}}``. ``pdate`` is when it was
    published, ``cdate`` when it was made, in milliseconds.
    """
    if record.get("replyto"):
        raise ValueError("it is a reply to a paper, not a paper")
    wrapped = record.get("content")
    content = {
        name: value["value"] if isinstance(value, dict) and "value" in value else value
        for name, value in (wrapped.items() if isinstance(wrapped, dict) else ())
    }
    forum = record.get("forum")
    return {
        "id": arxiv_id_in([content.get("arxiv"), content.get("html"), content.get("_bibtex")]) or forum,
        "title": content.get("title"),
        "abstract": content.get("abstract"),
        "published": _day(record.get("pdate") or record.get("cdate")),
        "authors": content.get("authors"),
        "url": f"https://openreview.net/forum?id={forum}" if isinstance(forum, str) and forum else None,
        "categories": content.get("keywords"),
        "other_ids": [forum],
    }


def _day(milliseconds: object) -> str | None:
    if milliseconds is None:
        return None
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        raise ValueError("its date is not a number of milliseconds")
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise ValueError("its date is beyond the calendar") from None
