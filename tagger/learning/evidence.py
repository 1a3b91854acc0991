"""What speaks for a tag on a paper, as numbers that mean the same for every tag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tagger.learning.heads import sigmoid
from tagger.learning.words import COUNTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEADS = ("word head", "attention head", "body head")
LIKENESSES = ("likeness in word vectors", "likeness in the encoder")
NEAR = "labelled papers near"
COMMON = "how common the tag is"
FEATURES = (
    *(name for each in (*HEADS, *LIKENESSES) for name in (each, f"{each}, less the paper's highest")),
    NEAR,
    *(f"words {where}" for where in COUNTS),
    *(f"words {where}, less the tag's mean" for where in COUNTS),
    COMMON,
)
OF_THE_ENCODER = tuple(name for name in FEATURES if name.startswith((HEADS[2], LIKENESSES[1])))
# What people are told of them: each feature's share of a score is counted to one of these.
LIKENESS, NEIGHBOURS, WORDS_FOUND, FREQUENCY = "likeness", "papers near", "words found", "frequency"
SOURCES = (*HEADS, LIKENESS, NEIGHBOURS, WORDS_FOUND, FREQUENCY)
FEATURE_SOURCES = (
    *(source for source in (*HEADS, *(LIKENESS for _ in LIKENESSES)) for _ in range(2)),
    NEIGHBOURS,
    *(WORDS_FOUND for _ in (*COUNTS, *COUNTS)),
    FREQUENCY,
)
# Cosines lie close together; ten times as large they are of the size of the other features.
_COSINE_SCALE = 10.0
LOGIT_BOUND = 8.0
_FEW_PAPERS = 20
# As many papers near by as a tag's frequency counts for beside them.
_FREQUENCY_PAPERS = 15


def frequency_logits(
    labels: NDArray[np.bool_], trust: NDArray[np.float64], tags_per_paper: float = 1.7
) -> NDArray[np.float64]:
    """Return the logit of each tag's smoothed frequency; without any paper all tags are equally common.

    Labels, and how much each counts, are (papers, tags).
    """
    import numpy as np

    expected = min(tags_per_paper / labels.shape[1], 0.5)
    strength = 6.0
    share = ((labels * trust).sum(0) + strength * expected) / (trust.sum(0) + strength)
    return np.asarray(np.log(share / np.maximum(1 - share, 1e-3)))


def near_logits(
    shares: NDArray[np.float64], near: float | NDArray[np.float64], frequencies: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the logits of the shares of near papers that carry each tag, (papers, tags), out of so many near papers.

    The fewer there are, the closer they come to the tags' frequencies, given as logits: (tags,) or (papers, tags).
    """
    import numpy as np

    smoothed = (near * shares + _FREQUENCY_PAPERS * sigmoid(frequencies)) / (near + _FREQUENCY_PAPERS)
    return np.asarray(np.log(smoothed / (1 - smoothed)))


def evidence(
    heads: Sequence[NDArray[np.float64]],
    likenesses: Sequence[NDArray[np.float32]],
    near: NDArray[np.float64],
    counts: NDArray[np.float32],
    count_means: NDArray[np.float32],
    frequencies: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the evidence, shape (papers, tags, features), in the order of ``FEATURES``.

    Heads' logits and likenesses, cosines less what is ordinary for the tag, are (papers, tags) each, in the order of
    ``HEADS`` and ``LIKENESSES``; so is ``near``, the logits of what labelled papers near them carry. Counts are
    (papers, tags, 4) and their means (tags, 4); frequencies (tags,), or (papers, tags) where each has its own.
    """
    import numpy as np

    columns: list[NDArray[np.floating]] = []
    for scores in [np.clip(h, -LOGIT_BOUND, LOGIT_BOUND) for h in heads] + [c * _COSINE_SCALE for c in likenesses]:
        columns += [scores, scores - scores.max(1, keepdims=True)]
    columns.append(near)
    columns += [*np.moveaxis(counts, 2, 0), *np.moveaxis(counts - count_means, 2, 0)]
    columns.append(np.broadcast_to(frequencies, counts.shape[:2]))
    return np.stack(columns, axis=2).astype(np.float64)


def mean_evidence(found: NDArray[np.float64], count_means: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the evidence of the mean paper for each tag, (tags, features).

    ``found`` is out-of-fold evidence, (papers, tags, features). While papers are few, their mean is drawn towards that
    of all tags, and for counts of words towards their means, (tags, 4).
    """
    import numpy as np

    pairs = found.reshape(-1, len(FEATURES))
    start = np.tile(pairs.mean(0) if len(pairs) else np.zeros(len(FEATURES)), (found.shape[1], 1))
    counts = slice(FEATURES.index(f"words {COUNTS[0]}"), FEATURES.index(COMMON))
    start[:, counts] = np.concatenate([count_means, np.zeros_like(count_means)], axis=1)
    return np.asarray((found.sum(0) + _FEW_PAPERS * start) / (len(found) + _FEW_PAPERS))
