"""Makes of a model version one for a tag set that has changed since: in seconds, without labels and without training.

A tag that is there still, or was renamed, keeps all that was learnt of it. One that others went into speaks where any
of them did. A new one, or a part of one that was split, starts from its description.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagger.domain.model import ModelVersion
from tagger.domain.paper import Paper
from tagger.domain.tags import Dimension, TagKey, TagSet
from tagger.files import new_folder
from tagger.learning import package
from tagger.learning.attention import AttentionHead, untaught_attention
from tagger.learning.encoder import OnnxEncoder, tag_text
from tagger.learning.evidence import FEATURES, HEADS, frequency_logits
from tagger.learning.heads import Head
from tagger.learning.neighbours import Neighbours
from tagger.learning.scoring import DimensionModel, Fitted
from tagger.learning.stack import prior_weights
from tagger.learning.thresholds import UNTAUGHT_THRESHOLD
from tagger.learning.weights import read_weights
from tagger.learning.word_evidence import description, ordinary_likeness
from tagger.learning.word_vectors import word_vectors
from tagger.learning.words import word_counts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HEADS = _WORD_HEAD, _ATTENTION_HEAD, _BODY_HEAD = tuple(FEATURES.index(name) for name in HEADS)
_DESCRIBED = ("tag_vectors", "tag_embeddings", "likeness_means", "count_means")
_BY_COLUMN = "likeness_means"


def can_adapt(theirs: TagSet, ours: TagSet) -> bool:
    """Return whether a version for one tag set can be made one for another: if some tag of it is still there."""
    return any(sources for of in _sources(theirs, ours) for sources in of)


def adapt(folder: Path, tag_set: TagSet, papers: Sequence[Paper], *, name: str, created_at: datetime) -> ModelVersion:
    """Write beside a model version one for ``tag_set``, whole or not at all, and return it.

    ``papers`` tell what is ordinary for new tags. A tag that is new, or that others went into, has no track record.
    Raises ModelError if the version in ``folder`` can't be used.
    """
    version, theirs, fitted = package.read_package(folder)
    sources = _sources(theirs, tag_set)
    adapted = _Adapting(folder, theirs, tag_set, fitted, papers, sources).fitted()
    records = _records(package.read_record_document(folder), theirs, tag_set, sources)
    made = replace(
        version,
        name=name,
        created_at=created_at,
        tag_set_version=tag_set.version,
        tag_set_fingerprint=tag_set.fingerprint,
        figures=dict(version.figures) | {"adapted_from": folder.name},
    )
    with new_folder(folder.parent / name) as new:
        for path in folder.iterdir():
            if path.name not in (package.MANIFEST, package.MODEL, package.HEADS):
                shutil.copyfile(path, new / path.name)
        package.write_package(new, made, tag_set, adapted, package.read_seed(folder), records)
    return made


def _records(
    records: Mapping[str, Mapping[str, Any]], theirs: TagSet, ours: TagSet, sources: Sequence[Sequence[Sequence[int]]]
) -> dict[str, dict[str, Any]]:
    """Return the track records of the tags that stand for one of theirs alone."""
    kept: dict[str, dict[str, Any]] = {}
    for dimension, of_tags in zip(ours.dimensions, sources, strict=True):
        former = records.get(dimension.id, {})
        kept[dimension.id] = {
            tag: former[theirs.dimension(dimension.id).tag_ids[of[0]]]
            for tag, of in zip(dimension.tag_ids, of_tags, strict=True)
            if former and len(of) == 1 and theirs.dimension(dimension.id).tag_ids[of[0]] in former
        }
    return kept


def _sources(theirs: TagSet, ours: TagSet) -> list[list[list[int]]]:
    """Return, for each tag of each of our dimensions, the columns of those of their tags that it stands for now."""
    found = []
    for dimension in ours.dimensions:
        former = next((d.tag_ids for d in theirs.dimensions if d.id == dimension.id), ())
        present = [ours.present(dimension.id, tag) for tag in former]
        found.append([[column for column, now in enumerate(present) if now == tag] for tag in dimension.tag_ids])
    return found


@dataclass(frozen=True)
class _Adapting:
    """One adaptation: from whose tags to whose, what was fitted for them, and each tag's columns in that."""

    folder: Path
    theirs: TagSet
    ours: TagSet
    before: Fitted
    papers: Sequence[Paper]
    sources: list[list[list[int]]]

    def fitted(self) -> Fitted:
        import numpy as np

        known = self._neighbours()
        ends = list(accumulate((len(d.tags) for d in self.ours.dimensions), initial=0))
        parts = [slice(start, end) for start, end in pairwise(ends)]
        vectors = [word_vectors().embed([description(tag) for tag in d.tags]) for d in self.ours.dimensions]
        embeddings = self._embeddings()
        models = []
        for i, dimension in enumerate(self.ours.dimensions):
            labels, asked = known.labels[:, parts[i]], known.asked[:, parts[i]]
            # A part of a split tag was asked for only where it doesn't hold: that tells nothing of how common it is.
            trust = asked * np.array([bool(of) for of in self.sources[i]], dtype=float)
            new = self._new(i, vectors, embeddings, frequency_logits(labels, trust))
            models.append(self._dimension(i, dimension, new))
        attention_head = self._attention(vectors)
        # What a student of fewer or other tags is worth, no label tells.
        return replace(
            self.before, dimensions=tuple(models), neighbours=known, attention_head=attention_head, student=None
        )

    def _former(self, index: int) -> tuple[Dimension, DimensionModel, int] | None:
        """Return their dimension of that id, what was fitted for it, and where its tags begin among all; or None."""
        start = 0
        for dimension, model in zip(self.theirs.dimensions, self.before.dimensions, strict=True):
            if dimension.id == self.ours.dimensions[index].id:
                return dimension, model, start
            start += len(dimension.tags)
        return None

    def _columns(self) -> list[list[int]]:
        """Return each of our tags' columns among all of theirs."""
        found = []
        for i, of_tags in enumerate(self.sources):
            former = self._former(i)
            found += [[former[2] + column for column in of] if former else [] for of in of_tags]
        return found

    def _neighbours(self) -> Neighbours:
        import numpy as np

        before, columns = self.before.neighbours, self._columns()
        carried = np.stack([before.labels[:, of].any(1) for of in columns], axis=1)
        told = np.stack([before.asked[:, of].all(1) & bool(of) for of in columns], axis=1)
        keys = [(d.id, tag) for d in self.ours.dimensions for tag in d.tag_ids]
        for whole, parts in self._splits().items():
            lacks = before.asked[:, whole] & ~before.labels[:, whole]
            for part in parts:
                told[:, keys.index(part)] |= lacks
        said = None if before.said is None else np.stack([before.said[:, of].any(1) for of in columns], axis=1)
        return replace(before, labels=carried, asked=carried | told, said=said)

    def _splits(self) -> dict[int, list[TagKey]]:
        """Return what each of their tags, by its column among all, was split into."""
        found: dict[int, list[TagKey]] = {}
        keys = [(d.id, tag) for d in self.theirs.dimensions for tag in d.tag_ids]
        ours = {d.id: d for d in self.ours.dimensions}
        for column, (dimension, tag) in enumerate(keys):
            became = ours[dimension].became(tag) if dimension in ours else None
            if became is not None and became.retired is not None:
                parts = [ours[dimension].became(part) for part in became.into]
                found[column] = [(dimension, p.id) for p in parts if p is not None and p.retired is None]
        return found

    def _embeddings(self) -> list[NDArray[np.float32]]:
        """Return the encoder's embeddings of our tags; it is loaded only if some description isn't one of theirs."""
        import numpy as np

        known: dict[str, NDArray[np.float32]] = {}
        for dimension, model in zip(self.theirs.dimensions, self.before.dimensions, strict=True):
            known |= dict(zip(map(tag_text, dimension.tags), model.tag_embeddings, strict=True))
        texts = {tag_text(tag) for dimension in self.ours.dimensions for tag in dimension.tags}
        if missing := sorted(texts - known.keys()):
            embedded, _ = OnnxEncoder(self.folder, read_weights(self.folder)).encode(missing)
            known |= dict(zip(missing, embedded, strict=True))
        return [np.stack([known[tag_text(tag)] for tag in d.tags]) for d in self.ours.dimensions]

    def _new(
        self,
        index: int,
        vectors: Sequence[NDArray[np.float32]],
        embeddings: Sequence[NDArray[np.float32]],
        frequencies: NDArray[np.float64],
    ) -> DimensionModel:
        """Return what a dimension's tags start from, as if nobody had been asked for any of them."""
        import numpy as np

        dimension, neighbours = self.ours.dimensions[index], self.before.neighbours
        own_embeddings, own_meanings = neighbours.directions
        texts = np.concatenate([own_meanings, word_vectors().embed(self.papers)])
        likeness = [ordinary_likeness(texts, vectors, index), ordinary_likeness(own_embeddings, embeddings, index)]
        counts = word_counts(self.papers, dimension.tags)
        tags, usual = len(dimension.tags), self._usual(index)
        return DimensionModel(
            word_head=_silent(len(self.before.lexicon.terms), tags, usual[0]),
            body_head=_silent(embeddings[index].shape[1], tags, usual[2]),
            tag_vectors=vectors[index],
            tag_embeddings=embeddings[index],
            likeness_means=np.stack(likeness),
            count_means=counts.mean(0) if len(counts) else np.zeros(counts.shape[1:], dtype=np.float32),
            frequencies=frequencies,
            weights=np.tile(_untaught_weights(usual), (tags, 1)),
            evidence_means=np.zeros((tags, len(FEATURES))),
            thresholds=np.full(tags, self.before.aim.precision or UNTAUGHT_THRESHOLD),
        )

    def _usual(self, index: int) -> NDArray[np.float64]:
        """Return what each head says of the mean paper and the mean tag of a dimension: one logit for each of HEADS.

        A new tag's heads start there: a head that says nothing would stand out among others that say no.
        """
        import numpy as np

        former = self._former(index)
        return former[1].evidence_means[:, list(_HEADS)].mean(0) if former else np.zeros(len(_HEADS))

    def _dimension(self, index: int, dimension: Dimension, new: DimensionModel) -> DimensionModel:
        former = self._former(index)
        if former is None:
            return new
        theirs, before, _ = former
        columns = self.sources[index]
        heads: dict[str, Any] = {
            name: _head(getattr(new, name), getattr(before, name), columns, before.evidence_means[:, feature])
            for name, feature in (("word_head", _WORD_HEAD), ("body_head", _BODY_HEAD))
        }
        # What follows from a tag's words or its papers alone is found anew, where these are others now.
        same = [
            of if [tag_text(theirs.tags[column]) for column in of] == [tag_text(tag)] else []
            for tag, of in zip(dimension.tags, columns, strict=True)
        ]
        alone = [of if len(of) == 1 else [] for of in columns]
        parts: dict[str, Any] = {}
        for name in (field.name for field in fields(DimensionModel) if field.name not in heads):
            kept = same if name in _DESCRIBED else alone if name == "frequencies" else columns
            parts[name] = _carried(getattr(new, name), getattr(before, name), kept, axis=int(name == _BY_COLUMN))
        return DimensionModel(**heads, **parts)

    def _attention(self, vectors: Sequence[NDArray[np.float32]]) -> AttentionHead:
        import numpy as np

        before, columns = self.before.attention_head, self._columns()
        new = untaught_attention(np.concatenate(vectors), before.centre)
        usual = [np.full(len(d.tags), self._usual(i)[1]) for i, d in enumerate(self.ours.dimensions)]
        new = replace(new, intercepts=np.concatenate(usual).astype(np.float32))
        names = ("queries", "values", "intercepts")
        carried = {name: _carried(getattr(new, name), getattr(before, name), columns) for name in names}
        return AttentionHead(**carried, centre=before.centre)


