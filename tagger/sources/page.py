"""The Daily Papers page as text: what is left when a person copies it out of a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tagger.domain.paper import Entry
from tagger.sources.days import day_of_line
from tagger.sources.records import Parsed, Rejected, collect, entry_of

_BANNER = "daily papers"
# Lines that stand between papers on the page and belong to none of them: whole lines, as titles may begin like them.
_FURNITURE = re.compile(
    r"new|subscribe|get trending papers in your email inbox!|by\s*ak and the research community|"
    r"submitted by(?: \S+)?|upvotes?|\+?\d+ (?:authors?|comments?|upvotes?)|[-\u2013\u2014\u00b7\u2022|\s]*[\d.,]*k?|"
    r"(?:previous|next)(?: (?:day|week|month|page))?|today|"
    r"view (?:all|more)(?: \d+)?(?: (?:papers?|authors?|comments?))?|view (?:arxiv page|pdf)|"
    r"\W*(?:github|arxiv page|project page)\W*[\d.,]*k?",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(r"published on\s+", re.IGNORECASE)
_ABSTRACT_WORDS = 40
_SHORT_ABSTRACT_WORDS = 12
_TITLE_WORDS = 40
_TITLE_LINES = 3


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Lines that stand together, as one text, and the number of the first; ``day`` if that is all it says."""

    line: int
    text: str
    day: date | None

    @property
    def is_long(self) -> bool:
        return _words(self.text) >= _ABSTRACT_WORDS

    @property
    def is_prose(self) -> bool:
        """Whether a short paragraph reads like a sentence, which titles hardly ever do."""
        return (self.text.endswith(".") and not self.text.endswith("...")) or "://" in self.text


def is_page(text: str) -> bool:
    """Return whether text looks like the page: a day's line or its banner, and below it short and long paragraphs."""
    head = text[:20_000]
    lines = (" ".join(line.split()) for line in head.split("\n")[:60])
    if not any(line.lower() == _BANNER or day_of_line(line, date.max) for line in lines):
        return False
    return any(paragraph.is_long for paragraph in _paragraphs(head, date.max))


def parse_page(text: str, today: date) -> Parsed:
    """Parse the page's text: a title is a short paragraph right before a long one, its abstract.

    A day's line holds for the papers below it, so that several pages may follow one another. A day without a year is
    the latest such day that isn't after ``today``.
    """
    paragraphs = [p for p in _paragraphs(text, today) if not _is_furniture(p.text, today)]
    notes: list[str] = []
    found = list(_entries(paragraphs, notes))
    days = [item.digest for item in found if isinstance(item, Entry)]
    return collect("Daily Papers page", found, notes=notes, day_notes=_day_notes(paragraphs, days))


def _entries(paragraphs: Sequence[_Paragraph], notes: list[str]) -> Iterator[Entry | Rejected]:
    title: _Paragraph | None = None
    abstract: list[str] = []
    day: date | None = None
    in_banner = True  # what stands there is about the page, so a line without an abstract is no fault
    for paragraph, following in zip(paragraphs, [*paragraphs[1:], None], strict=True):
        before_long = following is not None and following.is_long
        if paragraph.day and title and not abstract and before_long:
            continue  # the paper's own day, between its title and its abstract
        if title and _belongs_to_abstract(paragraph, abstract, before_long=before_long, in_banner=in_banner):
            if abstract and paragraph.is_long:
                notes.append(f"line {paragraph.line}: no title stands above it; taken as more of '{title.text[:60]}'")
            abstract.append(paragraph.text)
            in_banner = False
            continue
        if paragraph.is_long:
            yield Rejected(f"line {paragraph.line}", "an abstract without a title before it")
            continue
        yield from _finished(title, abstract, day, in_banner=in_banner)
        title, abstract = paragraph, []
        if paragraph.day or paragraph.text.lower() == _BANNER:
            title, day, in_banner = None, paragraph.day or day, not paragraph.day
    yield from _finished(title, abstract, day, in_banner=in_banner)


def _belongs_to_abstract(paragraph: _Paragraph, abstract: list[str], *, before_long: bool, in_banner: bool) -> bool:
    """Return whether what follows a title, or the abstract so far, is abstract: long, or prose that is no title."""
    if paragraph.is_long:
        return True
    least = 5 if abstract else _SHORT_ABSTRACT_WORDS
    return paragraph.is_prose and _words(paragraph.text) >= least and not before_long and not in_banner


def _finished(
    title: _Paragraph | None, abstract: list[str], day: date | None, *, in_banner: bool
) -> Iterator[Entry | Rejected]:
    if title is None or (in_banner and not abstract):
        return
    place = f"line {title.line}"
    if not abstract:
        yield Rejected(place, f"no abstract follows '{title.text[:60]}'")
        return
    if _words(title.text) > _TITLE_WORDS:
        yield Rejected(place, "its title is too long to be one")
        return
    record = {"title": title.text, "abstract": " ".join(abstract), "digest": day.isoformat() if day else None}
    try:
        yield entry_of(record, place)
    except ValueError as error:
        yield Rejected(place, str(error))


def _day_notes(paragraphs: Sequence[_Paragraph], days: Sequence[date | None]) -> list[str]:
    notes = [
        f"no year in '{p.text}': took {p.day}; --digest DATE says otherwise"
        for p in paragraphs
        if p.day in days and p.day and str(p.day.year) not in p.text
    ]
    if None in days:
        notes.append(
            f"no day stands above {days.count(None)} of the papers: they are in no digest; --digest DATE says which"
        )
    return list(dict.fromkeys(notes))


def _paragraphs(text: str, today: date) -> Iterator[_Paragraph]:
    """Yield paragraphs: the lines up to an empty one, or fewer where lines of different kinds touch."""
    block: list[tuple[int, str]] = []
    for number, raw in enumerate([*text.split("\n"), ""], 1):
        if line := " ".join(raw.split()):
            block.append((number, line))
            continue
        for lines in _split(block, today):
            joined = " ".join(text for _, text in lines)
            yield _Paragraph(lines[0][0], joined, day_of_line(joined, today))
        block = []


def _split(block: list[tuple[int, str]], today: date) -> Iterator[list[tuple[int, str]]]:
    words = [_words(line) for _, line in block]
    if max(words, default=0) < _ABSTRACT_WORDS <= sum(words):
        yield from _unwrapped(block)
        return
    start = 0
    alone = [n >= _ABSTRACT_WORDS or _stands_alone(line, today) for n, (_, line) in zip(words, block, strict=True)]
    for i in range(1, len(block) + 1):
        if i == len(block) or alone[i] or alone[i - 1]:
            yield block[start:i]
            start = i


def _unwrapped(block: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Yield the one paragraph that hard-wrapped lines make, or its title first if that touches it.

    A title then is where the only line ends that had room for the next word.
    """
    lines = [line for _, line in block]
    width = max(map(len, lines))
    ends = [i for i in range(1, len(lines)) if len(lines[i - 1]) + 1 + len(lines[i].split()[0]) <= width]
    end = ends[0] if len(ends) == 1 and ends[0] <= _TITLE_LINES else 0
    if end:
        yield block[:end]
    yield block[end:]


def _stands_alone(line: str, today: date) -> bool:
    return line.lower() == _BANNER or _is_furniture(line, today) or day_of_line(line, today) is not None


def _is_furniture(text: str, today: date) -> bool:
    published = _PUBLISHED.match(text)
    return bool(_FURNITURE.fullmatch(text) or (published and day_of_line(text[published.end() :], today)))


def _words(text: str) -> int:
    return len(text.split())
