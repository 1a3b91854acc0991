"""A trained model version, and how long work tells how far it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Progress = Callable[[str, int, int], None]
"""Called as ``progress(what, done, total)`` while something long runs; ``what`` is a short phrase for a person."""


def no_progress(what: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """What is known of a model version: where it came from and the figures it earned in cross-validation."""

    name: str
    created_at: datetime
    encoder: str
    tag_set_version: int
    tag_set_fingerprint: str
    data_fingerprint: str
    papers: int
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """How one tag's suggestions did out of fold: the scores of those that were right, and of those that were wrong.

    All reach ``threshold``, from which on the tag is suggested.
    """

    threshold: float
    right: tuple[float, ...]
    wrong: tuple[float, ...]

    def reaching(self, score: float) -> tuple[int, int]:
        """Return how many suggestions of at least that score were right, and how many there were."""
        right = sum(s >= score for s in self.right)
        return right, right + sum(s >= score for s in self.wrong)
