"""What words of papers mean: vectors of words and word pairs that come with tagger, learnt from untagged papers.

They know the field's own words, which a general encoder doesn't ("GRPO" is near "reinforcement learning"), and cost
nothing to apply. Made by ``benchmarks.make_word_vectors``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.domain.paper import Paper
from tagger.learning.lexicon import terms_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = Path(__file__).parent / "word_vectors.safetensors"


@dataclass(frozen=True)
class WordVectors:
    """Each term's column and, at that row, how rare it is and its vector in 8 bits, with the size of a step."""

    columns: dict[str, int]
    rarity: NDArray[np.float32]
    vectors: NDArray[np.int8]
    steps: NDArray[np.float32]

    def embed(self, papers: Sequence[Paper]) -> NDArray[np.float32]:
        """Return unit embeddings, shape (papers, dims): the mean of the terms' directions, rare ones counting more.

        A paper without a known term gets zeros.
        """
        import numpy as np

        embeddings = np.zeros((len(papers), len(self.steps)), dtype=np.float32)
        for row, paper in enumerate(papers):
            counts = Counter(self.known_terms(paper))
            times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
            rarity = self.rarity[[self.columns[term] for term in counts]]
            embeddings[row] = ((1 + np.log(times)) * rarity) @ self.of(list(counts))
        return np.asarray(embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-9))

    def known_terms(self, paper: Paper) -> list[str]:
        """Return the paper's terms that have a vector, one an occurrence."""
        return [term for term in terms_of(paper) if term in self.columns]

    def terms(self, paper: Paper) -> NDArray[np.float32]:
        """Return unit vectors of the paper's known terms, in that order, shape (terms, dims)."""
        return self.of(self.known_terms(paper))

    def of(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors of known terms, shape (terms, dims)."""
        import numpy as np

        columns = [self.columns[term] for term in terms]
        vectors = self.vectors[columns].astype(np.float32) * self.steps
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


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
