"""Finds a tag's names and other words in papers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from tagger.domain.evidence import FoundWord
from tagger.domain.paper import Paper
from tagger.domain.tags import Tag, Tags, TagSet
from tagger.learning.terms import MAX_CHARACTERS, terms_in, terms_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Where authors speak of their own work rather than of the field.
_OWN_WORK = re.compile(r"\b(?:we|our|in this|this (?:paper|work|survey|article|report|study|thesis))\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
COUNTS = ("in the title", "in the abstract", "where the authors speak of their work", "different ones")


@dataclass(frozen=True)
class Text:
    """A text with single spaces, as written and in lower case."""

    written: str
    lowered: str


def text_of(raw: str) -> Text:
    """Return a text, or as much of it as is searched."""
    written = " ".join(raw[:MAX_CHARACTERS].split())
    return Text(written, written.lower())


@dataclass(frozen=True)
class TagWords:
    """The words of one tag: those looked for as written, and in lower case those looked for in any case."""

    exact: tuple[str, ...]
    loose: tuple[str, ...]

    def found(self, text: Text) -> list[str]:
        """Return every occurrence of a word as a whole word, in lower case."""
        exact = [text.written[start:end].lower() for start, end in _places(self.exact, text.written)]
        return exact + [text.lowered[start:end] for start, end in _places(self.loose, text.lowered)]

    def written(self, text: Text) -> list[str]:
        """Return every occurrence of a word as it stands in the text."""
        exact = [text.written[start:end] for start, end in _places(self.exact, text.written)]
        # A few letters have another length in lower case, and then places in the two don't agree.
        shown = text.written if len(text.written) == len(text.lowered) else text.lowered
        return exact + [shown[start:end] for start, end in _places(self.loose, text.lowered)]


@cache
def tag_words(tag: Tag) -> TagWords:
    """Return a tag's name and ``also`` words; one with a capital after the first letter is looked for as written."""
    words = [word for raw in dict.fromkeys((tag.name, *tag.also)) if (word := " ".join(raw.split()))]
    exact = tuple(w for w in words if any(c.isupper() for c in w[1:]) and w != tag.name)
    return TagWords(exact, tuple(dict.fromkeys(w.lower() for w in words if w not in exact)))


def found_words(tag: Tag, title: Text, abstract: Text) -> tuple[FoundWord, ...]:
    """Return the tag's words that stand in a paper, each in its first spelling, the most frequent first."""
    words = tag_words(tag)
    places = [words.written(title), words.written(abstract)]
    spelling: dict[str, str] = {}
    for word in (*places[0], *places[1]):
        spelling.setdefault(word.lower(), word)
    in_title, in_abstract = (Counter(word.lower() for word in place) for place in places)
    found = [FoundWord(spelling[key], in_title[key], in_abstract[key]) for key in spelling]
    return tuple(sorted(found, key=lambda f: -(f.title + f.abstract)))


class WordIndex:
    """The words of some tags, each under a term of every paper that it stands in: so few are looked for in a paper."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self.shape = len(tags), len(COUNTS)
        # A word with the column of its tag, and whether it is looked for as written.
        self._by_term: dict[str, list[tuple[int, str, bool]]] = {}
        self._anywhere: list[tuple[int, str, bool]] = []
        for column, tag in enumerate(tags):
            words = tag_words(tag)
            for word in words.loose:
                self._under(terms_in(word)).append((column, word, False))
            for word in words.exact:
                # What letters other than ASCII's are in lower case depends on those around them.
                terms = terms_in(word.lower()) if word.isascii() else ()
                self._under(terms).append((column, word, True))

    def _under(self, terms: Sequence[str]) -> list[tuple[int, str, bool]]:
        return self._by_term.setdefault(terms[-1], []) if terms else self._anywhere

    def counts(self, paper: Paper) -> NDArray[np.float32]:
        """Return how each tag's words occur in a paper, shape (tags, 4), as `word_counts` does."""
        import numpy as np

        counts = np.zeros(self.shape)
        title, abstract = text_of(paper.title), text_of(paper.abstract)
        own_work = None
        for column, words in self._sought(paper).items():
            in_title, in_abstract = words.found(title), words.found(abstract)
            of_own: list[str] = []
            if in_abstract:
                own_work = own_work or _own_work(abstract)
                of_own = words.found(own_work)
            counts[column] = min(len(in_title), 2), len(in_abstract), len(of_own), len({*in_title, *in_abstract})
        counts[:, 1:] = np.log1p(counts[:, 1:])
        return counts.astype(np.float32)

    def _sought(self, paper: Paper) -> dict[int, TagWords]:
        """Return, by the tag's column, the words that may stand in a paper."""
        found: dict[int, tuple[list[str], list[str]]] = {}
        terms = self._by_term.keys() & terms_of(paper)
        for column, word, exact in chain(self._anywhere, *map(self._by_term.__getitem__, terms)):
            found.setdefault(column, ([], []))[exact].append(word)
        return {column: TagWords(tuple(exact), tuple(loose)) for column, (loose, exact) in found.items()}


def word_counts(papers: Sequence[Paper], tags: Sequence[Tag]) -> NDArray[np.float32]:
    """Return how each tag's words occur in each paper, shape (papers, tags, 4), in the order of ``COUNTS``.

    Those in the title count to 2; the others, as log(1 + n), are in the abstract, in those of its sentences that speak
    of the authors' own work, and how many different ones there are in title and abstract.
    """
    import numpy as np

    index = WordIndex(tags)
    counts = np.zeros((len(papers), *index.shape), dtype=np.float32)
    for row, paper in enumerate(papers):
        counts[row] = index.counts(paper)
    return counts


def tags_by_words(papers: Sequence[Paper], tag_set: TagSet) -> list[Tags]:
    """Return the tags that papers seem to carry by their words alone: in the title, or twice in the abstract."""
    import numpy as np

    tags = [(d.id, tag) for d in tag_set.dimensions for tag in d.tags]
    counts = word_counts(papers, [tag for _, tag in tags])
    found: list[Tags] = []
    for row in (counts[:, :, 0] > 0) | (counts[:, :, 1] >= np.log1p(2)):
        carried: dict[str, list[str]] = {}
        for column in np.flatnonzero(row).tolist():
            carried.setdefault(tags[column][0], []).append(tags[column][1].id)
        found.append({dimension: tuple(chosen) for dimension, chosen in carried.items()})
    return found


def _own_work(abstract: Text) -> Text:
    sentences = _SENTENCE_END.split(abstract.written)
    return text_of(" ".join(sentence for sentence in sentences if _OWN_WORK.search(sentence)))


def _places(words: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Return where words stand in a text as whole words, the first and of those the longest, so that none overlap.

    "text" isn't found within "text-to-image" where that is a word too.
    """
    places = []
    for word in words:
        start = text.find(word)
        while start >= 0:
            end = start + len(word)
            if not _goes_on(text[start - 1 : start]) and not _goes_on(text[end : end + 1]):
                places.append((start, -end))
            start = text.find(word, start + 1)
    if not places:
        return []
    apart: list[tuple[int, int]] = []
    for start, negative_end in sorted(places):
        if not apart or start >= apart[-1][1]:
            apart.append((start, -negative_end))
    return apart


def _goes_on(neighbour: str) -> bool:
    return neighbour.isalnum() or neighbour == "_"
