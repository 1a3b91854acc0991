"""What speaks for a tag on a paper, as numbers that mean the same for every tag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tagger.learning.words import COUNTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEADS = ("word head", "attention head", "body head")
LIKENESSES = ("likeness in word vectors", "likeness in the encoder")
FEATURES = (
    *(name for each in (*HEADS, *LIKENESSES) for name in (each, f"{each}, less the paper's highest")),
    *(f"words {where}" for where in COUNTS),
    *(f"words {where}, less the tag's mean" for where in COUNTS),
    "how common the tag is",
)
# Cosines lie close together; ten times as large they are of the size of the other features.
_COSINE_SCALE = 10.0
LOGIT_BOUND = 8.0


def frequency_logits(labels: NDArray[np.bool_], tags_per_paper: float = 1.7) -> NDArray[np.float64]:
    """Return the logit of each tag's smoothed frequency; without any paper all tags are equally common."""
    import numpy as np

    expected = min(tags_per_paper / labels.shape[1], 0.5)
    strength = 6.0
    share = (labels.sum(0) + strength * expected) / (len(labels) + strength)
    return np.asarray(np.log(share / np.maximum(1 - share, 1e-3)))


def evidence(
    heads: Sequence[NDArray[np.float64]],
    likenesses: Sequence[NDArray[np.float32]],
    counts: NDArray[np.float32],
    count_means: NDArray[np.float32],
    frequencies: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the evidence, shape (papers, tags, features), in the order of ``FEATURES``.

    Heads' logits and likenesses, cosines less what is ordinary for the tag, are (papers, tags) each, in the order of
    ``HEADS`` and ``LIKENESSES``; counts (papers, tags, 4) and their means (tags, 4); frequencies (tags,).
    """
    import numpy as np

    columns: list[NDArray[np.floating]] = []
    for scores in [np.clip(h, -LOGIT_BOUND, LOGIT_BOUND) for h in heads] + [c * _COSINE_SCALE for c in likenesses]:
        columns += [scores, scores - scores.max(1, keepdims=True)]
    columns += [*np.moveaxis(counts, 2, 0), *np.moveaxis(counts - count_means, 2, 0)]
    columns.append(np.broadcast_to(frequencies, counts.shape[:2]))
    return np.stack(columns, axis=2).astype(np.float64)
