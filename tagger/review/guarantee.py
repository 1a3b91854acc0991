"""From which score on a rule may accept tags by itself, and what that promises.

A tag's bound is the lowest score from which on at least ``target`` of its suggestions are right, with 95 % confidence,
judged by what was said of labelled papers out of fold. One score is tested exactly (Clopper & Pearson 1934). Many are
tested by Learn then Test (Angelopoulos et al. 2021, arXiv:2110.01052) with fixed-sequence testing: the scores stand in
an order that no label had a part in, each is tested at the full 5 %, and the first that fails ends it, so that the
chance of a wrong promise is 5 % for the whole search. The order starts at the score where, were the scores the
probabilities they claim to be, the test would most likely pass, and goes down from there.

Where the labels of a tag are too few for that (59 of 59 right is the least that can pass for .95), the tag shares the
bound of all such tags, tested together: then the promise is about those tags taken together, not about each. One of
which no suggestion reached that bound had no part in the test, so nothing is promised of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from operator import neg
from typing import Literal

from tagger.domain.model import TrackRecord
from tagger.domain.tags import TagKey
from tagger.review.binomial import at_least, fewest_to_pass, upper_limit

MISS = 0.05
# A tag whose own test is less likely to pass, by its scores, is tested together with others.
LEAST_PROMISE = 0.9
_GRID = tuple(n / 100 for n in range(99, 0, -1))

How = Literal["own", "pooled", "none"]


@dataclass(frozen=True, slots=True)
class Bound:
    """The score from which on the rule accepts a tag, None if it never does, and how it was found.

    ``right`` of ``seen`` suggestions from that score on were right out of fold: the tag's own, or those of all tags in
    the pool. Where there is no bound they are the tag's from its threshold on.
    """

    score: float | None
    how: How
    right: int
    seen: int

    def allows(self, score: float) -> bool:
        """Return whether the rule accepts the tag at that score."""
        return self.score is not None and score >= self.score


def find_bounds(records: Mapping[TagKey, TrackRecord], target: float) -> dict[TagKey, Bound]:
    """Return every tag's bound for a precision of ``target``.

    A tag of the pool gets no bound where its own suggestions are worse than the target beyond chance (5 %), or where
    there are none.
    """
    promises = {key: _start(record, target) for key, record in records.items()}
    few = [key for key, (_, promise) in promises.items() if promise < LEAST_PROMISE]
    pool = _together(records[key] for key in few)
    shared = _descend(pool, target, _start(pool, target)[0])
    bounds = {}
    for key, record in records.items():
        lowest = _descend(record, target, promises[key][0]) if key not in few else shared
        if lowest is None or (key in few and not _is_borne_out(record, lowest, target)):
            bounds[key] = Bound(None, "none", *record.reaching(record.threshold))
        elif key in few:
            bounds[key] = Bound(max(lowest, record.threshold), "pooled", *pool.reaching(lowest))
        else:
            bounds[key] = Bound(max(lowest, record.threshold), "own", *record.reaching(lowest))
    return bounds


def _start(record: TrackRecord, target: float) -> tuple[float, float]:
    """Return the score whose test is the likeliest to pass, were the scores true, and how likely that is."""
    ranked = sorted((*record.right, *record.wrong), reverse=True)
    expected = list(accumulate(ranked, initial=0.0))
    highest = {bisect_right(ranked, -score, key=neg): score for score in reversed(_GRID)}
    promise, score = max((_promise(expected, seen, target), score) for seen, score in highest.items())
    return score, promise


def _promise(expected: list[float], seen: int, target: float) -> float:
    """Return the chance that the best ``seen`` suggestions pass; ``expected`` is how many of the best are right."""
    needed = fewest_to_pass(seen, target, MISS)
    return at_least(needed, seen, expected[seen] / seen) if needed <= seen else 0.0


def _descend(record: TrackRecord, target: float, start: float) -> float | None:
    """Return the lowest score that passes with all between it and ``start``; None if that doesn't pass itself.

    It is one that was met, so that no score is let in that nothing is known of.
    """
    passed = None
    for score in _GRID[_GRID.index(start) :]:
        right, seen = record.reaching(score)
        if right < fewest_to_pass(seen, target, MISS):
            break
        passed = score
    return None if passed is None else min(s for s in (*record.right, *record.wrong) if s >= passed)


def _together(records: Iterable[TrackRecord]) -> TrackRecord:
    """Return all that the records hold as one."""
    several = list(records)
    right, wrong = ([s for record in several for s in getattr(record, side)] for side in ("right", "wrong"))
    return TrackRecord(0.0, tuple(right), tuple(wrong))


def _is_borne_out(record: TrackRecord, score: float, target: float) -> bool:
    """Return whether a tag was suggested at that score at all, and no worse than the target beyond chance."""
    right, seen = record.reaching(score)
    return seen > 0 and upper_limit(right, seen, MISS) >= target
