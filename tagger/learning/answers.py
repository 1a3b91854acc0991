"""What one way of tagging said of papers it hadn't seen, and how good that was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tagger.domain.tags import Dimension, TagSet
from tagger.learning.bootstrap import Interval, Redrawn, draw_papers, interval, mean_redrawn, redraw
from tagger.learning.examples import Example, labels_of, trust_of
from tagger.learning.metrics import Figures, TagFigures, f1, figures_of, mean_figures, tag_figures
from tagger.learning.scoring import Fitted, Scored

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# What is measured in each draw of papers.
DRAWN = ("micro_f1", "macro_f1")


@dataclass(frozen=True)
class Truth:
    """The tags that hold, and which were asked for, (papers, tags) a dimension; each paper's fold; draws for intervals.

    Folds are (papers,).
    """

    tag_set: TagSet
    labels: tuple[NDArray[np.bool_], ...]
    asked: tuple[NDArray[np.bool_], ...]
    folds: NDArray[np.int64]
    draws: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures, the intervals of micro and macro F1, and the standard deviation of micro F1 over the folds."""

    figures: Figures
    intervals: Mapping[str, Interval]
    fold_spread: float

    def document(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return asdict(self.figures) | {"intervals": self.intervals, "fold_spread": {"micro_f1": self.fold_spread}}


@dataclass(frozen=True, slots=True)
class TagSummary:
    """A tag's figures, the interval of F1 (None if no paper has to do with the tag), and the folds' mean threshold."""

    figures: TagFigures
    f1_interval: Interval | None
    threshold: float

    def document(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return asdict(self.figures) | {"threshold": self.threshold, "intervals": {"f1": self.f1_interval}}


def truth(tag_set: TagSet, examples: Sequence[Example], folds: NDArray[np.int64], seed: int) -> Truth:
    """Return what answers are compared with; the seed decides which papers are drawn for intervals."""
    labels = tuple(labels_of(examples, dimension) for dimension in tag_set.dimensions)
    asked = tuple(trust_of(examples, dimension) > 0 for dimension in tag_set.dimensions)
    return Truth(tag_set, labels, asked, folds, draw_papers(len(folds), seed))


class Answers:
    """Scores and choices for all papers, (papers, tags) a dimension, filled in fold by fold.

    ``thresholds`` are those of each fold that has been taken: one array (tags,) a dimension.
    """

    def __init__(self, name: str, against: Truth) -> None:
        import numpy as np

        self.name = name
        self.truth = against
        self.scores = [np.zeros(y.shape) for y in against.labels]
        self.chosen = [np.zeros(y.shape, dtype=bool) for y in against.labels]
        self.thresholds: list[list[NDArray[np.float64]]] = [[] for _ in against.labels]

    def take(
        self,
        index: int,
        rows: NDArray[np.int64],
        scores: NDArray[np.float64],
        chosen: NDArray[np.bool_],
        thresholds: float | NDArray[np.float64],
    ) -> None:
        """Take one fold's answers for a dimension: those for the papers of ``rows``, (rows, tags) each.

        For a tag that wasn't asked for there is no right answer, so none is taken.
        """
        import numpy as np

        asked = self.truth.asked[index][rows]
        self.scores[index][rows], self.chosen[index][rows] = scores * asked, chosen & asked
        self.thresholds[index].append(np.broadcast_to(thresholds, scores.shape[1:]))

    def take_scored(self, rows: NDArray[np.int64], scored: Scored, fitted: Fitted) -> None:
        """Take what a fitted model said of the papers of ``rows``, for every dimension."""
        for i, dimension in enumerate(fitted.dimensions):
            self.take(i, rows, scored.scores[i], scored.chosen[i], dimension.thresholds)

    def figures(self) -> list[Figures]:
        """Return each dimension's figures."""
        return [figures_of(*each) for each in zip(self.truth.labels, self.chosen, self.scores, strict=True)]

    def redrawn(self) -> list[Redrawn]:
        """Return each dimension's F1 in each draw of papers."""
        return [redraw(y, c, self.truth.draws) for y, c in zip(self.truth.labels, self.chosen, strict=True)]

    def micro_f1_of_folds(self) -> NDArray[np.float64]:
        """Return micro F1 of each fold that holds papers, shape (dimensions, folds)."""
        import numpy as np

        pairs = list(zip(self.truth.labels, self.chosen, strict=True))
        folds = [self.truth.folds == fold for fold in np.unique(self.truth.folds)]
        return np.array([[_micro_f1(y[rows], c[rows]) for rows in folds] for y, c in pairs])

    def whole(self) -> Summary:
        """Return figures of the whole: means over the dimensions, also draw by draw and fold by fold."""
        redrawn = self.redrawn()
        means = {name: mean_redrawn([getattr(r, name) for r in redrawn]) for name in DRAWN}
        spread = float(self.micro_f1_of_folds().mean(0).std())
        return Summary(mean_figures(self.figures()), _intervals(means), spread)

    def dimensions(self) -> dict[str, Summary]:
        """Return each dimension's figures, by id."""
        spreads = self.micro_f1_of_folds().std(1)
        return {
            dimension.id: Summary(figures, _intervals({name: getattr(r, name) for name in DRAWN}), float(spread))
            for dimension, figures, r, spread in zip(
                self.truth.tag_set.dimensions, self.figures(), self.redrawn(), spreads, strict=True
            )
        }

    def tags(self) -> dict[str, dict[str, TagSummary]]:
        """Return each tag's figures, by dimension and tag."""
        return {dimension.id: self._tags(i, dimension) for i, dimension in enumerate(self.truth.tag_set.dimensions)}

    def _tags(self, index: int, dimension: Dimension) -> dict[str, TagSummary]:
        import numpy as np

        labels, chosen = self.truth.labels[index], self.chosen[index]
        drawn = redraw(labels, chosen, self.truth.draws).tags
        thresholds = np.mean(self.thresholds[index], axis=0)
        figures = tag_figures(labels, chosen, self.scores[index])
        return {
            tag: TagSummary(figures[i], interval(drawn[:, i]), float(thresholds[i]))
            for i, tag in enumerate(dimension.tag_ids)
        }

    def pairs(self) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Return labels and scores of all pairs of a paper and a tag, (pairs,) each."""
        import numpy as np

        return (
            np.concatenate([y.ravel() for y in self.truth.labels]),
            np.concatenate([s.ravel() for s in self.scores]),
        )


def lead(ours: Answers, theirs: Answers) -> dict[str, Any]:
    """Return by how much the first is ahead in F1, with intervals: both are judged on the same draws of papers."""
    mine, other = (mean_figures(answers.figures()) for answers in (ours, theirs))
    pairs = list(zip(ours.redrawn(), theirs.redrawn(), strict=True))
    gaps = {name: mean_redrawn([getattr(a, name) - getattr(b, name) for a, b in pairs]) for name in DRAWN}
    return {name: getattr(mine, name) - getattr(other, name) for name in DRAWN} | {"intervals": _intervals(gaps)}


def _intervals(values: Mapping[str, NDArray[np.float64]]) -> dict[str, Interval]:
    return {name: found for name, each in values.items() if (found := interval(each)) is not None}


def _micro_f1(labels: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> float:
    return f1(int((labels & chosen).sum()), int(chosen.sum()), int(labels.sum()))
