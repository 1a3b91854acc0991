"""What speaks for a tag on a paper, as numbers that mean the same for every tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEATURES = (
    "word head",
    "word head, less the paper's highest",
    "body head",
    "body head, less the paper's highest",
    "likeness to the tag's description",
    "likeness, less the paper's highest",
    "words in the title",
    "words in the abstract",
    "different words",
    "words in the title, less the tag's mean",
    "words in the abstract, less the tag's mean",
    "different words, less the tag's mean",
    "how common the tag is",
)
# Cosines lie close together; ten times as large they are of the size of the other features.
_COSINE_SCALE = 10.0
_LOGIT_BOUND = 8.0


@dataclass(frozen=True)
class Background:
    """What is ordinary for each tag, over papers with or without labels: means of the likeness and the word counts."""

    cosine_means: NDArray[np.float32]
    count_means: NDArray[np.float32]


def frequency_logits(labels: NDArray[np.bool_], tags_per_paper: float = 1.7) -> NDArray[np.float64]:
    """Return the logit of each tag's smoothed frequency; without any paper all tags are equally common."""
    import numpy as np

    expected = min(tags_per_paper / labels.shape[1], 0.5)
    strength = 6.0
    share = (labels.sum(0) + strength * expected) / (len(labels) + strength)
    return np.asarray(np.log(share / np.maximum(1 - share, 1e-3)))


def evidence(
    word_logits: NDArray[np.float64],
    body_logits: NDArray[np.float64],
    cosines: NDArray[np.float32],
    counts: NDArray[np.float32],
    background: Background,
    frequencies: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the evidence, shape (papers, tags, features), in the order of ``FEATURES``.

    Logits and cosines are (papers, tags), counts (papers, tags, 3), frequencies (tags,).
    """
    import numpy as np

    likeness = (cosines - background.cosine_means) * _COSINE_SCALE
    columns = []
    for scores in (word_logits, body_logits):
        bounded = np.clip(scores, -_LOGIT_BOUND, _LOGIT_BOUND)
        columns += [bounded, bounded - bounded.max(1, keepdims=True)]
    columns += [likeness, likeness - likeness.max(1, keepdims=True)]
    columns += list(np.moveaxis(counts, 2, 0)) + list(np.moveaxis(counts - background.count_means, 2, 0))
    columns.append(np.broadcast_to(frequencies, cosines.shape))
    return np.stack(columns, axis=2).astype(np.float64)
