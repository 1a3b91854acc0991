"""Heads: one logistic regression a tag, all tags of a dimension together."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tagger.learning.metrics import f1
from tagger.learning.thresholds import best_threshold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Matrix: TypeAlias = NDArray[np.float32] | csr_matrix

CHOICES_OF_C = (3.0, 10.0, 30.0)
_MOST_CERTAIN = 4.0


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities that logits of any shape stand for."""
    import numpy as np

    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


@dataclass(frozen=True)
class Head:
    """Weights, shape (features, tags), and an intercept a tag."""

    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]

    def logits(self, features: Matrix) -> NDArray[np.float64]:
        """Return scores, shape (papers, tags); ``features`` is a dense or sparse matrix (papers, features)."""
        import numpy as np

        return np.asarray(features @ self.weights + self.intercepts, dtype=np.float64)


def fit_head(
    features: Matrix,
    labels: NDArray[np.bool_],
    c: float,
    seed: int,
    *,
    trust: NDArray[np.float64] | None = None,
    balanced: bool = True,
) -> Head:
    """Fit a head on labels of shape (papers, tags); ``c`` is the inverse strength of its L2 penalty.

    ``trust``, (papers, tags), is how much each label counts, all alike if None; those of 0 are left out.

    If ``balanced``, the papers with a tag weigh as much as those without, however few they are.
    A tag that no paper or every paper carries can't be learnt: its score is a constant, the surer the more papers.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((features.shape[1], labels.shape[1]), dtype=np.float32)
    class_weight = "balanced" if balanced else None
    trust = np.ones(labels.shape) if trust is None else trust
    intercepts = np.zeros(labels.shape[1], dtype=np.float32)
    for tag in range(labels.shape[1]):
        rows = np.flatnonzero(trust[:, tag])
        true, support = labels[rows, tag], int(labels[rows, tag].sum())
        certain = min(np.log(2 * len(rows) + 1), _MOST_CERTAIN)
        intercepts[tag] = -certain
        if support == len(rows) > 0:
            intercepts[tag] = certain
        elif support and features.shape[1]:
            # Sparse features are many, and the dual problem has one unknown a paper.
            how = {"solver": "lbfgs"} if isinstance(features, np.ndarray) else {"solver": "liblinear", "dual": True}
            model = LogisticRegression(C=c, class_weight=class_weight, max_iter=300, random_state=seed, **how)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # not converged to the last digit is converged enough
                model.fit(features[rows], true, sample_weight=trust[rows, tag])
            weights[:, tag], intercepts[tag] = model.coef_[0], model.intercept_[0]
    return Head(weights, intercepts)


def best_c(
    out_of_fold: Sequence[NDArray[np.float64]], labels: NDArray[np.bool_], trust: NDArray[np.float64] | None = None
) -> int:
    """Return which of several out-of-fold scores, each (papers, tags), ranks the right tags of a paper best.

    Ranking is judged by micro F1 at the best single threshold, on labels whose ``trust`` isn't 0.
    """
    import numpy as np

    values = []
    for scores in out_of_fold:
        probabilities = sigmoid(scores) if trust is None else sigmoid(scores) * (trust > 0)
        chosen = probabilities >= best_threshold(labels, probabilities, required=False)
        values.append(f1(int((labels & chosen).sum()), int(chosen.sum()), int(labels.sum())))
    return int(np.argmax(values))
