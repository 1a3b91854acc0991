"""The labelled papers that a model version learnt from, so that it can name those nearest to a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tagger.domain.evidence import LabelledPaper
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAREST = 3
_MOST_CHARACTERS = 200


@dataclass(frozen=True)
class Neighbours:
    """Labelled papers: ids, titles, embeddings in 8 bits, and labels for the tags of all dimensions, side by side.

    ``embeddings`` are the encoder's, ``meanings`` those in word vectors: (papers, dims) each, a direction in every row;
    labels are (papers, tags). Abstracts aren't kept: a model version may be given away.
    """

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    embeddings: NDArray[np.int8]
    meanings: NDArray[np.int8]
    labels: NDArray[np.bool_]

    @cached_property
    def _directions(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return _unit(self.embeddings), _unit(self.meanings)

    def nearest(
        self,
        tag_set: TagSet,
        papers: Sequence[Paper],
        embeddings: NDArray[np.float32],
        meanings: NDArray[np.float32],
    ) -> list[tuple[LabelledPaper, ...]]:
        """Return the three labelled papers nearest to each paper, itself left out, the nearest first.

        Likeness is the mean of the cosines in the encoder and in word vectors.
        """
        import numpy as np

        own_embeddings, own_meanings = self._directions
        likeness = (embeddings @ own_embeddings.T + meanings @ own_meanings.T) / 2
        rows = {paper_id: row for row, paper_id in enumerate(self.ids)}
        found = []
        for paper, values in zip(papers, likeness, strict=True):
            order = np.argsort(-values, kind="stable")[: NEAREST + 1].tolist()
            others = [row for row in order if row != rows.get(paper.id)][:NEAREST]
            found.append(tuple(self._paper(tag_set, row, round(float(values[row]), 4)) for row in others))
        return found

    def _paper(self, tag_set: TagSet, row: int, likeness: float) -> LabelledPaper:
        carried = iter(self.labels[row])
        tags = {d.id: tuple(tag for tag in d.tag_ids if next(carried)) for d in tag_set.dimensions}
        return LabelledPaper(self.ids[row], self.titles[row], likeness, tags)


def neighbours_of(
    papers: Sequence[Paper],
    embeddings: NDArray[np.float32],
    meanings: NDArray[np.float32],
    labels: Sequence[NDArray[np.bool_]],
) -> Neighbours:
    """Return labelled papers as neighbours; ``labels`` are one array (papers, tags) a dimension."""
    import numpy as np

    ids, titles = (tuple(p.id for p in papers), tuple(p.title[:_MOST_CHARACTERS] for p in papers))
    return Neighbours(ids, titles, _in_8_bits(embeddings), _in_8_bits(meanings), np.concatenate(labels, axis=1))


def _in_8_bits(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    import numpy as np

    largest = np.maximum(np.abs(vectors).max(1, keepdims=True), 1e-9)
    return np.asarray(np.rint(vectors / largest * 127), dtype=np.int8)


def _unit(vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    import numpy as np

    longer = vectors.astype(np.float32)
    return np.asarray(longer / np.maximum(np.linalg.norm(longer, axis=1, keepdims=True), 1e-9))
