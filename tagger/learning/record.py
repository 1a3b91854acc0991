"""How a model version's suggestions did out of fold, tag by tag: what a rule's bounds are found from later."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tagger.domain.model import TrackRecord
from tagger.domain.tags import TagSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagger.learning.fitting import OutOfFold
    from tagger.learning.scoring import DimensionModel

# Scores are kept with so many digits, rounded down, so that what reached a score of two digits still does.
_DIGITS = 4


def record_document(
    tag_set: TagSet, models: Sequence[DimensionModel], said: Sequence[OutOfFold]
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Return, by dimension and tag id, the scores that reached the tag's threshold: of right suggestions and of wrong.

    A tag that is suggested only because its dimension is required isn't among them.
    """
    document: dict[str, dict[str, dict[str, list[float]]]] = {}
    for dimension, model, out_of_fold in zip(tag_set.dimensions, models, said, strict=True):
        tags = document[dimension.id] = {}
        for column, tag in enumerate(dimension.tag_ids):
            scores, labels = out_of_fold.scores[:, column], out_of_fold.labels[:, column]
            reached = scores >= model.thresholds[column]
            tags[tag] = {"right": _rounded(scores[reached & labels]), "wrong": _rounded(scores[reached & ~labels])}
    return document


def track_records(content: Mapping[str, Any]) -> dict[tuple[str, str], TrackRecord]:
    """Return what a model version's content tells, by (dimension id, tag id); it may raise what reading JSON does."""
    return {
        (dimension, tag): TrackRecord(
            float(content["thresholds"][dimension][tag]),
            tuple(map(float, scores["right"])),
            tuple(map(float, scores["wrong"])),
        )
        for dimension, tags in content["track_records"].items()
        for tag, scores in tags.items()
    }


def _rounded(scores: NDArray[Any]) -> list[float]:
    scale = 10**_DIGITS
    return sorted((math.floor(float(score) * scale) / scale for score in scores), reverse=True)
