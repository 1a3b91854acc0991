"""TF-IDF over words and word pairs: fitted with scikit-learn, applied with numpy alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tagger.domain.paper import Paper
from tagger.learning.terms import terms_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Lexicon:
    """The terms that count, and how rare each is; ``rarity`` is their smoothed inverse document frequency."""

    terms: tuple[str, ...]
    rarity: NDArray[np.float32]

    @cached_property
    def _column(self) -> dict[str, int]:
        return {term: i for i, term in enumerate(self.terms)}

    def weigh(self, paper: Paper) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the columns of the paper's terms and their weights, a vector of unit length."""
        import numpy as np

        found = map(self._column.get, terms_of(paper))
        counts = Counter([column for column in found if column is not None])
        columns = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        weights = (1 + np.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts)))) * self.rarity[columns]
        return columns, (weights / max(float(np.linalg.norm(weights)), 1e-12)).astype(np.float32)

    def matrix(self, papers: Sequence[Paper]) -> csr_matrix:
        """Return all papers' weights as a sparse matrix, shape (papers, terms)."""
        import numpy as np
        from scipy.sparse import csr_matrix

        weighed = [self.weigh(paper) for paper in papers]
        starts = np.cumsum([0, *(len(columns) for columns, _ in weighed)])
        columns = np.concatenate([c for c, _ in weighed]) if weighed else np.zeros(0, dtype=np.int64)
        weights = np.concatenate([w for _, w in weighed]) if weighed else np.zeros(0, dtype=np.float32)
        return csr_matrix((weights, columns, starts), shape=(len(papers), len(self.terms)))


def fit_lexicon(papers: Sequence[Paper]) -> Lexicon:
    """Return the lexicon of some papers: terms in two of them or more, unless there are fewer than four papers."""
    import numpy as np

    in_papers: Counter[str] = Counter()
    for paper in papers:
        in_papers.update(set(terms_of(paper)))
    least = 2 if len(papers) >= 4 else 1
    terms = tuple(sorted(term for term, n in in_papers.items() if n >= least))
    frequencies = np.array([in_papers[term] for term in terms], dtype=np.float64)
    return Lexicon(terms, (np.log((1 + len(papers)) / (1 + frequencies)) + 1).astype(np.float32))
