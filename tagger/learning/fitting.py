"""Fits heads, stack and thresholds on labelled papers whose embeddings are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.learning.evidence import Background, evidence, frequency_logits
from tagger.learning.examples import Example, folds_of, labels_of
from tagger.learning.heads import CHOICES_OF_C, UNSEEN_LOGIT, Head, best_c, fit_head
from tagger.learning.lexicon import Lexicon, fit_lexicon
from tagger.learning.scoring import DimensionModel, Fitted
from tagger.learning.stack import fit_stack, prior_weights, weigh
from tagger.learning.thresholds import best_threshold, choose, sure_bound
from tagger.learning.words import word_counts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagger.learning.heads import Matrix

FOLDS = 5
FEW_TEXTS = 20


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
    """What a dimension's parts said of papers they hadn't seen, (papers, tags) each."""

    labels: NDArray[np.bool_]
    word_logits: NDArray[np.float64]
    body_logits: NDArray[np.float64]
    scores: NDArray[np.float64]
    chosen: NDArray[np.bool_]


def frozen_readings(reading: Reading, paper_ids: Sequence[str], folds: int = FOLDS) -> Readings:
    """Return the readings of a body that no label has touched."""
    return Readings(reading, (reading,) * folds, folds_of(paper_ids, folds, "body"))


@dataclass(frozen=True)
class WordPart:
    """What needs no body: a dimension's labels, word head, its out-of-fold logits, word counts and their means."""

    labels: NDArray[np.bool_]
    head: Head
    logits: NDArray[np.float64]
    counts: NDArray[np.float32]
    count_means: NDArray[np.float32]


def fit_words(
    examples: Sequence[Example], background: Sequence[Paper], tag_set: TagSet, seed: int
) -> tuple[Lexicon, list[WordPart]]:
    """Fit the lexicon and each dimension's word head, and count the tags' words; all that needs no body."""
    import numpy as np

    papers = [example.paper for example in examples]
    lexicon = fit_lexicon(papers)
    words = lexicon.matrix(papers)
    folds = folds_of([paper.id for paper in papers], FOLDS, "words")
    parts = []
    for dimension in tag_set.dimensions:
        labels = labels_of(examples, dimension)
        head, logits = _fit_word_head(words, labels, folds, seed)
        counts = word_counts(papers, dimension.tags)
        means = np.concatenate([counts, word_counts(background, dimension.tags)]).mean(0)
        parts.append(WordPart(labels, head, logits, counts, means))
    return lexicon, parts


def fit(
    examples: Sequence[Example],
    tag_set: TagSet,
    words: tuple[Lexicon, Sequence[WordPart]],
    readings: Readings,
    seed: int,
) -> tuple[Fitted, list[OutOfFold]]:
    """Fit the rest above the encoder, and return it with what it said out of fold, one a dimension.

    Heads are fitted on all papers; the stack, the thresholds and the bound for sure lists on what heads, bodies and
    stacks said of papers they hadn't seen.
    """
    import numpy as np

    lexicon, parts = words
    ids = [example.paper.id for example in examples]
    fitted = [_fit_dimension(i, ids, d.required, parts[i], readings, seed) for i, d in enumerate(tag_set.dimensions)]
    said = [out_of_fold for _, out_of_fold in fitted]
    bound = sure_bound(
        np.concatenate([s.labels for s in said], 1),
        np.concatenate([s.scores for s in said], 1),
        np.concatenate([s.chosen for s in said], 1),
    )
    return Fitted(lexicon, tuple(model for model, _ in fitted), bound), said


def _fit_dimension(
    index: int, paper_ids: Sequence[str], required: bool, words: WordPart, readings: Readings, seed: int
) -> tuple[DimensionModel, OutOfFold]:
    import numpy as np

    labels = words.labels
    body_head, body_logits = _fit_body_head(labels, readings, seed)
    likeness = np.zeros(labels.shape, dtype=np.float32)
    for fold, reading in enumerate(readings.unseen):
        rows = readings.folds == fold
        likeness[rows] = reading.papers[rows] @ reading.tags[index].T - _ordinary_likeness(reading, index)
    frequencies = frequency_logits(labels)
    centred = Background(np.zeros(labels.shape[1], dtype=np.float32), words.count_means)
    found = evidence(words.logits, body_logits, likeness, words.counts, centred, frequencies)
    scores = _stack_scores(found, labels, paper_ids)
    threshold = best_threshold(labels, scores, required=required)
    model = DimensionModel(
        word_head=words.head,
        body_head=body_head,
        tag_embeddings=readings.final.tags[index],
        background=Background(_ordinary_likeness(readings.final, index), words.count_means),
        frequencies=frequencies,
        weights=fit_stack(found, labels, prior_weights()),
        threshold=threshold,
    )
    chosen = choose(scores, threshold, required=required)
    return model, OutOfFold(labels, words.logits, body_logits, scores, chosen)


def _ordinary_likeness(reading: Reading, index: int) -> NDArray[np.float32]:
    """Return each tag's mean cosine over papers, and where these are few over the tags' descriptions too."""
    import numpy as np

    texts = np.concatenate([reading.papers, reading.background])
    if len(texts) < FEW_TEXTS:
        texts = np.concatenate([texts, *reading.tags])
    return np.asarray((texts @ reading.tags[index].T).mean(0), dtype=np.float32)


def _fit_word_head(
    words: Matrix, labels: NDArray[np.bool_], folds: NDArray[np.int64], seed: int
) -> tuple[Head, NDArray[np.float64]]:
    return _with_best_c(
        labels,
        lambda c: _cross_logits(lambda _: words, labels, folds, c, seed),
        lambda c: fit_head(words, labels, c, seed),
    )


def _fit_body_head(labels: NDArray[np.bool_], readings: Readings, seed: int) -> tuple[Head, NDArray[np.float64]]:
    return _with_best_c(
        labels,
        lambda c: _cross_logits(lambda fold: readings.unseen[fold].papers, labels, readings.folds, c, seed),
        lambda c: fit_head(readings.final.papers, labels, c, seed),
    )


def _with_best_c(
    labels: NDArray[np.bool_], cross: Callable[[float], NDArray[np.float64]], whole: Callable[[float], Head]
) -> tuple[Head, NDArray[np.float64]]:
    tried = [cross(c) for c in CHOICES_OF_C]
    best = best_c(tried, labels)
    return whole(CHOICES_OF_C[best]), tried[best]


def _cross_logits(
    features: Callable[[int], Matrix], labels: NDArray[np.bool_], folds: NDArray[np.int64], c: float, seed: int
) -> NDArray[np.float64]:
    import numpy as np

    logits = np.full(labels.shape, UNSEEN_LOGIT)
    for fold in np.unique(folds):
        held_out = folds == fold
        if not held_out.all():
            known = features(int(fold))
            logits[held_out] = fit_head(known[~held_out], labels[~held_out], c, seed).logits(known[held_out])
    return logits


def _stack_scores(
    found: NDArray[np.float64], labels: NDArray[np.bool_], paper_ids: Sequence[str]
) -> NDArray[np.float64]:
    """Return the stack's probabilities for each fold of papers, from a stack fitted on the others."""
    import numpy as np

    folds = folds_of(paper_ids, FOLDS, "stack")
    scores = np.zeros(labels.shape)
    for fold in range(FOLDS):
        held_out = folds == fold
        weights = fit_stack(found[~held_out], labels[~held_out], prior_weights())
        scores[held_out] = weigh(found[held_out], weights)
    return scores
