"""Papers, their ids, and the digest entries they come in."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from urllib.parse import quote

_ARXIV = re.compile(
    r"(?:(?i:https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|https?://(?:www\.)?huggingface\.co/papers/|arxiv:|"
    r"(?:https?://(?:dx\.)?doi\.org/|doi:)?10\.48550/arxiv\.))?"
    r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?i:v\d+)?(?i:\.pdf)?"
)
_ARXIV_ID = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7}")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_OLD_ARXIV_ID = re.compile(r"([a-z-]+)\.[A-Z]{2}(/\d{7})")
_SPELT_DOI = re.compile(r"(?:(?i:https?://(?:dx\.|www\.)?doi\.org/|doi:))?(10\.\d{4,9}/\S+)")
_NOT_A_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as its digest shows it. ``published`` is the day it appeared; fields a source doesn't give are empty.

    ``other_ids`` are further ids by which sources know it, a DOI for one; they don't count in comparing papers.
    """

    id: str
    title: str
    abstract: str
    published: date | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    categories: tuple[str, ...] = ()
    upvotes: int | None = None
    other_ids: tuple[str, ...] = field(default=(), compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """All ids by which the paper is known, its own first."""
        return (self.id, *self.other_ids)

    @property
    def doi(self) -> str | None:
        """The paper's DOI, if one is known."""
        return next(filter(is_doi, self.names), None)

    @property
    def text_hash(self) -> str:
        """SHA-256, in hex, of what a model or a person reads: the title and the abstract."""
        return hashlib.sha256(f"{self.title}\0{self.abstract}".encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def link(self) -> str | None:
        """The paper's address: its own if it is of the web, else arXiv's for an arXiv id.

        What an address may not hold is percent-encoded, so that it is one in a page, in Markdown and in XML.
        """
        url = self.url or ""
        if url.startswith(("http://", "https://")):
            return quote(url, safe="!#$%&'()*+,/:;=?@[]~", errors="replace")
        return f"https://arxiv.org/abs/{self.id}" if is_arxiv_id(self.id) else None

    def renamed(self, new: str) -> "Paper":
        """Return this paper under another id; the one that it had is among its names."""
        return replace(self, id=new, other_ids=tuple(name for name in dict.fromkeys(self.names) if name != new))

    def updated(self, later: "Paper") -> "Paper":
        """Return this paper with the fields of a later record of it; what that leaves empty stays."""
        given = {f.name: getattr(later, f.name) for f in fields(Paper) if f.compare and f.name != "id"}
        filled = {name: value for name, value in given.items() if value not in (None, "", ())}
        return replace(self, **filled, other_ids=(*self.other_ids, *later.names)).renamed(self.id)


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as it stands in a source: ``digest`` is the day it is listed under, ``place`` where it was found.

    ``source`` is the file or address, as the user named it.
    """

    paper: Paper
    digest: date | None = None
    place: str = ""
    source: str = ""


def merge(entries: Iterable[Entry]) -> tuple[list[Entry], list[str]]:
    """Return one entry for each paper and digest that it is listed in, and notes.

    A note tells of an entry that says something else of a paper than a former one: the later one counts.
    """
    latest: dict[str, Entry] = {}
    listed: dict[tuple[str, date | None], None] = {}
    notes = []
    for entry in entries:
        former = latest.get(entry.paper.id, entry)
        paper = former.paper.updated(entry.paper)
        if paper != former.paper:
            again = f"the paper {entry.paper.id} of {former.place} again with other fields; this one counts"
            notes.append(f"{entry.place}: {again}")
        latest[entry.paper.id] = replace(entry, paper=paper)
        listed[entry.paper.id, entry.digest] = None
    dated = {paper_id for paper_id, day in listed if day}
    return [replace(latest[i], digest=day) for i, day in listed if day or i not in dated], notes


def is_arxiv_id(name: str) -> bool:
    """Return whether a paper's name is an arXiv id, without its version."""
    return bool(_ARXIV_ID.fullmatch(name))


def is_doi(name: str) -> bool:
    """Return whether a paper's name is a DOI."""
    return bool(_DOI.fullmatch(name))


def paper_id(raw: str) -> str:
    """Return the id for one given by a source: an arXiv id in any spelling loses all but itself, another stays.

    Raises ValueError if nothing is left or it holds white space or control characters.
    """
    text = raw.strip()
    if match := _ARXIV.fullmatch(text):
        return match["id"]
    if not text or any(c.isspace() or not c.isprintable() for c in text):
        raise ValueError("an id is one or more printable characters without white space")
    return text


def one_spelling(name: str) -> str:
    """Return the same for all ways to write an id: a DOI bare and in lower case, an old arXiv id without subject."""
    if match := _SPELT_DOI.fullmatch(name):
        return match[1].lower()
    match = _OLD_ARXIV_ID.fullmatch(name)
    return match[1] + match[2] if match else name


def title_id(title: str) -> str:
    """Return the id of a paper that came without one: ``t-`` and 16 hex digits of SHA-256 of its normalised title.

    A title without any letter or digit counts as it is, so that ``?`` and ``!`` are two.
    """
    text = normalised_title(title) or " ".join(unicodedata.normalize("NFKC", title).split())
    return "t-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def normalised_title(title: str) -> str:
    """Return the title in NFKC, case-folded, with every run of other characters than letters and digits one space."""
    return _NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", title).casefold()).strip()
