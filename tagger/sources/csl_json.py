"""CSL JSON, as Zotero and other reference managers export it."""

from __future__ import annotations

from collections.abc import Mapping

from tagger.sources.identifiers import address_of, known_id


def is_csl(record: object) -> bool:
    """Return whether a record is an item of CSL JSON: one with a type, and names or dates as CSL writes them."""
    if not isinstance(record, dict) or not isinstance(record.get("type"), str) or "title" not in record:
        return False
    authors = record.get("author")
    named = isinstance(authors, list) and all(isinstance(a, dict) and {"family", "literal"} & a.keys() for a in authors)
    return named or isinstance(record.get("issued"), dict)


def flat(record: Mapping[str, object]) -> dict[str, object]:
    """Return an item as a record with the fields of a paper; its own id, which only one library knows, is left out."""
    doi, url = record.get("DOI"), record.get("URL")
    authors = record.get("author")
    return {
        "id": known_id(doi, url, record.get("number"), record.get("note"), record.get("archive_location")),
        "title": record.get("title"),
        "abstract": record.get("abstract"),
        "published": _day(record.get("issued")),
        "authors": [_name(a) for a in authors if isinstance(a, dict)] if isinstance(authors, list) else None,
        "url": address_of(url, doi),
        "doi": doi,
    }


def _name(author: Mapping[str, object]) -> str:
    if isinstance(author.get("literal"), str):
        return str(author["literal"])
    parts = ("given", "non-dropping-particle", "family", "suffix")
    return " ".join(str(author[part]) for part in parts if author.get(part))


def _day(issued: object) -> str | None:
    """Return the day, if all of year, month and day are there; a year alone is none."""
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    if not isinstance(first, list) or len(first) != 3:
        return None
    try:
        year, month, day = (int(part) for part in first)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("its issued is not a date") from None
    return f"{year:04}-{month:02}-{day:02}"
