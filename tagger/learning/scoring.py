"""What a trained model holds besides its encoder, and how it scores papers: numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.learning.evidence import Background, evidence
from tagger.learning.heads import Head
from tagger.learning.lexicon import Lexicon
from tagger.learning.stack import weigh
from tagger.learning.thresholds import choose, expected_disagreement
from tagger.learning.words import word_counts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class DimensionModel:
    """What was learnt for one dimension. ``tag_embeddings`` are (tags, dims); ``weights`` are the stack's."""

    word_head: Head
    body_head: Head
    tag_embeddings: NDArray[np.float32]
    background: Background
    frequencies: NDArray[np.float64]
    weights: NDArray[np.float64]
    threshold: float


@dataclass(frozen=True)
class Fitted:
    """All that was learnt for a tag set; ``sure_bound`` is the expected disagreement up to which a list is sure."""

    lexicon: Lexicon
    dimensions: tuple[DimensionModel, ...]
    sure_bound: float


@dataclass(frozen=True)
class Scored:
    """Scores and choices, one array (papers, tags) a dimension, and which papers' lists are sure, (papers,)."""

    scores: tuple[NDArray[np.float64], ...]
    chosen: tuple[NDArray[np.bool_], ...]
    sure: NDArray[np.bool_]


def score(fitted: Fitted, tag_set: TagSet, papers: Sequence[Paper], embeddings: NDArray[np.float32]) -> Scored:
    """Score papers, given their embeddings of shape (papers, dims)."""
    import numpy as np

    weighed = [fitted.lexicon.weigh(paper) for paper in papers]
    scores, chosen, certain = [], [], np.ones(len(papers), dtype=bool)
    for dimension, model in zip(tag_set.dimensions, fitted.dimensions, strict=True):
        word_logits = np.tile(model.word_head.intercepts.astype(np.float64), (len(papers), 1))
        for row, (columns, weights) in enumerate(weighed):
            word_logits[row] += weights @ model.word_head.weights[columns]
        body_logits = model.body_head.logits(embeddings)
        cosines = embeddings @ model.tag_embeddings.T
        counts = word_counts(papers, dimension.tags)
        found = evidence(word_logits, body_logits, cosines, counts, model.background, model.frequencies)
        probabilities = weigh(found, model.weights)
        scores.append(probabilities)
        chosen.append(choose(probabilities, model.threshold, required=dimension.required))
        if dimension.required:  # a tag that only stands there because one has to is a guess
            certain &= probabilities.max(1, initial=0) >= model.threshold
    disagreement = expected_disagreement(np.concatenate(scores, 1), np.concatenate(chosen, 1))
    return Scored(tuple(scores), tuple(chosen), certain & (disagreement <= fitted.sure_bound))
