"""Labelled papers, and how they are split into folds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.domain.paper import Paper
from tagger.domain.tags import Dimension, Tags

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Example:
    """A paper with the tags that hold for it.

    ``asked`` are the tags, as (dimension id, tag id), that its labels speak of, all of them if None: that a paper
    doesn't carry a tag which came into the tag set later says nothing. ``weight`` is how far its labels are trusted,
    0 to 1.
    """

    paper: Paper
    tags: Tags
    asked: frozenset[tuple[str, str]] | None = None
    weight: float = 1.0


def labels_of(examples: Sequence[Example], dimension: Dimension) -> NDArray[np.bool_]:
    """Return who carries what: one row an example, one column a tag of the dimension."""
    import numpy as np

    column = {tag: i for i, tag in enumerate(dimension.tag_ids)}
    labels = np.zeros((len(examples), len(column)), dtype=bool)
    for row, example in enumerate(examples):
        for tag in example.tags.get(dimension.id, ()):
            labels[row, column[tag]] = True
    return labels


def trust_of(examples: Sequence[Example], dimension: Dimension) -> NDArray[np.float64]:
    """Return how much each label counts, (examples, tags of the dimension).

    It is 0 for a tag that a paper's labels don't speak of. A required dimension in which a paper carries nothing wasn't
    answered.
    """
    import numpy as np

    trust = np.ones((len(examples), len(dimension.tags)))
    for row, example in enumerate(examples):
        carried = example.tags.get(dimension.id, ())
        trust[row] = example.weight if carried or not dimension.required else 0.0
        if example.asked is not None:
            said = [tag in carried or (dimension.id, tag) in example.asked for tag in dimension.tag_ids]
            trust[row] *= said
    return trust


def folds_of(paper_ids: Iterable[str], folds: int, salt: str) -> NDArray[np.int64]:
    """Return each paper's fold, 0 to ``folds`` - 1, by a hash of its id: no paper changes sides as data grows."""
    import numpy as np

    return np.array([int(hashlib.sha256(f"{salt} {i}".encode()).hexdigest()[:8], 16) % folds for i in paper_ids], int)


def data_fingerprint(examples: Iterable[Example]) -> str:
    """Return SHA-256, in hex, of what is learnt from: texts, tags and trust, whatever their order."""
    rows = sorted(
        f"{e.paper.id} {e.paper.text_hash} {sorted((d, *t) for d, t in e.tags.items())}"
        + (f" of {sorted(e.asked)}" if e.asked is not None else "")
        + (f" at {e.weight:.4f}" if e.weight != 1 else "")
        for e in examples
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
