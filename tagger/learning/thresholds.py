"""Where a score becomes a tag, and when a list of tags is sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagger.learning.metrics import f1
from tagger.learning.options import BEST_F1, Aim

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_THRESHOLD, MOST_THRESHOLD = 0.02, 0.98
# As many labels as a tag needs for its own threshold to weigh as much as its dimension's.
SHRINKAGE = 20.0
# Where no label has taught better: half the F1 that can be expected then (Lipton et al. 2014), and how many papers
# weigh as much as it does.
UNTAUGHT_THRESHOLD = 0.35
FEW_PAPERS = 10.0
# A list is sure where lists like it, out of fold, agreed with people at least so well (example F1).
SURE_AGREEMENT = 0.9


def best_threshold(labels: NDArray[np.bool_], scores: NDArray[np.float64], *, required: bool) -> float:
    """Return the score from which taking a tag gives the best micro F1; both arrays are (papers, tags).

    With ``required``, each paper's best tag counts as taken anyway. Among equals it is the one nearest to half the best
    F1, where it lies for perfectly calibrated scores (Lipton et al. 2014). Without any label it is 0.5.
    """
    import numpy as np

    if not labels.any():
        return 0.5
    forced = np.zeros(labels.shape, dtype=bool)
    if required:
        forced[np.arange(len(labels)), scores.argmax(1)] = True
    free_scores, free_labels = scores[~forced], labels[~forced]
    ranked = np.sort(free_scores)[::-1]
    hits = np.concatenate([[0], np.cumsum(free_labels[np.argsort(-free_scores, kind="stable")])])
    between = (np.append(ranked, 0) + np.insert(ranked, 0, 1)) / 2
    thresholds = np.unique(np.clip(between, LEAST_THRESHOLD, MOST_THRESHOLD))
    taken = np.searchsorted(-ranked, -thresholds, side="right")
    values = 2 * (hits[taken] + labels[forced].sum()) / np.maximum(taken + forced.sum() + labels.sum(), 1)
    best = thresholds[values == values.max()]
    return float(best[np.abs(best - values.max() / 2).argmin()])


def floor_threshold(labels: NDArray[np.bool_], scores: NDArray[np.float64], precision: float) -> float:
    """Return the lowest score from which tags taken are right as often as ``precision`` asks; arrays are of one shape.

    How often they are right is what was seen, drawn towards what the scores, as probabilities, make expect the fewer
    are taken. Where no score is good enough, it is one that none reached; without any score it is ``precision``.
    """
    import numpy as np

    order = np.argsort(-scores, axis=None, kind="stable")
    ranked, taken = scores.ravel()[order], np.arange(1, scores.size + 1)
    expected = np.cumsum(ranked) / taken
    right = (np.cumsum(labels.ravel()[order]) + SHRINKAGE * expected) / (taken + SHRINKAGE)
    good = np.flatnonzero((right >= precision) & _last_of_equals(ranked))
    if len(good):
        return max(float(ranked[good[-1]]), LEAST_THRESHOLD)
    return max(precision, (float(ranked[0]) + 1) / 2) if len(ranked) else precision


def tag_thresholds(
    labels: NDArray[np.bool_], scores: NDArray[np.float64], *, required: bool, aim: Aim = BEST_F1
) -> NDArray[np.float64]:
    """Return a threshold a tag, (tags,): its own for the aim, drawn towards the dimension's the fewer its labels.

    Both arrays are (papers, tags), out of fold. The dimension's is itself drawn towards a common one while papers are
    few: for a precision, that precision, as scores are probabilities.
    """
    import numpy as np

    if aim.precision is None:
        untaught, best = UNTAUGHT_THRESHOLD, best_threshold(labels, scores, required=required)
    else:
        untaught, best = aim.precision, floor_threshold(labels, scores, aim.precision)
    shared = (len(labels) * best + FEW_PAPERS * untaught) / (len(labels) + FEW_PAPERS)
    thresholds = np.full(labels.shape[1], shared)
    for tag in range(labels.shape[1]):
        true, said = labels[:, tag], scores[:, tag]
        if support := int(true.sum()):
            own = _smooth_best(true, said) if aim.precision is None else floor_threshold(true, said, aim.precision)
            thresholds[tag] = (support * own + SHRINKAGE * shared) / (support + SHRINKAGE)
    return thresholds


def _smooth_best(true: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Return one tag's best threshold for F1, both arrays (papers,); smoothed, as with few labels a peak is chance."""
    import numpy as np

    grid = np.linspace(0.1, 0.8, 36)
    chosen = scores >= grid[:, None]
    curve = 2 * (chosen & true).sum(1) / (chosen.sum(1) + true.sum())
    smooth = np.convolve(np.pad(curve, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    return float(grid[smooth.argmax()])


def choose(scores: NDArray[np.float64], threshold: float | NDArray[np.float64], *, required: bool) -> NDArray[np.bool_]:
    """Return which tags are taken: those that reach the threshold or their own, and if ``required`` the best one.

    The best is the one whose score is highest; scores are (papers, tags), thresholds one for all or (tags,).
    """
    import numpy as np

    chosen = np.asarray(scores >= threshold)
    if required and scores.shape[1]:
        empty = ~chosen.any(1)
        chosen[empty, scores[empty].argmax(1)] = True
    return chosen


def expected_disagreement(scores: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return for each paper how far its list is expected to be from the true one: 1 less the expected F1, 0 to 1.

    Both arrays are (papers, tags of all dimensions). The expectation takes the scores as probabilities, and the ratio's
    expectation as the ratio of expectations. A list without tags disagrees where any tag holds.
    """
    import numpy as np

    hits = np.where(chosen, scores, 0).sum(1)
    disagreement = 1 - 2 * hits / np.maximum(chosen.sum(1) + scores.sum(1), 1e-9)
    return np.where(chosen.any(1), disagreement, 1 - np.prod(1 - scores, axis=1))


def sure_bound(labels: NDArray[np.bool_], scores: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float:
    """Return the largest expected disagreement up to which lists, taken together, agreed with people well enough.

    All arrays are (papers, tags of all dimensions), out of fold. -1 if not even the surest ten lists did.
    """
    import numpy as np

    expected = expected_disagreement(scores, chosen)
    agreed = np.array(
        [
            f1(int((t & c).sum()), int(c.sum()), int(t.sum())) if c.any() or t.any() else 1.0
            for t, c in zip(labels, chosen, strict=True)
        ]
    )
    order = np.argsort(expected, kind="stable")
    so_far = np.cumsum(agreed[order]) / np.arange(1, len(order) + 1)
    # Lists that are expected to disagree alike are taken together or not at all.
    last = _last_of_equals(expected[order])
    good = [i for i in range(9, len(order)) if so_far[i] >= SURE_AGREEMENT and last[i]]
    return float(expected[order[good[-1]]]) if good else -1.0


def _last_of_equals(ordered: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of some ordered numbers differ from the next one, or are the last."""
    import numpy as np

    return np.append(np.diff(ordered) != 0, True)[: len(ordered)]
