"""How far figures would move with other papers: percentile intervals of the bootstrap over papers (Efron 1979)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tagger.learning.metrics import macro_tags

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DRAWS = 1000
SHARE = 0.95
Interval: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Redrawn:
    """F1 in each draw: micro and macro, (draws,), and each tag's, (draws, tags), nan where no drawn paper has to do
    with it.
    """

    micro_f1: NDArray[np.float64]
    macro_f1: NDArray[np.float64]
    tags: NDArray[np.float64]


def draw_papers(papers: int, seed: int) -> NDArray[np.float64]:
    """Return how often each paper was drawn, shape (draws, papers): as many as there are, with replacement."""
    import numpy as np

    return np.random.default_rng(seed).multinomial(papers, np.full(papers, 1 / papers), size=DRAWS).astype(np.float64)


def redraw(labels: NDArray[np.bool_], chosen: NDArray[np.bool_], draws: NDArray[np.float64]) -> Redrawn:
    """Return one dimension's F1 in each draw; labels and choices are (papers, tags), ``draws`` (draws, papers).

    Macro F1 is over the tags that count without drawing.
    """
    import numpy as np

    hits = 2 * draws @ (labels & chosen)
    both = draws @ (labels.astype(np.float64) + chosen)
    tags = np.divide(hits, both, out=np.full(hits.shape, np.nan), where=both > 0)
    micro = hits.sum(1) / np.maximum(both.sum(1), 1)
    counting = np.where(np.isnan(tags), 0, tags)[:, macro_tags(labels)]
    known = ~np.isnan(tags)[:, macro_tags(labels)]
    return Redrawn(micro, counting.sum(1) / np.maximum(known.sum(1), 1), tags)


def mean_redrawn(values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean of several dimensions' figures, draw by draw."""
    import numpy as np

    return np.asarray(np.mean(values, axis=0))


def interval(values: NDArray[np.float64]) -> Interval | None:
    """Return where 95 % of the draws' figures lie; None if the figure doesn't exist in any draw."""
    import numpy as np

    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return float(low), float(high)
