"""Finds a tag's names and other words in papers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.domain.paper import Paper
from tagger.domain.tags import Tag

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
class TagWords:
    """The patterns of one tag: words as written if a capital follows the first letter, others in any case."""

    patterns: tuple[re.Pattern[str], ...]

    def found(self, text: str) -> list[str]:
        """Return every occurrence in the text, in lower case with single spaces."""
        return [" ".join(hit.lower().split()) for pattern in self.patterns for hit in pattern.findall(text)]


def tag_words(tag: Tag) -> TagWords:
    """Return the patterns for a tag's name and its ``also`` words, each matched as whole words."""
    words = dict.fromkeys((tag.name, *tag.also))
    exact = [w for w in words if any(c.isupper() for c in w[1:]) and w != tag.name]
    loose = [w for w in words if w not in exact]
    return TagWords(tuple(_pattern(group, flag) for group, flag in ((exact, 0), (loose, re.IGNORECASE)) if group))


def word_counts(papers: Sequence[Paper], tags: Sequence[Tag]) -> NDArray[np.float32]:
    """Return how each tag's words occur in each paper, shape (papers, tags, 4), in the order of ``COUNTS``.

    Those in the title count to 2; the others, as log(1 + n), are in the abstract, in those of its sentences that speak
    of the authors' own work, and how many different ones there are in title and abstract.
    """
    import numpy as np

    searched = [tag_words(tag) for tag in tags]
    counts = np.zeros((len(papers), len(tags), len(COUNTS)), dtype=np.float32)
    for row, paper in enumerate(papers):
        title, abstract = paper.title[:MAX_CHARACTERS], paper.abstract[:MAX_CHARACTERS]
        own_work = " ".join(part for part in _SENTENCE_END.split(abstract) if _OWN_WORK.search(part))
        for column, words in enumerate(searched):
            in_title, in_abstract = words.found(title), words.found(abstract)
            if in_title or in_abstract:
                of_own = len(words.found(own_work)) if in_abstract else 0
                different = len({*in_title, *in_abstract})
                counts[row, column] = min(len(in_title), 2), *np.log1p([len(in_abstract), of_own, different])
    return counts


def _pattern(words: Sequence[str], flags: int) -> re.Pattern[str]:
    # The longest first, so that "text-to-image" isn't taken for "text".
    longest_first = sorted(words, key=lambda w: (-len(w), w))
    choices = "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word in longest_first)
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)", flags)