def _silent(features: int, tags: int, logit: float) -> Head:
    """Return a head that says the same of every paper."""
    import numpy as np

    return Head(np.zeros((features, tags), dtype=np.float32), np.full(tags, logit, dtype=np.float32))


def _untaught_weights(usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the stack's weights for a tag without labels, whose heads start from their ``usual`` logits.

    What those say alike of every paper weighs nothing.
    """
    weights = prior_weights(0).copy()
    for head in (_WORD_HEAD, _BODY_HEAD):
        weights[[head, head + 1]] = 0
    weights[-1] -= weights[_ATTENTION_HEAD] * usual[1]
    return weights


def _head(new: Head, before: Head, columns: Sequence[Sequence[int]], means: NDArray[np.float64]) -> Head:
    """Return a head's columns for our tags; ``means`` is what it says of the mean paper, for each of their tags.

    Of tags that went into one, what speaks for each adds up, and the mean paper's odds do.
    """
    import numpy as np

    weights, intercepts = new.weights.copy(), new.intercepts.copy()
    for tag, of in enumerate(columns):
        if of:
            weights[:, tag] = before.weights[:, of].sum(1)
            intercepts[tag] = before.intercepts[of[0]]
        if len(of) > 1:
            intercepts[tag] = np.logaddexp.reduce(means[of]) - (means[of] - before.intercepts[of]).sum()
    return Head(weights, intercepts)


def _carried(new: NDArray[Any], before: NDArray[Any], columns: Sequence[Sequence[int]], axis: int = 0) -> NDArray[Any]:
    """Return ``new`` with the entries of tags that are there still in their place, or the mean of those of several."""
    import numpy as np

    found = new.copy()
    ours, theirs = np.moveaxis(found, axis, 0), np.moveaxis(before, axis, 0)
    for tag, of in enumerate(columns):
        if of:
            ours[tag] = theirs[list(of)].mean(0)
    return found
