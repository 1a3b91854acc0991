"""arXiv's API answers: Atom, in the styles before and since 2026."""

from __future__ import annotations

from collections.abc import Iterator

from tagger.domain.paper import Entry
from tagger.sources.identifiers import known_id
from tagger.sources.records import Parsed, Rejected, collect, entry_of
from tagger.sources.xml_tree import XmlElement, text_at

_NAMES = {"a": "http://www.w3.org/2005/Atom", "arxiv": "http://arxiv.org/schemas/atom"}
ROOT = f"{{{_NAMES['a']}}}feed"
_API_ERROR = "arxiv.org/api/errors"


def parse_feed(root: XmlElement) -> Parsed:
    """Parse the feed below an Atom root element."""
    found = list(_entries(root))
    return collect("arXiv Atom", found, notes=() if found else ("the feed has no entries",))


def _entries(root: XmlElement) -> Iterator[Entry | Rejected]:
    for number, element in enumerate(root.iterfind("a:entry", _NAMES), 1):
        place = f"entry {number}"
        address = text_at(element, "a:id", _NAMES).strip()
        if _API_ERROR in address:
            reason = " ".join(text_at(element, "a:summary", _NAMES).split())
            yield Rejected(place, f"arXiv answers with an error: {reason[:200]}")
            continue
        doi = text_at(element, "arxiv:doi", _NAMES)
        try:
            yield entry_of(
                {
                    "id": known_id(address, doi) or known_id(doi) or address,
                    "title": text_at(element, "a:title", _NAMES),
                    "abstract": text_at(element, "a:summary", _NAMES),
                    "published": text_at(element, "a:published", _NAMES),
                    "authors": ["".join(name.itertext()) for name in element.iterfind("a:author/a:name", _NAMES)],
                    "url": address,
                    "categories": [c.get("term") for c in element.iterfind("a:category", _NAMES) if c.get("term")],
                    "doi": doi,
                },
                place,
            )
        except ValueError as error:
            yield Rejected(place, str(error))
