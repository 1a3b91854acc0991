"""The stack: a small logistic regression that weighs a tag's evidence into a probability.

Stacking after Wolpert (1992), on out-of-fold heads, so that it also calibrates. Weights are learnt on three levels,
each pulled towards the one above: those that come with tagger (`prior.json`), a dimension's, and a tag's own. So the
first labels improve on a sensible start, and a tag strays from its dimension only as far as its labels bear it out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.learning.evidence import FEATURE_SOURCES, FEATURES, FREQUENCY, SOURCES
from tagger.learning.heads import sigmoid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PRIOR = Path(__file__).parent / "prior.json"
MOST_PENALTY, LEAST_PENALTY = 20.0, 1.0
TAG_PENALTY = 30.0
_MOST_STEPS, _TOLERANCE = 50, 1e-7


@cache
def prior_weights(papers: int) -> NDArray[np.float64]:
    """Return the weights to start from with so many labelled papers: one a feature, then the intercept.

    Evidence weighs differently the more labels the heads have seen, so there are weights for some numbers of papers.
    """
    import numpy as np

    learnt = {
        entry["papers"]: np.array([entry["weights"][name] for name in (*FEATURES, "intercept")])
        for entry in json.loads(PRIOR.read_text())
    }
    return mixed_weights(learnt, papers)


def mixed_weights(learnt: Mapping[int, NDArray[np.float64]], papers: int) -> NDArray[np.float64]:
    """Return the weights for so many labelled papers, mixed from those learnt for the numbers below and above."""
    import numpy as np

    sizes = sorted(learnt)
    columns = np.array([learnt[size] for size in sizes]).T
    return np.array([np.interp(np.log1p(papers), np.log1p(sizes), column) for column in columns])


def weigh(features: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities, shape (papers, tags), for evidence (papers, tags, features) and weights a tag.

    Weights are of shape (tags, features + 1), the last being the intercept.
    """
    import numpy as np

    return sigmoid(np.einsum("ptf,tf->pt", features, weights[:, :-1]) + weights[:, -1])


def shares(
    features: NDArray[np.float64], weights: NDArray[np.float64], means: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what each of ``SOURCES`` adds to the logits of pairs of a paper and a tag, (pairs, sources).

    Features and their means for the tag are (pairs, features), weights (pairs, features + 1). A feature counts by how
    far it is from its mean; what the mean paper would score is counted to the tag's frequency. So the shares add up to
    the logit.
    """
    import numpy as np

    parts = weights[:, :-1] * (features - means)
    found = np.stack([parts[:, [s == source for s in FEATURE_SOURCES]].sum(1) for source in SOURCES], axis=1)
    found[:, SOURCES.index(FREQUENCY)] += (weights[:, :-1] * means).sum(1) + weights[:, -1]
    return found


def fit_stack(
    features: NDArray[np.float64],
    labels: NDArray[np.bool_],
    prior: NDArray[np.float64],
    trust: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return a dimension's weights for each of its tags, shape (tags, features + 1), the last being the intercept.

    Evidence is of shape (papers, tags, features), ``labels`` (papers, tags), ``prior`` (features + 1,). The pull of the
    prior is strong for up to 32 papers, and weakens as there are more of them. ``trust``, (papers, tags), is how much
    each label counts, all alike if None.
    """
    import numpy as np

    trust = np.ones(labels.shape) if trust is None else trust

    penalty = min(max(32 * MOST_PENALTY / max(len(labels), 1), LEAST_PENALTY), MOST_PENALTY)
    shared = fit_weights(features.reshape(-1, features.shape[-1]), labels.ravel(), prior, penalty, trust.ravel())
    own = [
        fit_weights(features[:, tag], labels[:, tag], shared, TAG_PENALTY, trust[:, tag])
        for tag in range(labels.shape[1])
    ]
    return np.stack(own)


def fit_weights(
    features: NDArray[np.float64],
    labels: NDArray[np.bool_],
    prior: NDArray[np.float64],
    penalty: float,
    trust: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return logistic regression's weights, intercept last, pulled towards ``prior``; found by Newton's method.

    Features are of shape (pairs, features), labels (pairs,); ``trust``, (pairs,), is how much each counts.
    """
    import numpy as np

    pairs = np.concatenate([features, np.ones((len(features), 1))], axis=1)
    true, trust = labels.astype(np.float64), np.ones(len(labels)) if trust is None else trust

    def loss(weights: NDArray[np.float64]) -> float:
        logits, distance = pairs @ weights, weights - prior
        losses = np.logaddexp(0, logits) - true * logits
        return float(trust @ losses + penalty * distance @ distance / 2)

    weights, value = prior, loss(prior)
    for _ in range(_MOST_STEPS):
        probabilities = sigmoid(pairs @ weights)
        gradient = pairs.T @ (trust * (probabilities - true)) + penalty * (weights - prior)
        curvature = (pairs * (trust * probabilities * (1 - probabilities))[:, None]).T @ pairs
        step = np.linalg.solve(curvature + penalty * np.eye(len(prior)), gradient)
        # The loss is convex, so some part of the step lowers it, up to rounding.
        while (lower := loss(weights - step)) > value and np.abs(step).max() > _TOLERANCE:
            step = step / 2
        weights, gained, value = weights - step, value - lower, lower
        if gained < _TOLERANCE * max(value, 1):
            break
    return weights
