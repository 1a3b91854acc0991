"""Fine-tunes bodies within the time that may be taken: one a half of the papers to judge by, and one on all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tagger.domain.model import Progress
from tagger.domain.tags import TagSet
from tagger.learning.encoder import paper_text
from tagger.learning.examples import Example, folds_of, labels_of
from tagger.learning.fitting import Reading
from tagger.learning.options import TrainingOptions

if TYPE_CHECKING:
    from tagger.learning.body import Body, Lowered
    from tagger.learning.contrastive import Tuned
    from tagger.learning.graph import Network

# Bodies that have not seen a paper are made by training one for each half of the papers on the other.
BODY_FOLDS = 2
# Of at least so many papers, one in ten is held out to see when to stop, up to as many as are quickly looked at.
LEAST_TO_HOLD_OUT, MOST_HELD_OUT = 100, 64
# For what the library's Trainer is planned, whatever the machine: its learning rate falls over these steps.
PLANNED_SECONDS_PER_STEP = 3.0


@dataclass(frozen=True)
class Texts:
    """All texts after the frozen layers, which no label touches: labelled papers, background papers, tags."""

    body: Body
    papers: list[Lowered]
    background: list[Lowered]
    tags: list[list[Lowered]]

    def part(self, rows: Sequence[int]) -> Texts:
        """Return the same with just those of the labelled papers."""
        return replace(self, papers=[self.papers[i] for i in rows])

    def read(self, upper: Network) -> Reading:
        """Return what an upper part makes of all texts."""
        embed = self.body.embed
        tags = tuple(embed(upper, texts) for texts in self.tags)
        return Reading(embed(upper, self.papers), embed(upper, self.background), tags)


class Tuner:
    """Fine-tunes a body on all papers or on a part, by the recipe that is asked for.

    ``folds`` are the halves, (papers,); ``steps`` what the runs so far have taken.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        tag_set: TagSet,
        texts: Texts,
        as_it_is: Reading,
        options: TrainingOptions,
        progress: Progress,
    ) -> None:
        self.folds = folds_of([example.paper.id for example in examples], BODY_FOLDS, "body")
        self.steps: list[int] = []
        self._examples = examples
        self._labels = [labels_of(examples, dimension) for dimension in tag_set.dimensions]
        self._texts, self._as_it_is, self._options, self._progress = texts, as_it_is, options, progress

    def halves(self) -> tuple[Reading, ...]:
        """Return, for each fold, what a body makes of all texts that was tuned on the other fold's papers."""
        import numpy as np

        readings = []
        for fold in range(BODY_FOLDS):
            rows = np.flatnonzero(self.folds != fold).tolist()
            what = f"fine-tuning, check {fold + 1} of {BODY_FOLDS}"
            readings.append(self._texts.read(self.tune(rows, what)) if rows else self._as_it_is)
        return tuple(readings)

    def tune(self, rows: Sequence[int], what: str) -> Network:
        """Return an upper part tuned on some papers, in their share of the time."""
        # All bodies together see each paper twice: once in a check, once at the end.
        share = self._options.minutes * 60 / 2 * len(rows) / len(self.folds)
        given = (self._options.steps or ())[len(self.steps) :]
        seconds, most_steps = (math.inf, given[0]) if given else (share, None)

        def progress(_: str, done: int, total: int) -> None:
            self._progress(what, done, total)

        if self._options.recipe == "setfit":
            tuned = self._tune_by_the_library(rows, share, seconds, most_steps, progress)
        else:
            tuned = self._tune_contrastively(rows, seconds, most_steps, progress)
        self.steps.append(tuned.steps)
        return tuned.upper

    def _tune_contrastively(
        self, rows: Sequence[int], seconds: float, most_steps: int | None, progress: Progress
    ) -> Tuned:
        import numpy as np

        from tagger.learning.contrastive import Tuning, tune

        held_out = folds_of([self._examples[i].paper.id for i in rows], 10, "held out") == 0
        held_out &= (np.cumsum(held_out) <= MOST_HELD_OUT) & (len(rows) >= LEAST_TO_HOLD_OUT)
        return tune(
            self._texts.body,
            self._texts.part(rows).papers,
            [labels[list(rows)] for labels in self._labels],
            self._as_it_is.tags,
            held_out,
            Tuning(self._options.epochs, seconds, self._options.seed, most_steps),
            progress,
        )

    def _tune_by_the_library(
        self, rows: Sequence[int], share: float, seconds: float, most_steps: int | None, progress: Progress
    ) -> Tuned:
        import numpy as np

        from tagger.learning.contrastive import Tuned
        from tagger.learning.plain_setfit import tune_plain_setfit

        body = self._texts.body
        model, steps = tune_plain_setfit(
            [paper_text(self._examples[i].paper) for i in rows],
            np.concatenate([labels[list(rows)] for labels in self._labels], axis=1),
            encoder=body.name,
            prepare=body.freeze_lower,
            steps=max(round(share / PLANNED_SECONDS_PER_STEP), 1),
            most_steps=most_steps,
            seconds=seconds,
            seed=self._options.seed,
            progress=progress,
        )
        return Tuned(body.upper_of(model), steps)
