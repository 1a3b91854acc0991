"""The labelled papers that a model version learnt from, so that it can name those nearest to a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tagger.domain.evidence import LabelledPaper
from tagger.domain.paper import Paper
from tagger.domain.tags import Tags, TagSet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAREST = 3
# So many papers have a say in what a paper near them carries; how much less the further away they are.
_NEAR, _WIDTH = 60, 0.1
# Enough to know a paper by; a model version may be given away.
_TITLE_CHARACTERS = 72


@dataclass(frozen=True)
class Neighbours:
    """Labelled papers: ids, titles, embeddings in 8 bits, and labels for the tags of all dimensions, side by side.

    ``embeddings`` are the encoder's, ``meanings`` those in word vectors: (papers, dims) each, a direction in every row;
    labels, which of them were asked for, and what the version ``said`` out of fold are (papers, tags), the latter None
    if that isn't known. Abstracts aren't kept: a model version may be given away.
    """

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    embeddings: NDArray[np.int8]
    meanings: NDArray[np.int8]
    labels: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    said: NDArray[np.bool_] | None = None

    @cached_property
    def directions(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The papers as unit embeddings of both kinds: the encoder's and in word vectors."""
        return _unit(self.embeddings), _unit(self.meanings)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {paper_id: row for row, paper_id in enumerate(self.ids)}

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

        own_embeddings, own_meanings = self.directions
        likeness = (embeddings @ own_embeddings.T + meanings @ own_meanings.T) / 2
        found = []
        for paper, values in zip(papers, likeness, strict=True):
            order = np.argsort(-values, kind="stable")[: NEAREST + 1].tolist()
            others = [row for row in order if row != self._rows.get(paper.id)][:NEAREST]
            found.append(tuple(self._paper(tag_set, row, round(float(values[row]), 4)) for row in others))
        return found

    def out_of_fold(self, tag_set: TagSet) -> dict[str, Tags]:
        """Return what the version said of each labelled paper by its id; nothing if that isn't known."""
        said = () if self.said is None else self.said
        return {paper_id: _tags(tag_set, row) for paper_id, row in zip(self.ids, said, strict=False)}

    def near(self, papers: Sequence[Paper], meanings: NDArray[np.float32]) -> Near:
        """Return what the labelled papers near each paper carry, itself left out."""
        left_out = [self._rows.get(p.id, -1) for p in papers]
        return find_near(meanings, self.directions[1], self.labels, self.asked, left_out)

    def _paper(self, tag_set: TagSet, row: int, likeness: float) -> LabelledPaper:
        return LabelledPaper(self.ids[row], self.titles[row], likeness, _tags(tag_set, self.labels[row]))


@dataclass(frozen=True)
class Near:
    """What labelled papers near others carry, (papers, tags) each.

    ``shares`` are of those that were asked for the tag, nearer ones counting more; ``counts`` how many these amount to.
    """

    shares: NDArray[np.float64]
    counts: NDArray[np.float64]


def find_near(
    meanings: NDArray[np.float32],
    labelled: NDArray[np.float32],
    labels: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    left_out: Sequence[int] | None = None,
) -> Near:
    """Return what the labelled papers near each paper carry: the nearest sixty have a say.

    ``meanings`` and ``labelled`` are unit embeddings, (papers, dims) and (labelled papers, dims); ``labels`` and
    ``asked`` are (labelled papers, tags). ``left_out`` is the row of a labelled paper that a paper isn't to be told of,
    -1 for none.
    """
    import numpy as np

    if not len(labelled):
        nothing = np.zeros((len(meanings), labels.shape[1]))
        return Near(nothing, nothing)
    centre = labelled.mean(0)
    likeness = _directed(meanings - centre) @ _directed(labelled - centre).T
    for row, other in enumerate(left_out or ()):
        if other >= 0:
            likeness[row, other] = -np.inf
    order = np.argsort(-likeness, axis=1, kind="stable")[:, :_NEAR]
    weights = np.exp(np.take_along_axis(likeness, order, axis=1).astype(np.float64) / _WIDTH)
    weights /= np.maximum(weights.sum(1, keepdims=True), 1e-9)
    carried, told = (np.einsum("pn,pnt->pt", weights, each[order].astype(np.float64)) for each in (labels, asked))
    return Near(carried / np.maximum(told, 1e-9), order.shape[1] * told)


def neighbours_of(
    papers: Sequence[Paper],
    embeddings: NDArray[np.float32],
    meanings: NDArray[np.float32],
    labels: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    said: NDArray[np.bool_],
) -> Neighbours:
    """Return labelled papers as neighbours; the last three arrays are (papers, tags of all dimensions)."""

    ids, titles = (tuple(p.id for p in papers), tuple(_shortened(p.title) for p in papers))
    return Neighbours(ids, titles, _in_8_bits(embeddings), _in_8_bits(meanings), labels, asked, said)


def _tags(tag_set: TagSet, row: NDArray[np.bool_]) -> Tags:
    chosen = iter(row)
    return {d.id: tuple(tag for tag in d.tag_ids if next(chosen)) for d in tag_set.dimensions}


def _in_8_bits(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    import numpy as np

    largest = np.maximum(np.abs(vectors).max(1, keepdims=True), 1e-9)
    return np.asarray(np.rint(vectors / largest * 127), dtype=np.int8)


def _unit(vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    import numpy as np

    return _directed(vectors.astype(np.float32))


def _directed(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def _shortened(title: str) -> str:
    return title if len(title) <= _TITLE_CHARACTERS else title[: _TITLE_CHARACTERS - 1] + "…"
