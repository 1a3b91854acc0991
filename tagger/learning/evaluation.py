"""Cross-validation: what training would give on papers it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from tagger.domain.model import Progress, no_progress
from tagger.domain.tags import TagSet
from tagger.errors import LearningError
from tagger.learning.examples import Example, folds_of, labels_of
from tagger.learning.heads import sigmoid
from tagger.learning.metrics import MACRO_SUPPORT, Figures, TagFigures, figures_of, mean_figures, tag_figures
from tagger.learning.options import TrainingOptions
from tagger.learning.scoring import score
from tagger.learning.thresholds import best_threshold, choose
from tagger.learning.training import learn, read_texts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_PAPERS = 5
BASELINE = "TF-IDF, one-vs-rest logistic regression"


@dataclass(frozen=True)
class Judged:
    """What one way of tagging scored: a dimension's figures, and its tags', by id."""

    figures: Figures
    tags: dict[str, TagFigures]


@dataclass(frozen=True)
class Evaluation:
    """Figures for the model and for the baseline, by dimension id. ``sure`` papers are those that need no review."""

    papers: int
    folds: int
    model: dict[str, Judged]
    baseline: dict[str, Judged]
    sure: int
    sure_example_f1: float | None

    def document(self) -> dict[str, object]:
        """Return everything as one document; figures of the whole are means over the dimensions."""
        return {
            **_whole(self.model),
            "papers": self.papers,
            "folds": self.folds,
            "macro_support": MACRO_SUPPORT,
            "sure": self.sure,
            "sure_example_f1": self.sure_example_f1,
            "dimensions": {d: asdict(j.figures) | {"tags": _tags(j)} for d, j in self.model.items()},
            "baseline": {
                "name": BASELINE,
                **_whole(self.baseline),
                "dimensions": {d: asdict(j.figures) for d, j in self.baseline.items()},
            },
        }


def evaluate(
    examples: Sequence[Example],
    tag_set: TagSet,
    *,
    encoder: str,
    options: TrainingOptions,
    folds: int,
    progress: Progress,
) -> Evaluation:
    """Hold out each fold in turn, train on the others, heads, body, stack, thresholds and all, and judge.

    Papers are put into folds by a hash of their ids. The encoder's frozen layers are run once: no label touches them.
    Raises LearningError with fewer than five papers.
    """
    import numpy as np

    if len(examples) < LEAST_PAPERS:
        hint = f"Label {LEAST_PAPERS - len(examples)} more in Label Studio, or `tagger annotations import FILE`"
        raise LearningError(f"{len(examples)} annotated papers are too few to hold some out", hint)
    texts = read_texts(examples, (), tag_set, encoder, progress)
    as_it_is = texts.read(texts.body.upper)
    outer = folds_of([example.paper.id for example in examples], folds, "evaluation")
    labels = [labels_of(examples, dimension) for dimension in tag_set.dimensions]
    model, baseline = _Collected(labels), _Collected(labels)
    sure = np.zeros(len(examples), dtype=bool)
    for fold in range(folds):
        progress("cross-validating", fold, folds)
        held_out, known = np.flatnonzero(outer == fold), np.flatnonzero(outer != fold)
        if not len(held_out) or not len(known):
            raise LearningError(f"{len(examples)} papers don't fill {folds} folds", "Label more, or take fewer --folds")
        training = [examples[i] for i in known]
        before = replace(as_it_is, papers=as_it_is.papers[known])
        learnt = learn(training, (), tag_set, texts.part(known.tolist()), before, options, no_progress)
        papers = [examples[i].paper for i in held_out]
        embeddings = texts.body.embed(learnt.upper, texts.part(held_out.tolist()).papers)
        scored = score(learnt.fitted, tag_set, papers, embeddings)
        sure[held_out] = scored.sure
        words = learnt.fitted.lexicon.matrix(papers)
        for i, dimension in enumerate(tag_set.dimensions):
            model.take(i, held_out, scored.scores[i], scored.chosen[i])
            said, head = learnt.out_of_fold[i], learnt.fitted.dimensions[i].word_head
            threshold = best_threshold(said.labels, sigmoid(said.word_logits), required=dimension.required)
            plain = sigmoid(head.logits(words))
            baseline.take(i, held_out, plain, choose(plain, threshold, required=dimension.required))
    progress("cross-validating", folds, folds)
    own = (
        [figures_of(*(np.concatenate(a, 1)[sure] for a in (labels, model.chosen, model.scores)))] if sure.any() else []
    )
    return Evaluation(
        papers=len(examples),
        folds=folds,
        model=model.judged(tag_set),
        baseline=baseline.judged(tag_set),
        sure=int(sure.sum()),
        sure_example_f1=own[0].example_f1 if own else None,
    )


class _Collected:
    """Scores and choices for all papers, filled in fold by fold."""

    def __init__(self, labels: list[NDArray[np.bool_]]) -> None:
        import numpy as np

        self.labels = labels
        self.scores = [np.zeros(y.shape) for y in labels]
        self.chosen = [np.zeros(y.shape, dtype=bool) for y in labels]

    def take(self, i: int, rows: NDArray[np.int64], scores: NDArray[np.float64], chosen: NDArray[np.bool_]) -> None:
        self.scores[i][rows], self.chosen[i][rows] = scores, chosen

    def judged(self, tag_set: TagSet) -> dict[str, Judged]:
        return {
            dimension.id: Judged(
                figures_of(labels, chosen, scores),
                dict(zip(dimension.tag_ids, tag_figures(labels, chosen, scores), strict=True)),
            )
            for dimension, labels, chosen, scores in zip(
                tag_set.dimensions, self.labels, self.chosen, self.scores, strict=True
            )
        }


def _whole(judged: dict[str, Judged]) -> dict[str, float]:
    return asdict(mean_figures([j.figures for j in judged.values()]))


def _tags(judged: Judged) -> dict[str, dict[str, object]]:
    return {tag: asdict(figures) for tag, figures in judged.tags.items()}
