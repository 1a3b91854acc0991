"""Fits heads, stack and thresholds on labelled papers whose embeddings are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.domain.tags import TagSet
from tagger.learning.evidence import evidence, frequency_logits, mean_evidence
from tagger.learning.examples import Example, folds_of
from tagger.learning.heads import fit_head
from tagger.learning.neighbours import neighbours_of
from tagger.learning.options import BEST_F1, Aim
from tagger.learning.scoring import DimensionModel, Fitted
from tagger.learning.stack import fit_stack, prior_weights, weigh
from tagger.learning.student import LEAST_PAPERS, Student, cascade_cut, without_encoder
from tagger.learning.thresholds import choose, sure_bound, tag_thresholds
from tagger.learning.word_evidence import (
    FOLDS,
    WordEvidence,
    Words,
    best_cross_logits,
    cross_logits,
    ordinary_likeness,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Reading:
    """What one body makes of texts: embeddings of the labelled papers, of background papers, and of each tag.

    Shapes are (papers, dims), (background papers, dims), and one (tags, dims) a dimension.
    """

    papers: NDArray[np.float32]
    background: NDArray[np.float32]
    tags: tuple[NDArray[np.float32], ...]


@dataclass(frozen=True)
class Readings:
    """The readings of the final body, and of one body a fold that has not seen the labels of that fold's papers.

    ``folds`` are (papers,). A body that learns from no label serves every fold.
    """

    final: Reading
    unseen: tuple[Reading, ...]
    folds: NDArray[np.int64]


@dataclass(frozen=True)
class OutOfFold:
    """What a dimension's parts said of papers they hadn't seen, (papers, tags) each.

    A tag that wasn't asked for on a paper scores 0 there and isn't chosen, so that nothing is made of it.
    """

    labels: NDArray[np.bool_]
    word_logits: NDArray[np.float64]
    scores: NDArray[np.float64]
    chosen: NDArray[np.bool_]


def frozen_readings(reading: Reading, paper_ids: Sequence[str], folds: int = FOLDS) -> Readings:
    """Return the readings of a body that no label has touched."""
    return Readings(reading, (reading,) * folds, folds_of(paper_ids, folds, "body"))


def fit(
    examples: Sequence[Example],
    tag_set: TagSet,
    words: Words,
    readings: Readings,
    seed: int,
    priors: Sequence[NDArray[np.float64]] | None = None,
    aim: Aim = BEST_F1,
) -> tuple[Fitted, list[OutOfFold]]:
    """Fit the rest above the encoder, and return it with what it said out of fold, one a dimension.

    Heads are fitted on all papers; the stack, the thresholds and the bound for sure lists on what heads, bodies and
    stacks said of papers they hadn't seen. ``priors`` are the stack's starting weights, one array a dimension, where
    those that come with tagger aren't wanted; ``aim`` is what thresholds are chosen for.
    """
    import numpy as np

    parts = words.dimensions
    ids = [example.paper.id for example in examples]
    start = [prior_weights(len(examples))] * len(parts) if priors is None else priors
    fitted = [
        _fit_dimension(i, ids, dimension.required, parts[i], readings, seed, start[i], aim)
        for i, dimension in enumerate(tag_set.dimensions)
    ]
    said = [out_of_fold for _, out_of_fold, _ in fitted]
    neighbours = neighbours_of(
        [example.paper for example in examples],
        readings.final.papers,
        words.meanings,
        np.concatenate([part.labels for part in parts], axis=1),
        np.concatenate([part.trust for part in parts], axis=1) > 0,
        np.concatenate([s.chosen for s in said], axis=1),
    )
    models = tuple(model for model, _, _ in fitted)
    student = _student([part for _, _, part in fitted], said) if len(examples) >= LEAST_PAPERS else None
    return Fitted(words.lexicon, words.attention_head, models, bound_of(said), neighbours, aim, student), said


def bound_of(said: Sequence[OutOfFold]) -> float:
    """Return the bound for sure lists, from what was said out of fold, one a dimension."""
    import numpy as np

    return sure_bound(
        np.concatenate([s.labels for s in said], 1),
        np.concatenate([s.scores for s in said], 1),
        np.concatenate([s.chosen for s in said], 1),
    )


def judge(examples: Sequence[Example], tag_set: TagSet, words: Words, readings: Readings, seed: int) -> list[OutOfFold]:
    """Return what ``fit`` would say out of fold, one a dimension, without fitting what a model needs besides."""
    ids, start = [example.paper.id for example in examples], prior_weights(len(examples))
    return [
        _judge_dimension(i, ids, dimension.required, words.dimensions[i], readings, seed, start).out_of_fold
        for i, dimension in enumerate(tag_set.dimensions)
    ]


@dataclass(frozen=True)
class _Judged:
    """What out-of-fold heads found, (papers, tags, features), and what follows from it."""

    c: float
    found: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    out_of_fold: OutOfFold


@dataclass(frozen=True)
class _StudentPart:
    """What the student takes for one dimension, and what it said of papers it hadn't seen."""

    weights: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    out_of_fold: OutOfFold


