"""What papers' words say of tags: word head, attention head, likeness and counts. All of it needs no encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.domain.model import Progress, no_progress
from tagger.domain.paper import Paper
from tagger.domain.tags import Tag, TagSet
from tagger.learning.attention import AttentionHead, fit_attention
from tagger.learning.evidence import frequency_logits, near_logits
from tagger.learning.examples import Example, folds_of, labels_of, trust_of
from tagger.learning.heads import CHOICES_OF_C, Head, best_c, fit_head
from tagger.learning.lexicon import Lexicon, fit_lexicon
from tagger.learning.neighbours import Near, find_near
from tagger.learning.word_vectors import word_vectors
from tagger.learning.words import word_counts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagger.learning.heads import Matrix

FOLDS = 5
FEW_TEXTS = 20


@dataclass(frozen=True)
class Words:
    """What was learnt of words, and each dimension's evidence; the attention head is for the tags of all dimensions.

    ``meanings`` are the papers in word vectors, (papers, dims).
    """

    lexicon: Lexicon
    attention_head: AttentionHead
    meanings: NDArray[np.float32]
    dimensions: tuple[WordEvidence, ...]


@dataclass(frozen=True)
class WordEvidence:
    """A dimension's labels, word head, what both heads said out of fold, likeness less its means, and counts.

    Arrays are of shape (papers, tags), counts (papers, tags, 4), their means without papers; tag vectors (tags, dims).
    ``trust`` is how much each label counts, 0 where the tag wasn't asked for.
    """

    labels: NDArray[np.bool_]
    trust: NDArray[np.float64]
    word_head: Head
    word_logits: NDArray[np.float64]
    attention_logits: NDArray[np.float64]
    near: NDArray[np.float64]
    common: NDArray[np.float64]
    tag_vectors: NDArray[np.float32]
    likeness: NDArray[np.float32]
    likeness_means: NDArray[np.float32]
    counts: NDArray[np.float32]
    count_means: NDArray[np.float32]


def fit_words(
    examples: Sequence[Example],
    background: Sequence[Paper],
    tag_set: TagSet,
    seed: int,
    progress: Progress = no_progress,
) -> Words:
    """Fit the lexicon and the heads over words, and find what else words say, for each dimension."""
    import numpy as np

    papers = [example.paper for example in examples]
    lexicon = fit_lexicon(papers)
    words = lexicon.matrix(papers)
    vectors = word_vectors()
    folds = folds_of([paper.id for paper in papers], FOLDS, "words")
    labels = [labels_of(examples, dimension) for dimension in tag_set.dimensions]
    trust = [trust_of(examples, dimension) for dimension in tag_set.dimensions]
    tags = [vectors.embed([description(tag) for tag in dimension.tags]) for dimension in tag_set.dimensions]
    ends = np.cumsum([0, *(len(t) for t in tags)]).tolist()
    attention, attended = _fit_attention(papers, labels, trust, tags, folds, seed, progress)
    meanings, ordinary = vectors.embed(papers), vectors.embed(background)
    common = [_common(*each, folds) for each in zip(labels, trust, strict=True)]
    near = _find_near(meanings, np.concatenate(labels, axis=1), np.concatenate(trust, axis=1) > 0, folds)
    found = []
    for i, dimension in enumerate(tag_set.dimensions):
        part = slice(ends[i], ends[i + 1])
        word_head, word_logits = _fit_word_head(words, labels[i], trust[i], folds, seed)
        means = ordinary_likeness(np.concatenate([meanings, ordinary]), tags, i)
        counts = word_counts(papers, dimension.tags)
        found.append(
            WordEvidence(
                labels=labels[i],
                trust=trust[i],
                word_head=word_head,
                word_logits=word_logits,
                attention_logits=attended[:, part],
                near=near_logits(near.shares[:, part], near.counts[:, part], common[i]),
                common=common[i],
                tag_vectors=tags[i],
                likeness=meanings @ tags[i].T - means,
                likeness_means=means,
                counts=counts,
                count_means=_mean_counts(counts, word_counts(background, dimension.tags)),
            )
        )
    return Words(lexicon, attention, meanings, tuple(found))


def ordinary_likeness(
    texts: NDArray[np.float32], tags: Sequence[NDArray[np.float32]], index: int
) -> NDArray[np.float32]:
    """Return each tag's mean cosine over texts of shape (texts, dims), and where these are few over the tags' own too.

    ``tags`` are the embeddings of the tags of every dimension, ``index`` the dimension asked for.
    """
    import numpy as np

    if len(texts) < FEW_TEXTS:
        texts = np.concatenate([texts, *tags])
    return np.asarray((texts @ tags[index].T).mean(0), dtype=np.float32)


def best_cross_logits(
    labels: NDArray[np.bool_],
    cross: Callable[[float], NDArray[np.float64]],
    trust: NDArray[np.float64] | None = None,
) -> tuple[float, NDArray[np.float64]]:
    """Return the C whose out-of-fold logits, ``cross(c)``, rank tags best, and those logits."""
    found = [cross(c) for c in CHOICES_OF_C]
    best = best_c(found, labels, trust)
    return CHOICES_OF_C[best], found[best]


def cross_logits(
    features: Callable[[int], Matrix],
    labels: NDArray[np.bool_],
    folds: NDArray[np.int64],
    c: float,
    seed: int,
    *,
    trust: NDArray[np.float64] | None = None,
    balanced: bool = True,
) -> NDArray[np.float64]:
    """Return what heads fitted on the other folds say of each fold's papers; ``features(fold)`` are all papers'.

    Where there are no other papers, they say nothing: 0.
    """
    import numpy as np

    logits = np.zeros(labels.shape)
    for fold in np.unique(folds):
        held_out = folds == fold
        if not held_out.all():
            known, counts = features(int(fold)), None if trust is None else trust[~held_out]
            head = fit_head(known[~held_out], labels[~held_out], c, seed, trust=counts, balanced=balanced)
            logits[held_out] = head.logits(known[held_out])
    return logits


def _fit_word_head(
    words: Matrix, labels: NDArray[np.bool_], trust: NDArray[np.float64], folds: NDArray[np.int64], seed: int
) -> tuple[Head, NDArray[np.float64]]:
    c, logits = best_cross_logits(
        labels, lambda c: cross_logits(lambda _: words, labels, folds, c, seed, trust=trust), trust
    )
    return fit_head(words, labels, c, seed, trust=trust), logits


def _fit_attention(
    papers: Sequence[Paper],
    labels: Sequence[NDArray[np.bool_]],
    trust: Sequence[NDArray[np.float64]],
    tags: Sequence[NDArray[np.float32]],
    folds: NDArray[np.int64],
    seed: int,
    progress: Progress,
) -> tuple[AttentionHead, NDArray[np.float64]]:
    """Fit one attention head for the tags of all dimensions; returns it with its out-of-fold logits."""
    import numpy as np

    terms = [word_vectors().terms(paper) for paper in papers]
    carried, descriptions = np.concatenate(labels, axis=1), np.concatenate(tags)
    counts = np.concatenate(trust, axis=1)
    logits = np.zeros(carried.shape)
    for fold in range(FOLDS):
        progress("learning where to look", fold, FOLDS + 1)
        known, held_out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(held_out):
            head = fit_attention([terms[i] for i in known], carried[known], descriptions, seed, counts[known])
            logits[held_out] = head.logits([terms[i] for i in held_out])
    progress("learning where to look", FOLDS, FOLDS + 1)
    head = fit_attention(terms, carried, descriptions, seed, counts)
    progress("learning where to look", FOLDS + 1, FOLDS + 1)
    return head, logits


def _common(labels: NDArray[np.bool_], trust: NDArray[np.float64], folds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how common each tag is among the papers of other folds, (papers, tags): none is told its own label."""
    import numpy as np

    others = [folds != fold for fold in range(FOLDS)]
    return np.array([frequency_logits(labels[rows], trust[rows]) for rows in others])[folds]


def _find_near(
    meanings: NDArray[np.float32], labels: NDArray[np.bool_], asked: NDArray[np.bool_], folds: NDArray[np.int64]
) -> Near:
    """Return what near papers of other folds carry, for the tags of all dimensions."""
    import numpy as np

    shares, counts = np.zeros(labels.shape), np.zeros(labels.shape)
    for fold in range(FOLDS):
        known, held_out = folds != fold, folds == fold
        near = find_near(meanings[held_out], meanings[known], labels[known], asked[known])
        shares[held_out], counts[held_out] = near.shares, near.counts
    return Near(shares, counts)


def _mean_counts(counts: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    together = np.concatenate([counts, others])
    return together.mean(0) if len(together) else np.zeros(counts.shape[1:], dtype=np.float32)


def description(tag: Tag) -> Paper:
    """Return a tag as a paper that speaks of nothing else."""
    return Paper("", tag.name, f"{tag.means}. {', '.join(tag.also)}")
