"""Figures of multi-label tagging."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Macro figures are over tags with at least so many uses: below, one paper more or less decides them.
MACRO_SUPPORT = 5
COVERAGE_PRECISION = 0.95


@dataclass(frozen=True, slots=True)
class TagFigures:
    """One tag's figures; ``support`` is the number of papers that carry it. Average precision is None without any."""

    f1: float
    precision: float
    recall: float
    average_precision: float | None
    support: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs of a paper and a tag with scores alike: their mean score, and the share of them that is right."""

    mean_score: float
    share_right: float
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A dimension's figures, or their means over dimensions.

    Macro figures are over tags with five uses or more, or where none has so many, over all tags used, as
    ``macro_f1_all`` always is. Example F1 is each paper's own F1, averaged; a paper without tags that gets none counts
    as 1. Coverage is the share of right tags that are still suggested where suggestions are cut at the score from which
    95 % of them are right.
    """

    micro_f1: float
    macro_f1: float
    macro_f1_all: float
    example_f1: float
    micro_precision: float
    micro_recall: float
    average_precision: float
    expected_calibration_error: float
    coverage: float


def f1(hits: float, chosen: float, true: float) -> float:
    """Return the harmonic mean of precision and recall: 0 if nothing was chosen or true."""
    return 2 * hits / (chosen + true) if chosen + true else 0.0


def tag_figures(labels: NDArray[np.bool_], chosen: NDArray[np.bool_], scores: NDArray[np.float64]) -> list[TagFigures]:
    """Return each tag's figures; all three arrays are of shape (papers, tags)."""
    figures = []
    for column in range(labels.shape[1]):
        true, picked = labels[:, column], chosen[:, column]
        hits, n_picked, support = int((true & picked).sum()), int(picked.sum()), int(true.sum())
        figures.append(
            TagFigures(
                f1=f1(hits, n_picked, support),
                precision=hits / n_picked if n_picked else 0.0,
                recall=hits / support if support else 0.0,
                average_precision=average_precision(true, scores[:, column]) if support else None,
                support=support,
            )
        )
    return figures


def figures_of(labels: NDArray[np.bool_], chosen: NDArray[np.bool_], scores: NDArray[np.float64]) -> Figures:
    """Return one dimension's figures; all three arrays are of shape (papers, tags)."""
    import numpy as np

    tags = tag_figures(labels, chosen, scores)
    hits, picked, true = (labels & chosen).sum(1), chosen.sum(1), labels.sum(1)
    total_hits, total_picked, total_true = int(hits.sum()), int(picked.sum()), int(true.sum())
    examples = [f1(h, p, t) if p + t else 1.0 for h, p, t in zip(hits, picked, true, strict=True)]
    return Figures(
        micro_f1=f1(total_hits, total_picked, total_true),
        macro_f1=_mean([t.f1 for t, counts in zip(tags, macro_tags(labels), strict=True) if counts]),
        macro_f1_all=_mean([t.f1 for t in tags if t.support]),
        example_f1=float(np.mean(examples)) if examples else 0.0,
        micro_precision=total_hits / total_picked if total_picked else 0.0,
        micro_recall=total_hits / total_true if total_true else 0.0,
        average_precision=average_precision(labels.ravel(), scores.ravel()) if total_true else 0.0,
        expected_calibration_error=calibration_error(labels.ravel(), scores.ravel()),
        coverage=recall_at(COVERAGE_PRECISION, labels.ravel(), scores.ravel()) if total_true else 0.0,
    )


def macro_tags(labels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which tags count in macro figures, (tags,); labels are (papers, tags)."""
    import numpy as np

    support = labels.sum(0)
    often = support >= MACRO_SUPPORT
    return np.asarray(often if often.any() else support > 0)


def mean_figures(of: list[Figures]) -> Figures:
    """Return the plain mean of several dimensions' figures."""
    names = Figures.__dataclass_fields__
    return Figures(**{name: _mean([getattr(figures, name) for figures in of]) for name in names})


def average_precision(labels: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Return the area under the precision-recall steps, equal scores taken together; some label has to be True."""
    import numpy as np

    precision, recall = precision_recall(labels, scores)
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def recall_at(precision: float, labels: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Return the highest recall at which precision is still so high, or 0; some label has to be True."""
    reached, recall = precision_recall(labels, scores)
    return float(recall[reached >= precision].max(initial=0.0))


def precision_recall(
    labels: NDArray[np.bool_], scores: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return precision and recall of taking the highest scores, from few to all; equal ones are taken together.

    Both arrays are (pairs,), and some label has to be True.
    """
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    true, ranked = labels[order], scores[order]
    last_of_equals = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    hits = np.cumsum(true)[last_of_equals]
    return hits / (last_of_equals + 1), hits / hits[-1]


def reliability(labels: NDArray[np.bool_], scores: NDArray[np.float64], bins: int = 10) -> list[Bin]:
    """Return the bins of equal width that hold any pair, from low scores to high; both arrays are (pairs,)."""
    import numpy as np

    which = np.minimum((scores * bins).astype(int), bins - 1)
    insides = [which == one for one in range(bins)]
    return [
        Bin(float(scores[inside].mean()), float(labels[inside].mean()), int(inside.sum()))
        for inside in insides
        if inside.any()
    ]


def calibration_error(labels: NDArray[np.bool_], scores: NDArray[np.float64], bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal width (Guo et al. 2017): 0 is perfect, 1 the worst."""
    found = reliability(labels, scores, bins)
    return sum(abs(b.share_right - b.mean_score) * b.count for b in found) / max(len(scores), 1)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
