"""The model that tags an archive. It is apart from the step, so that a worker that loads it imports little else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from tagger.bulk import Model
from tagger.domain.tags import TagSet
from tagger.learning.cascade import load_cascade
from tagger.learning.prediction import load_predictor

Effort = Literal["full", "cascade", "student"]


@dataclass(frozen=True, slots=True)
class BulkModel:
    """Loads a model version, on so many ``threads``, wherever an engine wants it."""

    folder: Path
    tag_set: TagSet
    threads: int
    effort: Effort = "full"

    def __call__(self) -> Model:
        """Load it. Raises ModelError."""
        now = datetime.now(UTC)
        if self.effort == "full":
            # Papers of an archive are read once; kept, they would push out those that are read again.
            predictor = load_predictor(self.folder, self.tag_set, threads=self.threads, cached=False)
            return partial(predictor.predict, at=now)
        hands_over = self.effort == "cascade"
        return partial(
            load_cascade(self.folder, self.tag_set, hands_over=hands_over, threads=self.threads).predict, at=now
        )
