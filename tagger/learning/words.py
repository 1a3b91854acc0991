"""Finds a tag's names and other words in papers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from tagger.domain.evidence import FoundWord
from tagger.domain.paper import Paper
from tagger.domain.tags import Tag, Tags, TagSet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Where authors speak of their own work rather than of the field.
_OWN_WORK = re.compile(r"\b(?:we|our|in this|this (?:paper|work|survey|article|report|study|thesis))\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
COUNTS = ("in the title", "in the abstract", "where the authors speak of their work", "different ones")
# Longer abstracts are no abstracts; what follows is neither read by the encoder nor searched for words.
MAX_CHARACTERS = 20_000


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

    @cached_property
    def lowered(self) -> tuple[str, ...]:
        """All of them in lower case: where none of these stands, there is nothing to look for."""
        return (*(word.lower() for word in self.exact), *self.loose)

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


def word_counts(papers: Sequence[Paper], tags: Sequence[Tag]) -> NDArray[np.float32]:
    """Return how each tag's words occur in each paper, shape (papers, tags, 4), in the order of ``COUNTS``.

    Those in the title count to 2; the others, as log(1 + n), are in the abstract, in those of its sentences that speak
    of the authors' own work, and how many different ones there are in title and abstract.
    """
    import numpy as np

    searched = [tag_words(tag) for tag in tags]
    counts = np.zeros((len(papers), len(tags), len(COUNTS)), dtype=np.float32)
    for row, paper in enumerate(papers):
        title, abstract = text_of(paper.title), text_of(paper.abstract)
        both = f"{title.lowered}\n{abstract.lowered}"
        sentences = _SENTENCE_END.split(abstract.written)
        own_work = text_of(" ".join(sentence for sentence in sentences if _OWN_WORK.search(sentence)))
        for column, words in enumerate(searched):
            if not any(map(both.__contains__, words.lowered)):
                continue
            in_title, in_abstract = words.found(title), words.found(abstract)
            if in_title or in_abstract:
                of_own = len(words.found(own_work)) if in_abstract else 0
                different = len({*in_title, *in_abstract})
                counts[row, column] = min(len(in_title), 2), *np.log1p([len(in_abstract), of_own, different])
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


def _places(words: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Return where words stand in a text as whole words, the first and of those the longest, so that none overlap.

    "text" isn't found within "text-to-image" where that is a word too. Most tags have no word in most texts, and that
    is seen sooner this way than by a regular expression.
    """
    places = []
    for word in words:
        start = text.find(word)
        while start >= 0:
            end = start + len(word)
            if not _goes_on(text[start - 1 : start]) and not _goes_on(text[end : end + 1]):
                places.append((start, -end))
            start = text.find(word, start + 1)
    apart: list[tuple[int, int]] = []
    for start, negative_end in sorted(places):
        if not apart or start >= apart[-1][1]:
            apart.append((start, -negative_end))
    return apart


def _goes_on(neighbour: str) -> bool:
    return neighbour.isalnum() or neighbour == "_"
