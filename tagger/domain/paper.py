"""Papers, their ids, and the digest entries they come in."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_ARXIV = re.compile(
    r"(?:(?i:https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|https?://(?:www\.)?huggingface\.co/papers/|arxiv:|"
    r"(?:https?://(?:dx\.)?doi\.org/|doi:)?10\.48550/arxiv\.))?"
    r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?i:v\d+)?(?i:\.pdf)?"
)
_NOT_A_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as its digest shows it. ``published`` is the day it appeared; fields a source doesn't give are empty."""

    id: str
    title: str
    abstract: str
    published: date | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    categories: tuple[str, ...] = ()
    upvotes: int | None = None

    @property
    def text_hash(self) -> str:
        """SHA-256, in hex, of what a model or a person reads: the title and the abstract."""
        return hashlib.sha256(f"{self.title}\0{self.abstract}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as it stands in a source: ``digest`` is the day it is listed under, ``place`` where it was found."""

    paper: Paper
    digest: date | None = None
    place: str = ""


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


def title_id(title: str) -> str:
    """Return the id of a paper that came without one: ``t-`` and 16 hex digits of SHA-256 of its normalised title.

    A title without any letter or digit counts as it is, so that ``?`` and ``!`` are two.
    """
    text = normalised_title(title) or " ".join(unicodedata.normalize("NFKC", title).split())
    return "t-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def normalised_title(title: str) -> str:
    """Return the title in NFKC, case-folded, with every run of other characters than letters and digits one space."""
    return _NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", title).casefold()).strip()
