"""A paper's terms: its words, and the pairs of words that stand side by side."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from tagger.domain.paper import Paper

_WORD = re.compile(r"\b\w\w+\b")
# Longer abstracts are no abstracts; what follows is neither read by the encoder nor searched for words.
MAX_CHARACTERS = 20_000


@lru_cache(maxsize=1)  # whoever looks at papers one by one asks several times for the terms of each
def terms_of(paper: Paper) -> tuple[str, ...]:
    """Return a paper's words of two letters or more in lower case, and the pairs that stand side by side."""
    return terms_in(f"{paper.title[:MAX_CHARACTERS]} {paper.abstract[:MAX_CHARACTERS]}".lower())


def terms_in(lowered: str) -> tuple[str, ...]:
    """Return the words of two letters or more of a text in lower case, and after them the pairs side by side."""
    words = _WORD.findall(lowered)
    return (*words, *map(" ".join, pairwise(words)))
