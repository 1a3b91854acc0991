"""The Daily Papers page as text: what is left when a person copies it out of a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tagger.domain.paper import Entry
from tagger.sources.records import Parsed, Rejected, collect, entry_of

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAY = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?",
    re.IGNORECASE,
)
# Lines that stand between papers on the page and belong to none of them.
_FURNITURE = re.compile(
    r"new|subscribe|daily papers|get trending papers in your email inbox!|by\s*ak and the research community|"
    r"submitted by|upvotes?|\d+ (?:authors?|comments?|upvotes?)|[-\u2013\u2014\u00b7\u2022|\s]*[\d.,]*k?|"
    r"(?:previous|next|today)\b.*|view (?:all|more)\b.*|published on .*|"
    r"\W*(?:github|arxiv page|project page)\W*[\d.,]*k?",
    re.IGNORECASE,
)
_ABSTRACT_WORDS = 40
_TITLE_WORDS = 40


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Lines that stand together, as one text, and the number of the first."""

    line: int
    text: str

    @property
    def words(self) -> int:
        return len(self.text.split())


def is_page(text: str) -> bool:
    """Return whether text looks like the page: a day's line or its banner, and below it short and long paragraphs."""
    head = text[:20_000].split("\n")
    named = any(_DAY.fullmatch(line.strip()) or line.strip().lower() == "daily papers" for line in head[:60])
    return named and any(len(line.split()) >= _ABSTRACT_WORDS for line in head)


def parse_page(text: str, today: date) -> Parsed:
    """Parse the page's text: a title is a short paragraph right before a long one, its abstract.

    A day without a year is the latest such day that isn't after ``today``.
    """
    paragraphs = list(_paragraphs(text))
    first_long = next((i for i, p in enumerate(paragraphs) if p.words >= _ABSTRACT_WORDS), len(paragraphs))
    day, notes = None, []
    for paragraph in paragraphs[: max(first_long, 1)]:
        if match := _DAY.fullmatch(paragraph.text):
            day, told = _day(match, today)
            notes += [told] if told else []
    return collect("Daily Papers page", _entries(paragraphs, day), notes)


def _entries(paragraphs: list[_Paragraph], day: date | None) -> Iterator[Entry | Rejected]:
    title: _Paragraph | None = None
    abstract: list[str] = []
    seen_day = False
    for paragraph in paragraphs:
        if _DAY.fullmatch(paragraph.text) or _FURNITURE.fullmatch(paragraph.text):
            if _DAY.fullmatch(paragraph.text) and not seen_day:
                seen_day, title = True, None  # what stands above the day is the page's banner
            continue
        if paragraph.words >= _ABSTRACT_WORDS or (abstract and _goes_on(paragraph.text)):
            if title is None:
                yield Rejected(f"line {paragraph.line}", "an abstract without a title before it")
            else:
                abstract.append(paragraph.text)
            continue
        if title is not None and abstract:
            yield _entry(title, abstract, day)
        elif title is not None and seen_day:
            yield Rejected(f"line {title.line}", f"no abstract follows '{title.text[:60]}'")
        title, abstract = paragraph, []
    if title is not None and abstract:
        yield _entry(title, abstract, day)
    elif title is not None and seen_day:
        yield Rejected(f"line {title.line}", f"no abstract follows '{title.text[:60]}'")


def _entry(title: _Paragraph, abstract: list[str], day: date | None) -> Entry | Rejected:
    place = f"line {title.line}"
    if title.words > _TITLE_WORDS:
        return Rejected(place, "its title is too long to be one")
    record = {"title": title.text, "abstract": " ".join(abstract), "digest": day.isoformat() if day else None}
    try:
        return entry_of(record, place)
    except ValueError as error:
        return Rejected(place, str(error))


def _goes_on(text: str) -> bool:
    """Return whether a short paragraph after an abstract is more of it: it ends like a sentence, which titles don't."""
    return text.endswith(".") and not text.endswith("...") and len(text.split()) >= 5


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    """Yield paragraphs: lines up to an empty one, but a line of few words before a long one stands for itself."""
    lines: list[str] = []
    start = 0
    for number, raw in enumerate([*text.split("\n"), ""], 1):
        line = " ".join(raw.split())
        stands_alone = bool(_DAY.fullmatch(line) or _FURNITURE.fullmatch(line))
        long_after_short = lines and len(line.split()) >= _ABSTRACT_WORDS > sum(len(x.split()) for x in lines)
        short_after_long = lines and len(lines[-1].split()) >= _ABSTRACT_WORDS > len(line.split())
        if lines and (not line or stands_alone or long_after_short or short_after_long):
            yield _Paragraph(start, " ".join(lines))
            lines = []
        if line:
            start = start if lines else number
            lines.append(line)
        if stands_alone and lines:
            yield _Paragraph(start, line)
            lines = []


def _day(match: re.Match[str], today: date) -> tuple[date | None, str]:
    month = _MONTHS.index(match[1].lower()) + 1 if match[1].lower() in _MONTHS else 0
    years = [int(match[3])] if match[3] else range(today.year, today.year - 9, -1)
    for year in years:
        try:
            day = date(year, month, int(match[2]))
        except ValueError:
            continue
        if match[3] or day <= today:
            return day, "" if match[3] else f"no year in '{match[0]}': took {day}; --digest DATE says otherwise"
    return None, f"'{match[0]}' is no day of the calendar"
