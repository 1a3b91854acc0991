"""Which tags are taken for which: on what papers one was missed and another suggested that doesn't apply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.domain.tags import Dimension

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Confusion:
    """A tag that was missed on so many papers while another was suggested wrongly; ids within their dimension."""

    dimension: str
    missed: str
    suggested: str
    papers: int


def confusions(dimension: Dimension, labels: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> list[Confusion]:
    """Return the pairs of tags that were met, the commonest first; both arrays are (papers, tags)."""
    import numpy as np

    missed, wrong = labels & ~chosen, chosen & ~labels
    together = missed.T.astype(np.int64) @ wrong.astype(np.int64)
    pairs = np.argwhere(together).tolist()
    found = [Confusion(dimension.id, dimension.tag_ids[m], dimension.tag_ids[w], int(together[m, w])) for m, w in pairs]
    return sorted(found, key=lambda each: -each.papers)
