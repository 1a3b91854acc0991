"""How sure a share is: exact binomial tails and limits, without scipy, which takes a second to load."""

from __future__ import annotations

import math
from functools import cache

_HALVINGS = 50


def at_most(successes: int, trials: int, chance: float) -> float:
    """Return the probability of at most so many successes in independent trials of that chance."""
    if successes < 0:
        return 0.0
    if successes >= trials or chance <= 0:
        return 1.0
    return 0.0 if chance >= 1 else _tail(0, successes, trials, chance)


def at_least(successes: int, trials: int, chance: float) -> float:
    """Return the probability of at least so many successes in independent trials of that chance."""
    return at_most(trials - successes, trials, 1 - chance)


def interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the two-sided exact interval of a chance (Clopper & Pearson 1934); 0 to 1 without any trial."""
    miss = (1 - confidence) / 2
    return lower_limit(successes, trials, miss), upper_limit(successes, trials, miss)


def lower_limit(successes: int, trials: int, miss: float) -> float:
    """Return what lies above the true chance with a probability of at most ``miss``; found by bisection."""
    low, high = 0.0, 1.0 if successes else 0.0
    for _ in range(_HALVINGS if successes else 0):
        middle = (low + high) / 2
        low, high = (low, middle) if at_least(successes, trials, middle) > miss else (middle, high)
    return low


def upper_limit(successes: int, trials: int, miss: float) -> float:
    """Return what lies below the true chance with a probability of at most ``miss``."""
    return 1 - lower_limit(trials - successes, trials, miss)


@cache
def fewest_to_pass(trials: int, chance: float, miss: float) -> int:
    """Return the fewest successes that come by a chance below ``chance`` with a probability of at most ``miss``.

    ``miss`` is below a half. It is ``trials`` + 1 where all successes would not be enough.
    """
    low, high = int(trials * chance), trials + 1  # the median of successes lies there or above
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if at_least(middle, trials, chance) <= miss else (middle + 1, high)
    return low


def _tail(first: int, last: int, trials: int, chance: float) -> float:
    log_yes, log_no, whole = math.log(chance), math.log1p(-chance), math.lgamma(trials + 1)
    return min(
        math.fsum(
            math.exp(whole - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * log_yes + (trials - k) * log_no)
            for k in range(first, last + 1)
        ),
        1.0,
    )
