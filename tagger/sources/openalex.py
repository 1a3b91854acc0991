"""OpenAlex's API: a work."""

from __future__ import annotations

from collections.abc import Mapping

from tagger.sources.identifiers import known_id

_MAX_WORDS = 50_000


def is_openalex(record: object) -> bool:
    """Return whether a record is a work of that API."""
    return isinstance(record, dict) and str(record.get("id", "")).startswith("https://openalex.org/W")


def flat(record: Mapping[str, object]) -> dict[str, object]:
    """Return a work as a record with the fields of a paper. Raises ValueError if its abstract is unusable.

    A work without an arXiv id or a DOI has OpenAlex's own as its id.
    """
    doi, own = record.get("doi"), str(record.get("id"))
    addresses = [
        place.get(field)
        for place in [record.get("primary_location"), *_dicts(record.get("locations"))]
        if isinstance(place, dict)
        for field in ("landing_page_url", "pdf_url")
    ]
    authors = [a.get("author") for a in _dicts(record.get("authorships"))]
    return {
        "id": known_id(doi, *addresses) or own.rsplit("/", 1)[-1],
        "title": record.get("title") or record.get("display_name"),
        "abstract": _abstract(record.get("abstract_inverted_index")),
        "published": record.get("publication_date"),
        "authors": [a["display_name"] for a in authors if isinstance(a, dict) and a.get("display_name")],
        "url": next((a for a in addresses if a), doi or own),
        "categories": [t["display_name"] for t in _dicts(record.get("topics")) if t.get("display_name")],
        "doi": doi,
        "other_ids": [own.rsplit("/", 1)[-1]],
    }


def _dicts(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _abstract(index: object) -> str | None:
    """Return the text of an index of words to their positions."""
    if index is None:
        return None
    if not isinstance(index, dict):
        raise ValueError("its abstract_inverted_index is not one")
    words: dict[int, str] = {}
    for word, places in index.items():
        if not isinstance(places, list) or not all(isinstance(p, int) and 0 <= p < _MAX_WORDS for p in places):
            raise ValueError("its abstract_inverted_index is not one")
        words.update(dict.fromkeys(places, word))
    return " ".join(words[place] for place in sorted(words))
