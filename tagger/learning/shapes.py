"""What shape each array of a model version has to have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tagger.domain.tags import TagSet
from tagger.learning import word_vectors
from tagger.learning.evidence import FEATURES, LIKENESSES
from tagger.learning.scoring import Fitted
from tagger.learning.words import COUNTS

if TYPE_CHECKING:
    from numpy.typing import NDArray


def check_shapes(fitted: Fitted, tensors: Mapping[str, NDArray[Any]], tag_set: TagSet) -> None:
    """Raise ValueError if an array has another shape than its place asks for, or holds what is no number."""
    import numpy as np

    papers = len(fitted.neighbours.ids)
    if len(fitted.neighbours.titles) != papers:
        raise ValueError("not every labelled paper has a title")
    terms, vector_dims = len(fitted.lexicon.terms), len(word_vectors.word_vectors().steps)
    dims = fitted.dimensions[0].tag_embeddings.shape[-1]
    everything = sum(len(dimension.tags) for dimension in tag_set.dimensions)
    expected: dict[str, tuple[int, ...]] = {
        "rarity": (terms,),
        "attention_head.queries": (everything, vector_dims),
        "attention_head.values": (everything, vector_dims),
        "attention_head.intercepts": (everything,),
        "attention_head.centre": (vector_dims,),
        "neighbours.embeddings": (papers, dims),
        "neighbours.meanings": (papers, vector_dims),
        "neighbours.labels": (papers, everything),
        "neighbours.asked": (papers, everything),
    }
    for i, dimension in enumerate(tag_set.dimensions):
        tags = len(dimension.tags)
        shapes = {
            "word_head.weights": (terms, tags),
            "word_head.intercepts": (tags,),
            "body_head.weights": (dims, tags),
            "body_head.intercepts": (tags,),
            "tag_vectors": (tags, vector_dims),
            "tag_embeddings": (tags, dims),
            "likeness_means": (len(LIKENESSES), tags),
            "count_means": (tags, len(COUNTS)),
            "frequencies": (tags,),
            "weights": (tags, len(FEATURES) + 1),
            "evidence_means": (tags, len(FEATURES)),
        }
        expected |= {f"{i}.{name}": shape for name, shape in shapes.items()}
    if fitted.neighbours.said is not None:
        expected["neighbours.said"] = (papers, everything)
    bounds = [fitted.sure_bound]
    if fitted.student:
        bounds += [fitted.student.sure_bound, fitted.student.cut]
        for i, dimension in enumerate(tag_set.dimensions):
            expected[f"student.{i}.weights"] = (len(dimension.tags), len(FEATURES) + 1)
            expected[f"student.{i}.thresholds"] = (len(dimension.tags),)
    for name, shape in expected.items():
        if tensors[name].shape != shape or not np.isfinite(tensors[name]).all():
            raise ValueError(f"{name} isn't {shape} numbers")
    thresholds = np.concatenate([model.thresholds for model in fitted.dimensions])
    if not np.isfinite([*thresholds, *bounds]).all():
        raise ValueError("a threshold is no number")
