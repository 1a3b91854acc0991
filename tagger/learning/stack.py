"""The stack: one small logistic regression a dimension that weighs evidence, the same for all its tags.

Stacking after Wolpert (1992), on out-of-fold heads, so that it also calibrates. Its penalty pulls towards weights
learnt elsewhere (`prior.json`) rather than to nothing, so that the first labels improve on a sensible start.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.learning.evidence import FEATURES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PENALTY, LEAST_PENALTY = 20.0, 1.0


@cache
def prior_weights() -> NDArray[np.float64]:
    """Return the weights the penalty pulls towards: one a feature, then the intercept."""
    import numpy as np

    content = json.loads((Path(__file__).parent / "prior.json").read_text())
    return np.array([content["weights"][name] for name in (*FEATURES, "intercept")])


def weigh(features: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities, shape (papers, tags), for evidence of shape (papers, tags, features)."""
    import numpy as np

    logits = features @ weights[:-1] + weights[-1]
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


def fit_stack(
    features: NDArray[np.float64], labels: NDArray[np.bool_], prior: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the stack's weights: one a feature, then the intercept, found by L-BFGS from the prior.

    The pull of the prior is strong for up to 32 papers, and weakens as there are more of them.
    """
    import numpy as np
    from scipy.optimize import minimize

    penalty = min(max(32 * MOST_PENALTY / max(len(labels), 1), LEAST_PENALTY), MOST_PENALTY)
    pairs = features.reshape(-1, features.shape[-1])
    flat = np.concatenate([pairs, np.ones((len(pairs), 1))], axis=1)
    true = labels.ravel().astype(np.float64)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = flat @ weights
        distance = weights - prior
        value = float(np.logaddexp(0, logits).sum() - true @ logits + penalty * distance @ distance / 2)
        gradient = flat.T @ (1 / (1 + np.exp(-np.clip(logits, -30, 30))) - true) + penalty * distance
        return value, gradient

    return np.asarray(minimize(loss, prior, jac=True, method="L-BFGS-B").x)
