"""What a trained model holds besides its encoder, and how it scores papers: numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.learning.attention import AttentionHead
from tagger.learning.evidence import evidence, near_logits
from tagger.learning.heads import Head
from tagger.learning.lexicon import Lexicon
from tagger.learning.neighbours import Neighbours
from tagger.learning.options import Aim
from tagger.learning.stack import weigh
from tagger.learning.student import Student
from tagger.learning.thresholds import choose, expected_disagreement
from tagger.learning.word_vectors import word_vectors
from tagger.learning.words import WordIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class DimensionModel:
    """What was learnt for one dimension; arrays have one row or entry a tag.

    ``tag_vectors`` and ``tag_embeddings`` are the descriptions in word vectors and in the encoder; ``likeness_means``,
    (2, tags), and ``count_means``, (tags, 4), what is ordinary for each tag; ``weights`` are the stack's, and
    ``evidence_means``, (tags, features), the evidence of the mean paper.
    """

    word_head: Head
    body_head: Head
    tag_vectors: NDArray[np.float32]
    tag_embeddings: NDArray[np.float32]
    likeness_means: NDArray[np.float32]
    count_means: NDArray[np.float32]
    frequencies: NDArray[np.float64]
    weights: NDArray[np.float64]
    evidence_means: NDArray[np.float64]
    thresholds: NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """All that was learnt for a tag set; the attention head is for the tags of all dimensions.

    ``sure_bound`` is the expected disagreement up to which a list is sure; ``neighbours`` are the papers it was learnt
    from; ``aim`` is what the thresholds were chosen for. A ``student`` there is where enough papers were labelled.
    """

    lexicon: Lexicon
    attention_head: AttentionHead
    dimensions: tuple[DimensionModel, ...]
    sure_bound: float
    neighbours: Neighbours
    aim: Aim
    student: Student | None = None


@dataclass(frozen=True)
class Scored:
    """Evidence, scores and choices, one array a dimension, and of each paper's list what follows, (papers,).

    ``disagreement`` is what is expected with the true list, ``sure`` whether that is little. Evidence is
    (papers, tags, features), scores and choices (papers, tags). ``meanings`` are the papers in word vectors,
    (papers, dims).
    """

    meanings: NDArray[np.float32]
    evidence: tuple[NDArray[np.float64], ...]
    scores: tuple[NDArray[np.float64], ...]
    chosen: tuple[NDArray[np.bool_], ...]
    disagreement: NDArray[np.float64]
    sure: NDArray[np.bool_]


def score(fitted: Fitted, tag_set: TagSet, papers: Sequence[Paper], embeddings: NDArray[np.float32] | None) -> Scored:
    """Score papers, given their embeddings of shape (papers, dims); without any, by the student.

    Raises ValueError if there is neither.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    by: tuple[Sequence[NDArray[np.float64]], Sequence[NDArray[np.float64]], float]
    if embeddings is not None:
        models = fitted.dimensions
        by = [model.weights for model in models], [model.thresholds for model in models], fitted.sure_bound
    elif fitted.student:
        by = fitted.student.weights, fitted.student.thresholds, fitted.student.sure_bound
    else:
        raise ValueError("a model without a student has to have embeddings")
    scores, chosen, certain = [], [], np.ones(len(papers), dtype=bool)
    # A paper's matrices are small: further threads mostly wait, and take the processors of other workers.
    with threadpool_limits(1, "blas"):
        meanings, found = find_evidence(fitted, tag_set, papers, embeddings)
    for dimension, weights, thresholds, features in zip(tag_set.dimensions, *by[:2], found, strict=True):
        probabilities = weigh(features, weights)
        scores.append(probabilities)
        chosen.append(choose(probabilities, thresholds, required=dimension.required))
        if dimension.required:  # a tag that only stands there because one has to is a guess
            certain &= (probabilities >= thresholds).any(1)
    disagreement = expected_disagreement(np.concatenate(scores, 1), np.concatenate(chosen, 1))
    sure = certain & (disagreement <= by[2])
    return Scored(meanings, tuple(found), tuple(scores), tuple(chosen), disagreement, sure)


def find_evidence(
    fitted: Fitted, tag_set: TagSet, papers: Sequence[Paper], embeddings: NDArray[np.float32] | None
) -> tuple[NDArray[np.float32], list[NDArray[np.float64]]]:
    """Return papers in word vectors, (papers, dims), and each dimension's evidence, (papers, tags, features).

    Without the encoder's embeddings, its evidence is 0.
    """
    import numpy as np

    vectors, index = word_vectors(), WordIndex([tag for dimension in tag_set.dimensions for tag in dimension.tags])
    weighed, known, counts = [], [], np.zeros((len(papers), *index.shape), dtype=np.float32)
    for row, paper in enumerate(papers):  # all three go by the same terms
        weighed.append(fitted.lexicon.weigh(paper))
        known.append(vectors.known(paper))
        counts[row] = index.counts(paper)
    meanings = vectors.embed(papers)
    attended = fitted.attention_head.logits(map(vectors.of, known))
    near = fitted.neighbours.near(papers, meanings)
    ends = np.cumsum([len(dimension.tags) for dimension in tag_set.dimensions])[:-1]
    found = []
    parts = (np.split(each, ends, axis=1) for each in (attended, near.shares, near.counts, counts))
    for model, attention_logits, shares_of, near_of, counts_of in zip(fitted.dimensions, *parts, strict=True):
        word_logits = np.tile(model.word_head.intercepts.astype(np.float64), (len(papers), 1))
        for row, (columns, weights) in enumerate(weighed):
            word_logits[row] += weights @ model.word_head.weights[columns]
        body_logits, likeness = np.zeros_like(word_logits), np.zeros(word_logits.shape, dtype=np.float32)
        if embeddings is not None:
            body_logits = model.body_head.logits(embeddings)
            likeness = embeddings @ model.tag_embeddings.T - model.likeness_means[1]
        heads = (word_logits, attention_logits, body_logits)
        likenesses = (meanings @ model.tag_vectors.T - model.likeness_means[0], likeness)
        said_near = near_logits(shares_of, near_of, model.frequencies)
        found.append(evidence(heads, likenesses, said_near, counts_of, model.count_means, model.frequencies))
    return meanings, found
