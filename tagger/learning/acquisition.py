"""Which papers to label next: those that are expected to teach the tags most.

A tag's error falls about as one over the root of its labels, so one more teaches a rare tag more than a common one.
What papers teach together is that fall, summed over tags, each paper counting as so much of a label as the model thinks
it likely to carry the tag. This is a sum of concave functions of modular ones (Wei, Iyer and Bilmes 2015: Submodularity
in Data Subset Selection and Active Learning), so to take the best paper, one after the other, does nearly as well as
can be (Nemhauser, Wolsey and Fisher 1978). A paper like one that is labelled or picked teaches less. How this does
beside uncertainty, diversity and chance stands in docs/queue.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.learning.examples import Example, labels_of, trust_of
from tagger.learning.word_vectors import word_vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Cosines in word vectors. Of 600 papers no two came beyond .79; one with a tenth of its words left out is at .95.
NEAR_DUPLICATE = 0.9
# What of a paper's gain is lost as the likeness to the nearest labelled or picked one goes from none to all.
_LIKENESS_COSTS = 0.7
_TAUGHT_NAMED = 3


@dataclass(frozen=True, slots=True)
class TaughtTag:
    """A tag that a paper would teach: how likely the paper carries it, and how many labelled papers do."""

    dimension: str
    tag: str
    score: float
    labels: int


@dataclass(frozen=True, slots=True)
class Pick:
    """A paper to label.

    ``gain`` is its share of what is left to learn, the tags' errors as they are before the first pick; ``teaches`` are
    the tags it is expected to teach most, at most three.
    """

    paper: Paper
    gain: float
    teaches: tuple[TaughtTag, ...]


def pick_next(
    papers: Sequence[Paper],
    scores: Sequence[Mapping[str, Mapping[str, float]]],
    labelled: Sequence[Example],
    tag_set: TagSet,
    size: int,
) -> list[Pick]:
    """Return at most ``size`` of the papers, in the order in which to label them.

    ``scores`` are each paper's probabilities by dimension and tag, those of tags that aren't there being 0; without any
    label they come from the tags' descriptions, and so does the order. None is a near-duplicate of a labelled paper or
    of one before it. Equals stand in the order of ``papers``.
    """
    import numpy as np

    keys = [(dimension.id, tag) for dimension in tag_set.dimensions for tag in dimension.tag_ids]
    likely = np.array([[of.get(d, {}).get(tag, 0.0) for d, tag in keys] for of in scores]).reshape(-1, len(keys))
    labels = np.concatenate([labels_of(labelled, d) for d in tag_set.dimensions], axis=1)
    carried = (labels * np.concatenate([trust_of(labelled, d) for d in tag_set.dimensions], axis=1)).sum(0)
    meanings = word_vectors().embed(papers)
    known = word_vectors().embed([example.paper for example in labelled])
    left = float(_errors(carried).sum())
    picks = []
    for row, gains in greedy_order(likely, carried, meanings, known, size):
        taught = []
        for i in np.argsort(-gains, kind="stable")[:_TAUGHT_NAMED].tolist():
            if gains[i] > 0:
                (dimension, tag), score = keys[i], round(float(likely[row, i]), 4)
                taught.append(TaughtTag(dimension, tag, score, int(labels[:, i].sum())))
        picks.append(Pick(papers[row], round(float(gains.sum()) / left, 4), tuple(taught)))
    return picks


def greedy_order(
    likely: NDArray[np.float64],
    carried: NDArray[np.float64],
    meanings: NDArray[np.float32],
    known: NDArray[np.float32],
    size: int,
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield at most ``size`` rows of papers, the one that teaches most first, each with what it teaches each tag.

    ``likely`` are probabilities, (papers, tags), and ``carried`` how many labelled papers carry each tag, (tags,), each
    counting as far as it is trusted; ``meanings`` and ``known`` are unit embeddings of the papers and of those
    labelled, (papers, dims).
    """
    import numpy as np

    nearest = np.clip((meanings @ known.T).max(1, initial=0), 0, 1)
    for _ in range(size):
        gains = (_errors(carried) - _errors(carried + likely)) * (1 - _LIKENESS_COSTS * nearest)[:, None]
        total = np.where(nearest < NEAR_DUPLICATE, gains.sum(1), -1)
        if not len(total) or total.max() < 0:
            return
        row = int(total.argmax())
        yield row, gains[row]
        carried = carried + likely[row]
        nearest = np.maximum(nearest, meanings @ meanings[row])
        nearest[row] = 1  # also where it has no known word, and so no likeness to itself


def _errors(carried: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how large tags' errors are with so many labels, in parts of what they are without any; of any shape."""
    import numpy as np

    return np.asarray((1 + carried) ** -0.5)
