"""The learning curve: how good a model would be with fewer labelled papers."""

from __future__ import annotations

from collections.abc import Sequence

from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.learning.examples import Example
from tagger.learning.fitting import Reading, fit, frozen_readings
from tagger.learning.options import TrainingOptions
from tagger.learning.plain_heads import fit_plain_heads
from tagger.learning.scoring import Fitted
from tagger.learning.training import ENOUGH_PAPERS
from tagger.learning.word_evidence import fit_words

FIRST_SIZES = (8, 16, 32, 64, 150)


def curve_sizes(most: int) -> list[int]:
    """Return numbers of labelled papers below ``most``, each about twice the one before: 8, 16, 32, 64, 150, 300 …"""
    sizes = list(FIRST_SIZES)
    while sizes[-1] * 2 < most:
        sizes.append(sizes[-1] * 2)
    return [size for size in sizes if size < most]


def fit_on_few(
    size: int,
    examples: Sequence[Example],
    background: Sequence[Paper],
    tag_set: TagSet,
    reading: Reading,
    options: TrainingOptions,
) -> Fitted:
    """Fit on ``size`` of the examples, over the body as it is, as if no more were labelled.

    Those drawn for one size are among those for the next. The others count as papers without tags, before those of
    ``background``, where few are labelled. ``reading`` is of the examples and the background.
    """
    import numpy as np

    order = np.random.default_rng(options.seed).permutation(len(examples)).tolist()
    drawn, others = order[:size], order[size:][: max(ENOUGH_PAPERS - size, 0)]
    plain = background[: max(ENOUGH_PAPERS - size - len(others), 0)]
    labelled = [examples[i] for i in drawn]
    words = fit_words(labelled, [*(examples[i].paper for i in others), *plain], tag_set, options.seed)
    unlabelled = np.concatenate([reading.papers[others], reading.background[: len(plain)]])
    part = Reading(reading.papers[drawn], unlabelled, reading.tags)
    readings = frozen_readings(part, [example.paper.id for example in labelled])
    fit_over = fit_plain_heads if options.recipe == "setfit" else fit
    return fit_over(labelled, tag_set, words, readings, options.seed, aim=options.aim)[0]
