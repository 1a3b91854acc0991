"""How two model versions do on papers that people judged, tag by tag, each by what it says of papers it hadn't seen.

Of a paper that it learnt from, a version is taken at what it said out of fold while it was trained. Single tags are
compared by McNemar's exact test (1947), with Holm's correction (1979), as one in twenty would differ by chance; F1 by
the bootstrap over papers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagger.domain.model import Progress, no_progress
from tagger.domain.significance import holm_corrected
from tagger.learning.answers import DRAWN, Answers, Truth, lead, truth
from tagger.learning.examples import Example, labels_of
from tagger.learning.metrics import f1, mean_figures
from tagger.learning.prediction import Predictor, load_predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Fewer tell nothing, and more take longer than they tell.
LEAST_PAPERS, MOST_PAPERS = 20, 400
ALPHA = 0.05
_SEED = 0


@dataclass(frozen=True, slots=True)
class TagComparison:
    """One tag under two versions: F1 of each, and on how many papers just one of them is right.

    ``p_value`` is that of so large a difference by chance, corrected for the number of tags.
    """

    dimension: str
    tag: str
    support: int
    f1_before: float
    f1_after: float
    mended: int
    broken: int
    p_value: float

    @property
    def is_worse(self) -> bool:
        """Whether the later version does worse, beyond chance."""
        return self.broken > self.mended and self.p_value < ALPHA


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions on the same papers: micro and macro F1 of each, means over dimensions, and every tag.

    ``intervals`` are of the rise from ``before`` to ``after``: 95 % of what other draws of papers would give.
    """

    before: str
    after: str
    papers: int
    f1_before: dict[str, float]
    f1_after: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    tags: tuple[TagComparison, ...]

    @property
    def worse(self) -> list[str]:
        """In what the later version is worse beyond chance: ``micro F1``, ``macro F1``, or tags."""
        lower = [name.replace("_f1", " F1") for name, (_, high) in self.intervals.items() if high < 0]
        return lower + [f"{tag.dimension}:{tag.tag}" for tag in self.tags if tag.is_worse]

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self) | {"worse": self.worse}


def compare(
    before: Path, after: Path, examples: Sequence[Example], at: datetime, progress: Progress = no_progress
) -> Comparison | None:
    """Compare two model versions of one tag set on the latest examples; None if too few are fair to both.

    Raises ModelError if one of them can't be used.
    """
    import numpy as np

    predictors = [load_predictor(folder) for folder in (before, after)]
    barred = frozenset().union(*(p.learnt_from - p.out_of_fold.keys() for p in predictors))
    fair = [example for example in examples if example.paper.id not in barred][-MOST_PAPERS:]
    if len(fair) < LEAST_PAPERS:
        return None
    against = truth(predictors[1].tag_set, fair, np.zeros(len(fair), dtype=int), _SEED)
    first, second = (_answers(predictor, fair, against, at, progress) for predictor in predictors)
    f1_before, f1_after = _f1_of(first), _f1_of(second)
    return Comparison(
        before=before.name,
        after=after.name,
        papers=len(fair),
        f1_before=f1_before,
        f1_after=f1_after,
        intervals=lead(second, first)["intervals"],
        tags=_tags(first, second),
    )


def _answers(
    predictor: Predictor, examples: Sequence[Example], against: Truth, at: datetime, progress: Progress
) -> Answers:
    """Return which tags a version gives papers that it hadn't seen; in place of scores there are choices."""
    import numpy as np

    said = dict(predictor.out_of_fold)
    new = [example.paper for example in examples if example.paper.id not in said]
    said |= {s.paper_id: s.tags for s in predictor.predict(new, at=at, progress=progress)}
    answers, everyone = Answers(predictor.version.name, against), np.arange(len(examples))
    for i, dimension in enumerate(against.tag_set.dimensions):
        chosen = labels_of([Example(e.paper, said[e.paper.id]) for e in examples], dimension)
        answers.take(i, everyone, chosen.astype(np.float64), chosen, 1.0)
    return answers


def _tags(before: Answers, after: Answers) -> tuple[TagComparison, ...]:
    """Compare every tag that is used or given, the likeliest differences first."""
    found = []
    for i, dimension in enumerate(before.truth.tag_set.dimensions):
        labels, asked = before.truth.labels[i], before.truth.asked[i]
        for column, tag in enumerate(dimension.tag_ids):
            rows = asked[:, column]
            true, old, new = (each[rows, column] for each in (labels, before.chosen[i], after.chosen[i]))
            if (true | old | new).any():
                found.append(_compared(dimension.id, tag, true, old, new))
    return _corrected(sorted(found, key=lambda each: each.p_value))


def _compared(
    dimension: str, tag: str, true: NDArray[np.bool_], before: NDArray[np.bool_], after: NDArray[np.bool_]
) -> TagComparison:
    from scipy.stats import binomtest

    mended = int(((before != true) & (after == true)).sum())
    broken = int(((before == true) & (after != true)).sum())
    return TagComparison(
        dimension=dimension,
        tag=tag,
        support=int(true.sum()),
        f1_before=_tag_f1(true, before),
        f1_after=_tag_f1(true, after),
        mended=mended,
        broken=broken,
        p_value=float(binomtest(mended, mended + broken).pvalue) if mended + broken else 1.0,
    )


def _corrected(tags: Sequence[TagComparison]) -> tuple[TagComparison, ...]:
    """Return comparisons with their p-values corrected for their number."""
    corrected = holm_corrected([each.p_value for each in tags])
    return tuple(replace(each, p_value=p) for each, p in zip(tags, corrected, strict=True))


def _tag_f1(true: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> float:
    return f1(int((true & chosen).sum()), int(chosen.sum()), int(true.sum()))


def _f1_of(answers: Answers) -> dict[str, float]:
    figures = mean_figures(answers.figures())
    return {name: getattr(figures, name) for name in DRAWN}
