"""Which records are of one paper: those that share an id, and those of one title where nothing speaks against it."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tagger.domain.latex import readable_latex
from tagger.domain.paper import Paper, is_arxiv_id, is_doi, one_spelling

_KINDS = {
    "title": re.compile(r"t-[0-9a-f]{16}"),
    "Semantic Scholar id": re.compile(r"[0-9a-f]{40}"),
    "OpenAlex id": re.compile(r"W\d+"),
}
_RANK = ("arXiv id", "DOI", "Semantic Scholar id", "OpenAlex id", "id", "title")
_MARKUP = re.compile(r"</?(?:i|b|em|sub|sup|strong|tt|scp)>", re.IGNORECASE)
_WRAPPING = re.compile(r"\\(?:emph|mbox|(?:text|math)[a-z]*)\s*(?=\{)")
_ACCENT = re.compile(r"\\[cvHukrb](?=\s*\{| [A-Za-z])")
_LETTER = re.compile(r"\\(ss|ae|AE|oe|OE|o|O|l|L|i|j)(?![A-Za-z])")
# Letters with a stroke and joined ones have no decomposition in Unicode.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\N{LATIN SMALL LETTER DOTLESS I}": "i"})
_TOO_GENERAL = 12  # "Introduction" and "Editorial" are titles of many papers


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one paper: their places in the sequence given, and the known papers that they are, best id first."""

    records: tuple[int, ...]
    known: tuple[str, ...]


def title_key(title: str) -> str:
    """Return what titles of one paper have in common however they are set: letters and digits without case or accents.

    LaTeX, entities, simple markup, ligatures, hyphens and white space make no difference. A title of signs alone is
    its own key.
    """
    text = readable_latex(_MARKUP.sub("", html.unescape(title)))
    text = _LETTER.sub(r"\1", _ACCENT.sub("", _WRAPPING.sub("", text)))
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_PLAIN)
    return "".join(c for c in text if c.isalnum()) or " ".join(unicodedata.normalize("NFKC", title).split())


def kind_of(name: str) -> str:
    """Return what kind of id a paper's name is: ``arXiv id``, ``DOI`` and so on, ``title`` for one made of the title.

    It is ``id`` where it is of none that is known.
    """
    if is_arxiv_id(name):
        return "arXiv id"
    if is_doi(name):
        return "DOI"
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(name)), "id")


def best_name(names: Iterable[str]) -> str:
    """Return the name of the best kind, the first of several: an arXiv id before a DOI, one of the title last."""
    return min(names, key=lambda name: _RANK.index(kind_of(name)))


def against(one: Sequence[Paper], other: Sequence[Paper]) -> str | None:
    """Return what speaks against two groups of records with one title being one paper, or None if nothing does."""
    ids, other_ids = _ids_by_kind(one), _ids_by_kind(other)
    for kind in ids.keys() & other_ids.keys():
        if ids[kind].isdisjoint(other_ids[kind]):
            return f"they have different {kind}s"
    authors, other_authors = _author_words(one), _author_words(other)
    if authors and other_authors and authors.isdisjoint(other_authors):
        return "they have no author in common"
    if ids and other_ids and len(title_key(one[0].title)) <= _TOO_GENERAL and not authors & other_authors:
        return "the title is too general"
    return None


def groups_of(records: Sequence[Paper], known: Sequence[Paper]) -> list[Group]:
    """Return the records grouped into papers, in the order of their first records.

    Records that share a name are one paper, unless that gave it two arXiv ids; then those with the same ``title_key``
    are, where nothing speaks ``against`` any two of them. Two ``known`` papers aren't joined by their title, as whoever
    keeps them may have reasons; a record that has the names of both joins them.
    """
    papers = [*known, *records]
    forest = _Forest(papers)
    holders: dict[str, int] = {}
    for place, paper in enumerate(papers):
        for name in map(one_spelling, paper.names):
            forest.join_by_name(holders.setdefault(name, place), place)
    of_title: dict[str, list[int]] = {}
    for place, paper in enumerate(papers):
        of_title.setdefault(title_key(paper.title), []).append(place)
    for places in of_title.values():
        forest.join_by_title(places, len(known))
    return [
        Group(
            tuple(place - len(known) for place in places if place >= len(known)),
            tuple(sorted((papers[p].id for p in places if p < len(known)), key=lambda i: _RANK.index(kind_of(i)))),
        )
        for places in sorted(forest.trees(), key=lambda places: next((p for p in places if p >= len(known)), -1))
        if places[-1] >= len(known)
    ]


class _Forest:
    """Disjoint sets of papers, by their places."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers
        self._root = list(range(len(papers)))
        self._members = {place: [place] for place in self._root}

    def trees(self) -> Iterable[list[int]]:
        return [sorted(places) for places in self._members.values()]

    def join_by_name(self, one: int, other: int) -> None:
        a, b = self._root[one], self._root[other]
        if a == b:
            return
        arxiv = [_ids_by_kind(self._of(root)).get("arXiv id", set()) for root in (a, b)]
        if self._papers[one].id == self._papers[other].id or len(arxiv[0] | arxiv[1]) < 2:
            self._join(a, b)

    def join_by_title(self, places: Sequence[int], known: int) -> None:
        roots = list(dict.fromkeys(self._root[place] for place in places))
        if len(roots) < 2 or sum(min(self._members[root]) < known for root in roots) > 1:
            return
        groups = [self._of(root) for root in roots]
        if all(against(a, b) is None for number, a in enumerate(groups) for b in groups[:number]):
            for root in roots[1:]:
                self._join(self._root[roots[0]], self._root[root])

    def _of(self, root: int) -> list[Paper]:
        return [self._papers[place] for place in self._members[root]]

    def _join(self, a: int, b: int) -> None:
        if len(self._members[a]) < len(self._members[b]):
            a, b = b, a
        for place in self._members[b]:
            self._root[place] = a
        self._members[a] += self._members.pop(b)


def _ids_by_kind(papers: Sequence[Paper]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for paper in papers:
        for name in map(one_spelling, paper.names):
            if (kind := kind_of(name)) != "title":
                found.setdefault(kind, set()).add(name)
    return found


def _author_words(papers: Sequence[Paper]) -> set[str]:
    """Return the words of the authors' names, in whichever order they are written, without initials."""
    words = (title_key(word) for paper in papers for author in paper.authors for word in re.split(r"[\s,.]+", author))
    return {word for word in words if len(word) > 1}
