"""Turns one record of any format into a paper, checking every field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from tagger.domain.paper import Entry, Paper, is_arxiv_id, merge, one_spelling, paper_id, title_id
from tagger.domain.text import clean
from tagger.sources.identifiers import arxiv_id_in, known_id

PAPER_FIELDS = ("id", "title", "abstract", "published", "digest", "authors", "url", "categories", "upvotes", "doi")
# Far beyond any paper's: a text that is longer is a broken file, and a burden on every page and command after it.
MOST_CHARACTERS = {"id": 2000, "title": 5000, "abstract": 500_000}
_WHOLE = re.compile(r"(\d{1,15})(?:\.0+)?")  # a spreadsheet writes 12 as 12.0
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?=$|[T ])")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that can't be used: where it stands and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a source holds. ``notes`` are assumptions made and oddities met, each a line for the user.

    ``day_notes`` are those about the digest's day, which are void where the user says it.
    """

    format: str
    entries: tuple[Entry, ...]
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()
    day_notes: tuple[str, ...] = ()

    def within(self, name: str) -> Parsed:
        """Return it as a part of something larger: every place and note begins with the part's name."""
        return Parsed(
            self.format,
            tuple(replace(entry, place=f"{name}, {entry.place}") for entry in self.entries),
            tuple(Rejected(f"{name}, {r.place}", r.reason) for r in self.rejected),
            tuple(f"{name}: {note}" for note in self.notes),
            tuple(f"{name}: {note}" for note in self.day_notes),
        )


def entry_of(record: Mapping[str, object], place: str) -> Entry:
    """Return the entry that a record with the fields of a paper describes. Raises ValueError saying what is wrong."""
    title = text_of(record, "title")
    if not title:
        raise ValueError("it has no title")
    paper = Paper(
        id=id_of(record) or title_id(title),
        title=title,
        abstract=text_of(record, "abstract"),
        published=day_of(record, "published"),
        authors=texts_of(record, "authors"),
        url=text_of(record, "url") or None,
        categories=texts_of(record, "categories"),
        upvotes=_count_of(record, "upvotes"),
    )
    paper = replace(paper, other_ids=_other_ids(record, paper.id))
    return Entry(paper, day_of(record, "digest"), place)


def collect(
    format_name: str, found: Iterable[Entry | Rejected], *, notes: Iterable[str] = (), day_notes: Iterable[str] = ()
) -> Parsed:
    """Return entries, one for each paper and digest, and rejections sorted out."""
    items = list(found)
    entries, repetitions = merge(item for item in items if isinstance(item, Entry))
    rejected = tuple(item for item in items if isinstance(item, Rejected))
    return Parsed(format_name, tuple(entries), rejected, (*notes, *repetitions), tuple(day_notes))


def id_of(record: Mapping[str, object]) -> str:
    """Return the id that a record gives, empty if it gives none. Raises ValueError if it is none.

    It isn't cleaned, as then two ids might become one.
    """
    return paper_id(str(record["id"])) if text_of(record, "id") else ""


def text_of(record: Mapping[str, object], field: str) -> str:
    """Return a field's text, cleaned: empty if it is missing or null. Raises ValueError if it is none, or too long."""
    value = record.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"its {field} is not a text")
    text = clean(value)
    if len(text) > (most := MOST_CHARACTERS.get(field, len(text))):
        raise ValueError(f"its {field} has {len(text):,} characters, more than {most:,}")
    return text


def texts_of(record: Mapping[str, object], field: str) -> tuple[str, ...]:
    """Return a field's list of texts; one text is split at semicolons. Raises ValueError if it is neither."""
    value = record.get(field)
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"its {field} are not a list of texts")
    return tuple(text for item in value if (text := clean(item)))


def day_of(record: Mapping[str, object], field: str) -> date | None:
    """Return a field's day, from a date or a time in ISO form. Raises ValueError if it is neither."""
    text = text_of(record, field)
    if not text:
        return None
    match = _DATE.match(text)
    try:
        return date.fromisoformat(match[0]) if match else datetime.fromisoformat(text).date()
    except ValueError:
        raise ValueError(f"its {field} is '{text[:40]}', not a date such as 2026-08-07") from None


def _other_ids(record: Mapping[str, object], own: str) -> tuple[str, ...]:
    """Return the ids beside its own that a record names: by its DOI, its address, or in ``other_ids``.

    Of arXiv ids that differ only the first is taken, its own if that is one: no paper has two.
    """
    others = record.get("other_ids")
    raw = [known_id(record.get("doi")), arxiv_id_in([record.get("url")]), *(others if isinstance(others, list) else ())]
    named = [paper_id(name) for name in raw if isinstance(name, str) and name.isprintable() and len(name.split()) == 1]
    arxiv = next((one_spelling(name) for name in [own, *named] if is_arxiv_id(name)), None)
    of_one = [name for name in named if not is_arxiv_id(name) or one_spelling(name) == arxiv]
    return tuple(name for name in dict.fromkeys(of_one) if name != own)


def _count_of(record: Mapping[str, object], field: str) -> int | None:
    value = record.get(field)
    if isinstance(value, str):
        written = _WHOLE.fullmatch(value.strip())
        value = int(written[1]) if written else clean(value) or None
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise ValueError(f"its {field} is not a whole number")
    return value
