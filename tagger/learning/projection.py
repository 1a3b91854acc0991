"""What more labelled papers would bring, going by what the last ones brought."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tagger.learning.bootstrap import DRAWS, Interval, interval, mean_redrawn
from tagger.learning.evaluation import CurvePoint

# The curve bends, and only its end tells where it goes.
LAST_POINTS = 3


@dataclass(frozen=True, slots=True)
class Gain:
    """By how much so many ``more`` labelled papers would raise micro F1, and where 95 % of draws of papers put that."""

    more: int
    micro_f1: float
    interval: Interval


def gain_of_more(curve: Sequence[CurvePoint], labelled: int, more: int = 50) -> Gain | None:
    """Return the gain over ``labelled`` papers: F1 goes on with their logarithm as over the curve's last points.

    None if the curve has fewer than three points.
    """
    import numpy as np

    last = curve[-LAST_POINTS:]
    if len(last) < LAST_POINTS:
        return None
    x = np.log([point.papers for point in last])
    drawn = np.array([mean_redrawn([each.micro_f1 for each in point.answers.redrawn()]) for point in last])
    slopes = np.polyfit(x, np.column_stack([[p.answers.whole().figures.micro_f1 for p in last], drawn]), 1)[0]
    gains = slopes * math.log((labelled + more) / labelled)
    low_high = interval(gains[1:])
    assert low_high is not None and len(gains) == DRAWS + 1
    return Gain(more, float(gains[0]), low_high)
