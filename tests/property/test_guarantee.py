"""The promise behind auto-accept, kept: by simulation it is broken no more often than it says."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from tagger.domain.model import TrackRecord
from tagger.domain.tags import TagKey
from tagger.review.guarantee import MISS, find_bounds

SCORES = np.array([0.995, 0.965, 0.935, 0.905, 0.855, 0.805, 0.705, 0.605, 0.505, 0.405])
DRAWS = 200
# Broken promises that chance alone would let pass once in a thousand runs.
MOST_BROKEN = MISS + 3.1 * math.sqrt(MISS * (1 - MISS) / DRAWS)

# How often suggestions of each score are right, and how often each score is met.
TRUTHS: dict[str, tuple[Sequence[float], Sequence[int]]] = {
    "scores are true": (SCORES.tolist(), [8, 5, 3, 3, 2, 2, 1, 1, 1, 1]),
    "scores promise too much": ((SCORES - 0.08).tolist(), [8, 5, 3, 3, 2, 2, 1, 1, 1, 1]),
    "all lie just below the target": ([0.945] * 10, [1] * 10),
    "the first step down breaks it": ([0.96, 0.92, *[0.9] * 8], [3, 5, *[1] * 8]),
    "high scores are the worse ones": (np.linspace(0.93, 0.97, 10).tolist(), [1] * 10),
}


def drawn(random: np.random.Generator, rates: NDArray[np.float64], weights: NDArray[np.float64], n: int) -> TrackRecord:
    picked = random.choice(len(SCORES), size=n, p=weights / weights.sum())
    right = random.random(n) < rates[picked]
    return TrackRecord(0.3, tuple(SCORES[picked[right]].tolist()), tuple(SCORES[picked[~right]].tolist()))


@pytest.mark.parametrize("truth", TRUTHS)
def test_a_tags_own_bound_keeps_its_promise(truth: str) -> None:
    random = np.random.default_rng(5)
    rates, weights = np.array(TRUTHS[truth][0]), np.array(TRUTHS[truth][1], dtype=np.float64)
    broken = 0
    for _ in range(DRAWS):
        bound = find_bounds({("d", "t"): drawn(random, rates, weights, 400)}, 0.95)["d", "t"]
        if bound.score is not None:
            taken = SCORES >= bound.score
            broken += bool((rates * weights)[taken].sum() / weights[taken].sum() < 0.95)
    assert broken / DRAWS <= MOST_BROKEN


@pytest.mark.parametrize("spread", [0.0, 0.03, 0.1])
def test_what_the_pool_accepts_keeps_its_promise_also_where_tags_differ(spread: float) -> None:
    random = np.random.default_rng(7)
    weights = np.array(TRUTHS["scores are true"][1], dtype=np.float64)
    worth = np.linspace(-spread, spread, 20)
    rates = {("d", f"t{i}"): np.clip(SCORES + 0.01 + worth[i], 0, 1) for i in range(20)}
    broken = found = 0
    for _ in range(DRAWS):
        records: dict[TagKey, TrackRecord] = {key: drawn(random, rates[key], weights, 25) for key in rates}
        bounds = find_bounds(records, 0.95)
        right = taken = 0.0
        for key, bound in bounds.items():
            if bound.score is not None:
                reached = SCORES >= bound.score
                right += float((rates[key] * weights)[reached].sum())
                taken += float(weights[reached].sum())
        found += taken > 0
        broken += taken > 0 and right / taken < 0.95
    assert broken / DRAWS <= MOST_BROKEN
    assert found > DRAWS / 5, "a rule that never accepts keeps any promise"


def test_a_good_tag_gets_a_bound_nearly_always() -> None:
    random = np.random.default_rng(1)
    rates, weights = np.minimum(SCORES + 0.02, 0.995), np.array([8, 5, 3, 3, 2, 2, 1, 1, 1, 1], dtype=np.float64)
    found = [find_bounds({("d", "t"): drawn(random, rates, weights, 500)}, 0.95)["d", "t"].score for _ in range(100)]
    assert sum(score is not None for score in found) >= 90
