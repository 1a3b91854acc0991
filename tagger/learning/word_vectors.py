"""What words of papers mean: vectors of words and word pairs that come with tagger, learnt from untagged papers.

They know the field's own words, which a general encoder doesn't ("GRPO" is near "reinforcement learning"), and cost
nothing to apply. Made by ``benchmarks.make_word_vectors``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.domain.paper import Paper
from tagger.learning.terms import terms_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_KNOWN = 2048
FILE = Path(__file__).parent / "word_vectors.safetensors"


@dataclass(frozen=True)
class WordVectors:
    """Each term's column and, at that row, how rare it is and its vector in 8 bits, with the size of a step."""

    columns: dict[str, int]
    rarity: NDArray[np.float32]
    vectors: NDArray[np.int8]
    steps: NDArray[np.float32]
    # What was found in the last papers: each is looked at several times.
    _known: dict[Paper, NDArray[np.int32]] = field(default_factory=dict, repr=False)

    def embed(self, papers: Sequence[Paper]) -> NDArray[np.float32]:
        """Return unit embeddings, shape (papers, dims): the mean of the terms' directions, rare ones counting more.

        A paper without a known term gets zeros.
        """
        import numpy as np

        embeddings = np.zeros((len(papers), len(self.steps)), dtype=np.float32)
        for row, paper in enumerate(papers):
            columns, times = np.unique(self.known(paper), return_counts=True)
            embeddings[row] = ((1 + np.log(times.astype(np.float32))) * self.rarity[columns]) @ self.of(columns)
        return np.asarray(embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-9))

    def known(self, paper: Paper) -> NDArray[np.int32]:
        """Return the columns of the paper's terms that have a vector, one an occurrence."""
        import numpy as np

        if (known := self._known.get(paper)) is None:
            found = map(self.columns.get, terms_of(paper))
            known = np.array([column for column in found if column is not None], dtype=np.int32)
            if len(self._known) == _MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[paper] = known
        return known

    def terms(self, paper: Paper) -> NDArray[np.float32]:
        """Return unit vectors of the paper's known terms, in that order, shape (terms, dims)."""
        return self.of(self.known(paper))

    def of(self, columns: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return unit vectors of terms, given their columns, shape (terms, dims)."""
        return self._units[columns]

    @cached_property
    def _units(self) -> NDArray[np.float32]:
        import numpy as np

        vectors = self.vectors.astype(np.float32) * self.steps
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))

    def names(self, columns: NDArray[np.int32]) -> list[str]:
        """Return the terms of columns."""
        return [self._names[column] for column in columns.tolist()]

    @cached_property
    def _names(self) -> list[str]:
        return list(self.columns)


@cache
def fingerprint() -> str:
    """Return SHA-256, in hex, of the vectors: what was learnt in one space means nothing in another."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()


@cache
def word_vectors() -> WordVectors:
    """Return the vectors that come with tagger."""
    from safetensors.numpy import load_file

    tensors = load_file(FILE)
    terms = tensors["terms"].tobytes().decode().split("\n")
    columns = {term: i for i, term in enumerate(terms)}
    return WordVectors(columns, tensors["rarity"], tensors["vectors"], tensors["steps"])
