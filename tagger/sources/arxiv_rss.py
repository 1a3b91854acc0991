"""arXiv's RSS feeds of a day's announcements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from tagger.domain.paper import Entry
from tagger.sources.identifiers import known_id
from tagger.sources.records import Parsed, Rejected, collect, entry_of
from tagger.sources.xml_tree import XmlElement, text_at

_NAMES = {"dc": "http://purl.org/dc/elements/1.1/", "arxiv": "http://arxiv.org/schemas/atom"}
_HEAD = re.compile(r"\s*arXiv:\S+\s+Announce Type:\s*\S+\s+(?:Abstract:\s*)?", re.IGNORECASE)
ROOT = "rss"


def parse_feed(root: XmlElement) -> Parsed:
    """Parse the feed below an RSS root element."""
    found = list(_entries(root))
    return collect("arXiv RSS", found, notes=() if found else ("the feed has no entries",))


def _entries(root: XmlElement) -> Iterator[Entry | Rejected]:
    for number, item in enumerate(root.iterfind("channel/item"), 1):
        place = f"item {number}"
        link, doi = text_at(item, "link", _NAMES).strip(), text_at(item, "arxiv:DOI", _NAMES)
        description = text_at(item, "description", _NAMES)
        is_new = text_at(item, "arxiv:announce_type", _NAMES).strip() == "new"
        try:
            yield entry_of(
                {
                    "id": known_id(link, description) or known_id(doi),
                    "title": text_at(item, "title", _NAMES),
                    "abstract": _HEAD.sub("", description, count=1),
                    # For replacements and cross-lists, pubDate is that of the update.
                    "published": _day(text_at(item, "pubDate", _NAMES)) if is_new else None,
                    "authors": text_at(item, "dc:creator", _NAMES).replace(", ", ";"),
                    "url": link,
                    "categories": ["".join(c.itertext()) for c in item.iterfind("category")],
                    "doi": doi,
                },
                place,
            )
        except ValueError as error:
            yield Rejected(place, str(error))


def _day(text: str) -> str | None:
    """Return an e-mail date's day in ISO form. Raises ValueError if it is none."""
    if not text.strip():
        return None
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, IndexError, OverflowError) as error:
        raise ValueError(f"its pubDate is '{text[:40]}', not a date") from error
