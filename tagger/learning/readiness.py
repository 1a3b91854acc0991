"""What labels are enough for, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tagger.domain.tags import TagSet
from tagger.learning.examples import Example

FEW = 5


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far labels reach. ``unseen`` tags have no example, ``rare`` ones fewer than five; both as dimension:tag."""

    papers: int
    tags: int
    unseen: tuple[str, ...]
    rare: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What can and can't be learnt yet, and what would help."""
        seen = self.tags - len(self.unseen)
        known = f"{seen} of {self.tags} tags have an example"
        if self.papers < 16:
            start = "Nearly nothing is learnt yet: suggestions come from the tags' names, words and meanings"
            return f"{start}; {known}. The first 16 papers help most: `tagger queue`."
        if self.unseen:
            start = f"{known}, {len(self.rare)} of them fewer than {FEW}"
            return f"{start}. Tags without one are found by name and meaning only; `tagger queue` seeks some."
        if self.rare:
            return f"Every tag has an example; {len(self.rare)} have fewer than {FEW} and can't be relied on yet."
        return f"Every tag has {FEW} examples or more."


def readiness(examples: Sequence[Example], tag_set: TagSet) -> Readiness:
    """Return how far the labels of these papers reach."""
    uses = Counter((dimension, tag) for e in examples for dimension, tags in e.tags.items() for tag in tags)
    keys = [(dimension.id, tag) for dimension in tag_set.dimensions for tag in dimension.tag_ids]
    return Readiness(
        papers=len(examples),
        tags=len(keys),
        unseen=tuple(f"{d}:{t}" for d, t in keys if not uses[d, t]),
        rare=tuple(f"{d}:{t}" for d, t in keys if 0 < uses[d, t] < FEW),
    )
