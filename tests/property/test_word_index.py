"""That few words are looked for in a paper changes nothing of what is found."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tagger.domain.paper import Paper
from tagger.domain.tags import Tag
from tagger.learning.words import COUNTS, tag_words, text_of, word_counts

PIECES = [
    "sea",
    "Sea",
    "SEA",
    "seas",
    "x",
    "3D",
    "GAN",
    "ΑΣ",
    "İx",
    "straße",
    "a_b",
    "++",
    "-",
    " ",
    "  ",
    "\n",
    "'",
    "_",
]
pieces = st.lists(st.sampled_from([*PIECES, ". ", "We ", "our "]), max_size=25).map("".join)
words = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join).filter(str.strip)
tags = st.lists(st.lists(words, min_size=1, max_size=4), min_size=1, max_size=4)


def looked_for(paper: Paper, tag: Tag) -> NDArray[np.float32]:
    """Return the counts of one tag by looking for each of its words in the whole paper."""
    title, abstract = text_of(paper.title), text_of(paper.abstract)
    own = [s for s in re.split(r"(?<=[.!?])\s+", abstract.written) if re.search(r"\b(we|our)\b", s, re.IGNORECASE)]
    places = [tag_words(tag).found(text) for text in (title, abstract, text_of(" ".join(own)))]
    numbers = np.log1p([len(places[1]), len(places[2]), len({*places[0], *places[1]})])
    return np.array([min(len(places[0]), 2), *numbers], dtype=np.float32)


@given(tags, st.lists(st.tuples(pieces, pieces), max_size=3))
def test_an_index_finds_what_looking_for_every_word_finds(drawn: list[list[str]], texts: list[tuple[str, str]]) -> None:
    searched = [Tag(f"t{i}", first, also=tuple(others)) for i, (first, *others) in enumerate(drawn)]
    papers = [Paper(f"p{i}", *text) for i, text in enumerate(texts)]
    found = word_counts(papers, searched)
    assert found.shape == (len(papers), len(searched), len(COUNTS))
    for row, paper in enumerate(papers):
        for column, tag in enumerate(searched):
            assert found[row, column].tolist() == looked_for(paper, tag).tolist()
