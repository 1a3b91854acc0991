"""What to look at in the time there is: the papers where a minute mends most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from tagger.domain.tags import TagSet
from tagger.review.decisions import keys_of
from tagger.review.states import PaperState

# What a review takes until people's own times tell: reading a paper, and judging a suggested tag. A guess.
PAPER_S, TAG_S = 15.0, 4.0
# Two words of a person with more time between them than this weren't one sitting; with less, no reading.
LONGEST_S, SHORTEST_S = 300.0, 2.0
# So many times of people's own are needed to go by them, and so many, the last ones, are looked at.
LEAST_TIMES, MOST_TIMES = 20, 300


@dataclass(frozen=True, slots=True)
class Budgeted:
    """The papers picked, the most worthwhile first, the time they take, and the errors to expect there."""

    states: tuple[PaperState, ...]
    seconds: float
    errors: float


def expected_errors(state: PaperState, tag_set: TagSet) -> float:
    """Return how many tags of a paper's suggestion are to be mended, by its scores: wrong ones, and missing ones.

    Tags that have a verdict don't count. Scores are taken as the probabilities that they are calibrated to be.
    """
    if state.suggestion is None:
        return 0.0
    scores, suggested = state.suggestion.scores, set(keys_of(state.suggestion.tags))
    undecided = set(state.undecided)
    errors = 0.0
    for dimension, tag in tag_set.keys:
        score = scores.get(dimension, {}).get(tag, 0.0)
        if (dimension, tag) in undecided:
            errors += 1 - score
        elif (dimension, tag) not in suggested and (dimension, tag) not in state.verdicts:
            errors += score
    return errors


def seconds_for(state: PaperState, pace: float) -> float:
    """Return how long a paper's review takes; ``pace`` is how slow people are, 1 being the documented guess."""
    return pace * _guess(len(state.undecided))


def pick(states: Sequence[PaperState], tag_set: TagSet, *, seconds: float, pace: float) -> Budgeted:
    """Return the papers to look at in so many seconds: those with most errors a second that still fit in.

    This is the greedy answer to a knapsack, so near to the best as papers are small beside the time. At least one paper
    is picked, if any is there.
    """
    worth = {state.paper_id: expected_errors(state, tag_set) for state in states}
    ranked = sorted(states, key=lambda s: -worth[s.paper_id] / seconds_for(s, pace))
    picked: list[PaperState] = []
    used = 0.0
    for state in ranked:
        if not picked or used + seconds_for(state, pace) <= seconds:
            picked.append(state)
            used += seconds_for(state, pace)
    return Budgeted(tuple(picked), used, sum(worth[state.paper_id] for state in picked))


def pace_of(words: Iterable[tuple[str, str, datetime]], tags: Mapping[str, int]) -> float | None:
    """Return how slow people are beside the guess, from who (a name) spoke of which paper when; None if few did.

    ``tags`` is how many tags each paper was suggested. The time between a person's words on two papers is what the
    later one took.
    """
    by_person: dict[str, list[tuple[datetime, str]]] = {}
    for person, paper_id, at in words:
        by_person.setdefault(person, []).append((at, paper_id))
    ratios: list[tuple[datetime, float]] = []
    for said in by_person.values():
        said.sort()
        for (before, other), (at, paper_id) in pairwise(said):
            gap = at - before
            if other != paper_id and timedelta(seconds=SHORTEST_S) <= gap <= timedelta(seconds=LONGEST_S):
                ratios.append((at, gap.total_seconds() / _guess(tags.get(paper_id, 0))))
    if len(ratios) < LEAST_TIMES:
        return None
    return median(ratio for _, ratio in sorted(ratios)[-MOST_TIMES:])


def _guess(tags: int) -> float:
    return PAPER_S + TAG_S * tags