def _fit_dimension(
    index: int,
    paper_ids: Sequence[str],
    required: bool,
    words: WordEvidence,
    readings: Readings,
    seed: int,
    prior: NDArray[np.float64],
    aim: Aim,
) -> tuple[DimensionModel, OutOfFold, _StudentPart]:
    import numpy as np

    labels, trust = words.labels, words.trust
    judged = _judge_dimension(index, paper_ids, required, words, readings, seed, prior, aim)
    model = DimensionModel(
        word_head=words.word_head,
        body_head=fit_head(readings.final.papers, labels, judged.c, seed, trust=trust),
        tag_vectors=words.tag_vectors,
        tag_embeddings=readings.final.tags[index],
        likeness_means=np.stack([words.likeness_means, _ordinary_likeness(readings.final, index)]),
        count_means=words.count_means,
        frequencies=frequency_logits(labels, trust),
        weights=fit_stack(judged.found, labels, prior, trust),
        evidence_means=mean_evidence(judged.found, words.count_means),
        thresholds=judged.thresholds,
    )
    found, start = without_encoder(judged.found), without_encoder(prior)
    thresholds, out_of_fold = _judge_stack(found, words, paper_ids, required, start, aim)
    return model, judged.out_of_fold, _StudentPart(fit_stack(found, labels, start, trust), thresholds, out_of_fold)


def _student(parts: Sequence[_StudentPart], whole: Sequence[OutOfFold]) -> Student:
    import numpy as np

    said = [part.out_of_fold for part in parts]
    labels, scores, chosen = (
        np.concatenate(each, 1) for each in zip(*((s.labels, s.scores, s.chosen) for s in said), strict=True)
    )
    cut = cascade_cut(labels, np.concatenate([s.chosen for s in whole], 1), scores, chosen)
    weights, thresholds = zip(*((part.weights, part.thresholds) for part in parts), strict=True)
    return Student(tuple(weights), tuple(thresholds), bound_of(said), cut)


def _judge_dimension(
    index: int,
    paper_ids: Sequence[str],
    required: bool,
    words: WordEvidence,
    readings: Readings,
    seed: int,
    prior: NDArray[np.float64],
    aim: Aim = BEST_F1,
) -> _Judged:
    import numpy as np

    labels, trust = words.labels, words.trust
    c, body_logits = _cross_body_head(labels, trust, readings, seed)
    likeness = np.zeros(labels.shape, dtype=np.float32)
    for fold, reading in enumerate(readings.unseen):
        rows = readings.folds == fold
        likeness[rows] = reading.papers[rows] @ reading.tags[index].T - _ordinary_likeness(reading, index)
    heads = (words.word_logits, words.attention_logits, body_logits)
    found = evidence(heads, (words.likeness, likeness), words.near, words.counts, words.count_means, words.common)
    return _Judged(c, found, *_judge_stack(found, words, paper_ids, required, prior, aim))


def _judge_stack(
    found: NDArray[np.float64],
    words: WordEvidence,
    paper_ids: Sequence[str],
    required: bool,
    prior: NDArray[np.float64],
    aim: Aim,
) -> tuple[NDArray[np.float64], OutOfFold]:
    """Return thresholds, and what a stack over the evidence says of papers it wasn't fitted on."""
    labels, asked = words.labels, words.trust > 0
    scores = _stack_scores(found, labels, words.trust, paper_ids, prior) * asked
    thresholds = tag_thresholds(labels, scores, required=required, aim=aim)
    chosen = choose(scores, thresholds, required=required) & asked
    return thresholds, OutOfFold(labels, words.word_logits, scores, chosen)


def _ordinary_likeness(reading: Reading, index: int) -> NDArray[np.float32]:
    import numpy as np

    return ordinary_likeness(np.concatenate([reading.papers, reading.background]), reading.tags, index)


def _cross_body_head(
    labels: NDArray[np.bool_], trust: NDArray[np.float64], readings: Readings, seed: int
) -> tuple[float, NDArray[np.float64]]:
    def crossed(c: float) -> NDArray[np.float64]:
        return cross_logits(lambda f: readings.unseen[f].papers, labels, readings.folds, c, seed, trust=trust)

    return best_cross_logits(labels, crossed, trust)


def _stack_scores(
    found: NDArray[np.float64],
    labels: NDArray[np.bool_],
    trust: NDArray[np.float64],
    paper_ids: Sequence[str],
    prior: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the stack's probabilities for each fold of papers, from a stack fitted on the others."""
    import numpy as np

    folds = folds_of(paper_ids, FOLDS, "stack")
    scores = np.zeros(labels.shape)
    for fold in range(FOLDS):
        held_out = folds == fold
        weights = fit_stack(found[~held_out], labels[~held_out], prior, trust[~held_out])
        scores[held_out] = weigh(found[held_out], weights)
    return scores
