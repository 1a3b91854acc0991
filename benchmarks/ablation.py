"""What each part of the classifier brings: the table in docs/model.md.

    python -m benchmarks.ablation ANNOTATIONS.jsonl

Five folds, everything fitted inside the fold, the body as it is. Each row leaves something out or changes it; figures
are means over the dimensions, with the spread of micro F1 over the folds. Prior weights were learnt on these very
papers, so all rows but the last do without them.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.make_prior import NO_PRIOR, Pool, read_pool
from tagger.learning import evidence, fitting, scoring, stack, thresholds
from tagger.learning.evidence import FEATURES
from tagger.learning.examples import folds_of, labels_of
from tagger.learning.fitting import Reading, fit, frozen_readings
from tagger.learning.metrics import f1, figures_of, mean_figures
from tagger.learning.scoring import score
from tagger.learning.word_evidence import Words, fit_words

FOLDS = 5
Change = Callable[[], Sequence[AbstractContextManager[object]]]


def without(*parts: str) -> Change:
    """Return a change that hides the features whose names begin so from the stack."""
    kept = np.array([not name.startswith(parts) for name in FEATURES])
    whole = evidence.evidence

    def hidden(*found: object) -> NDArray[np.float64]:
        return whole(*found) * kept  # type: ignore[arg-type]

    return lambda: [patch.object(module, "evidence", hidden) for module in (fitting, scoring)]


SHIPPED = "with the prior weights"
ROWS: dict[str, Change] = {
    "all of it": lambda: [],
    "without the word head": without("word head"),
    "without the attention head": without("attention head"),
    "without the body head": without("body head"),
    "without likeness in word vectors": without("likeness in word vectors"),
    "without likeness in the encoder": without("likeness in the encoder"),
    "without the encoder": without("body head", "likeness in the encoder"),
    "without word vectors": without("attention head", "likeness in word vectors", evidence.NEAR),
    "without labelled papers near": without(evidence.NEAR),
    "without counts of words": without("words"),
    "without words of the authors' own work": without("words where"),
    "without any head": without(*evidence.HEADS),
    "the attention head alone": without("word head", "body head", "likeness", "words", evidence.NEAR),
    "the word head alone": without("attention head", "body head", "likeness", "words", evidence.NEAR),
    "the body head alone": without("word head", "attention head", "likeness", "words", evidence.NEAR),
    "weights by dimension, not by tag": lambda: [patch.object(stack, "TAG_PENALTY", 1e6)],
    "one threshold a dimension": lambda: [patch.object(thresholds, "SHRINKAGE", 1e6)],
    SHIPPED: lambda: [],
}


def main(source: str) -> None:
    """Measure every row and print it."""
    pool = read_pool(source)
    folds = folds_of([example.paper.id for example in pool.examples], FOLDS, "evaluation")
    words = [_words(pool, np.flatnonzero(folds != fold).tolist()) for fold in range(FOLDS)]
    labels = [labels_of(pool.examples, dimension) for dimension in pool.tag_set.dimensions]
    # No row changes the body's head, so it is fitted once a fold.
    for name in ("_cross_body_head", "_fit_body_head"):
        setattr(fitting, name, _remembering(getattr(fitting, name)))
    print(f"{'':40}{'micro F1':>10}{'folds':>8}{'macro F1':>10}{'av. prec.':>10}{'ECE':>8}")
    for name, change in ROWS.items():
        with ExitStack() as changes:
            for each in change():
                changes.enter_context(each)
            chosen, scores = _cross_validate(pool, folds, words, shipped=name == SHIPPED)
        figures = mean_figures([figures_of(*each) for each in zip(labels, chosen, scores, strict=True)])
        spread = np.std([_micro(labels, chosen, folds == fold) for fold in range(FOLDS)])
        print(
            f"{name:40}{figures.micro_f1:10.4f}  ±{spread:.3f}{figures.macro_f1:10.4f}"
            f"{figures.average_precision:10.4f}{figures.expected_calibration_error:8.4f}",
            flush=True,
        )


def _remembering(fit_head: Callable[..., object]) -> Callable[..., object]:
    known: dict[int, object] = {}

    def remembered(labels: NDArray[np.bool_], *rest: object) -> object:
        if id(labels) not in known:
            known[id(labels)] = fit_head(labels, *rest)
        return known[id(labels)]

    return remembered


def _words(pool: Pool, known: list[int]) -> Words:
    return fit_words([pool.examples[i] for i in known], (), pool.tag_set, 0)


def _cross_validate(
    pool: Pool, folds: NDArray[np.int64], words: Sequence[Words], *, shipped: bool
) -> tuple[list[NDArray[np.bool_]], list[NDArray[np.float64]]]:
    """Return choices and scores for all papers, (papers, tags) a dimension, each from a model that hasn't seen it."""
    dimensions = pool.tag_set.dimensions
    shapes = [(len(pool.examples), len(dimension.tags)) for dimension in dimensions]
    chosen, scores = [np.zeros(shape, bool) for shape in shapes], [np.zeros(shape) for shape in shapes]
    for fold in range(FOLDS):
        known, apart = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        reading = Reading(pool.reading.papers[known], pool.reading.papers[:0], pool.reading.tags)
        examples = [pool.examples[i] for i in known]
        readings = frozen_readings(reading, [example.paper.id for example in examples])
        priors = None if shipped else [NO_PRIOR for _ in dimensions]
        fitted, _ = fit(examples, pool.tag_set, words[fold], readings, 0, priors)
        found = score(fitted, pool.tag_set, [pool.examples[i].paper for i in apart], pool.reading.papers[apart])
        for i in range(len(dimensions)):
            chosen[i][apart], scores[i][apart] = found.chosen[i], found.scores[i]
    return chosen, scores


def _micro(labels: Sequence[NDArray[np.bool_]], chosen: Sequence[NDArray[np.bool_]], rows: NDArray[np.bool_]) -> float:
    values = [
        f1(int((t[rows] & c[rows]).sum()), int(c[rows].sum()), int(t[rows].sum()))
        for t, c in zip(labels, chosen, strict=True)
    ]
    return float(np.mean(values))


if __name__ == "__main__":
    main(sys.argv[1])
