"""Suggests tags for new papers with a trained model version: ONNX Runtime and numpy, no torch."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.domain.labels import Suggestion
from tagger.domain.model import ModelVersion, Progress, no_progress
from tagger.domain.paper import Paper
from tagger.domain.tags import Tags, TagSet
from tagger.learning.encoder import OnnxEncoder, paper_text
from tagger.learning.explanation import explain
from tagger.learning.package import read_package
from tagger.learning.scoring import Fitted, Scored, score
from tagger.learning.text_cache import TextCache, cache_folder
from tagger.learning.weights import encoder_fingerprint, read_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Beyond this share of tokens the encoder doesn't know, it can't have understood the text.
MOST_UNKNOWN = 0.25
# Room for the embeddings of some thirty thousand texts.
MOST_CACHED = 50_000_000
_LOG = logging.getLogger(__name__)


def is_readable(paper: Paper, unknown: float) -> bool:
    """Return whether a paper may go without review: it has an abstract, and the encoder knows its words.

    ``unknown`` is the share of its tokens that the encoder doesn't know.
    """
    return bool(paper.abstract) and unknown <= MOST_UNKNOWN


class Predictor:
    """A loaded model version. ``tag_set`` is the one it was trained for."""

    def __init__(self, version: ModelVersion, tag_set: TagSet, fitted: Fitted, encoder: OnnxEncoder) -> None:
        self.version = version
        self.tag_set = tag_set
        self._fitted = fitted
        self._encoder = encoder

    @property
    def learnt_from(self) -> frozenset[str]:
        """The ids of the papers it learnt from."""
        return frozenset(self._fitted.neighbours.ids)

    @property
    def out_of_fold(self) -> Mapping[str, Tags]:
        """What it said, by id, of papers it learnt from, when they were held out; nothing if that isn't known."""
        return self._fitted.neighbours.out_of_fold(self.tag_set)

    def predict(self, papers: Sequence[Paper], *, at: datetime, progress: Progress = no_progress) -> list[Suggestion]:
        """Return a suggestion for each paper, in order.

        It needs review where the list isn't sure, and where there is no abstract or the text is mostly unknown to the
        encoder. Only the first 160 tokens are read by it, and 20,000 characters searched for words.
        """
        if not papers:
            return []
        embeddings, unknown = self._encoder.encode([paper_text(paper) for paper in papers], progress)
        scored = score(self._fitted, self.tag_set, papers, embeddings)
        evidence = explain(self._fitted, self.tag_set, papers, embeddings, scored)
        found = suggestions(self.version.name, self.tag_set, papers, scored, unknown, at)
        return [replace(suggestion, evidence=said) for suggestion, said in zip(found, evidence, strict=True)]

    def score(self, papers: Sequence[Paper]) -> Scored:
        """Return scores and choices alone, without what speaks for them."""
        embeddings, _ = self._encoder.encode([paper_text(paper) for paper in papers])
        return score(self._fitted, self.tag_set, papers, embeddings)


def suggestions(
    model: str, tag_set: TagSet, papers: Sequence[Paper], scored: Scored, unknown: NDArray[np.float64], at: datetime
) -> list[Suggestion]:
    """Return what was scored as suggestions without evidence; ``unknown`` are shares of unknown tokens, (papers,)."""
    found = []
    for row, paper in enumerate(papers):
        tags, scores = {}, {}
        for i, dimension in enumerate(tag_set.dimensions):
            values = scored.scores[i][row].tolist()
            scores[dimension.id] = dict(zip(dimension.tag_ids, values, strict=True))
            chosen = scored.chosen[i][row].nonzero()[0]
            tags[dimension.id] = tuple(dimension.tag_ids[column] for column in chosen)
        sure = bool(scored.sure[row]) and is_readable(paper, unknown[row])
        found.append(Suggestion(paper.id, model, at, tags, scores, not sure))
    return found


def load_predictor(
    folder: Path, present: TagSet | None = None, *, threads: int | None = None, cached: bool = True
) -> Predictor:
    """Load a model version with every file verified. Raises ModelError in one clear line if it can't be used.

    ``present``, a tag set with the same tags, says which dimensions are required now. The encoder runs on all
    processors, or on so many ``threads``. What it makes of a text is kept for the next time, unless not ``cached``.
    """
    began = time.monotonic()
    version, tag_set, fitted = read_for(folder, present)
    cache = None
    if cached:
        cache = TextCache(cache_folder("embeddings"), encoder_fingerprint(folder), "float32", MOST_CACHED)
    encoder = OnnxEncoder(folder, read_weights(folder), threads, cache)
    _LOG.info("model loaded", extra={"model": version.name, "seconds": round(time.monotonic() - began, 3)})
    return Predictor(version, tag_set, fitted, encoder)


def read_for(folder: Path, present: TagSet | None) -> tuple[ModelVersion, TagSet, Fitted]:
    """Read a model version, less its encoder; ``present`` says which dimensions are required. Raises ModelError."""
    version, tag_set, fitted = read_package(folder)
    if present:
        dimensions = (replace(d, required=present.dimension(d.id).required) for d in tag_set.dimensions)
        tag_set = replace(tag_set, dimensions=tuple(dimensions))
    return version, tag_set, fitted
