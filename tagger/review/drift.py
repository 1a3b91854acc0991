"""Whether what is suggested changes from week to week: how often each tag, and how sure the model is.

Shares are compared by the likelihood-ratio test (G, Dunning 1993) with Holm's correction (1979) for the number of tags,
scores by Welch's test (1947) with the normal distribution, which is near enough for the numbers of papers it takes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, variance

from tagger.domain.labels import SuggestionSummary
from tagger.domain.significance import holm_corrected
from tagger.review.decisions import keys_of

# Fewer papers on either side tell nothing.
LEAST_PAPERS = 20
# The latest week is compared with so many before it, so that a change stands out until it is no news.
WEEKS_BEFORE = 8
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Week:
    """What was suggested for a week's papers: tags a paper, the mean score of these tags, papers that need a person."""

    week: str
    papers: int
    tags_per_paper: float
    mean_score: float
    unsure: int


@dataclass(frozen=True, slots=True)
class Shift:
    """A tag whose share of papers in the latest week isn't what it was before, beyond chance."""

    dimension: str
    tag: str
    before: float
    now: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Drift:
    """The latest weeks, oldest first, and what differs in the last one from all before it."""

    weeks: tuple[Week, ...]
    shifts: tuple[Shift, ...]
    score_before: float
    score_now: float
    score_p_value: float

    @property
    def scores_moved(self) -> bool:
        """Whether scores are higher or lower than before, beyond chance."""
        return self.score_p_value < ALPHA


def find_drift(dated: Iterable[tuple[date, SuggestionSummary]]) -> Drift | None:
    """Compare the latest week's suggestions with those of up to eight weeks before; None if either are too few.

    ``dated`` are one model version's suggestions, each with the day of its paper's digest.
    """
    by_week: dict[str, list[SuggestionSummary]] = {}
    for day, suggestion in dated:
        year, week, _ = day.isocalendar()
        by_week.setdefault(f"{year}-W{week:02}", []).append(suggestion)
    weeks = sorted(by_week)[-WEEKS_BEFORE - 1 :]
    before = [suggestion for week in weeks[:-1] for suggestion in by_week[week]]
    now = by_week[weeks[-1]] if weeks else []
    if min(len(before), len(now)) < LEAST_PAPERS:
        return None
    old, new = [s.mean_score for s in before], [s.mean_score for s in now]
    return Drift(
        weeks=tuple(_week(week, by_week[week]) for week in weeks),
        shifts=_shifts(before, now),
        score_before=fmean(old),
        score_now=fmean(new),
        score_p_value=_welch(old, new),
    )


def _week(week: str, suggestions: Sequence[SuggestionSummary]) -> Week:
    tags = fmean(len(keys_of(s.tags)) for s in suggestions)
    unsure = sum(s.needs_review for s in suggestions)
    return Week(week, len(suggestions), tags, fmean(s.mean_score for s in suggestions), unsure)


def _shifts(before: Sequence[SuggestionSummary], now: Sequence[SuggestionSummary]) -> tuple[Shift, ...]:
    old, new = (Counter(key for s in each for key in keys_of(s.tags)) for each in (before, now))
    chances = {key: _g_test(old[key], len(before), new[key], len(now)) for key in {*old, *new}}
    ranked = sorted(chances, key=lambda key: (chances[key], key))
    corrected = holm_corrected([chances[key] for key in ranked])
    shifts = [
        Shift(*key, old[key] / len(before), new[key] / len(now), p) for key, p in zip(ranked, corrected, strict=True)
    ]
    return tuple(shift for shift in shifts if shift.p_value < ALPHA)


def _g_test(hits: int, papers: int, other_hits: int, other_papers: int) -> float:
    """Return the chance of two shares so far apart if both are of one kind."""
    both, all_papers = hits + other_hits, papers + other_papers
    cells = [
        (hits, papers * both / all_papers),
        (papers - hits, papers * (all_papers - both) / all_papers),
        (other_hits, other_papers * both / all_papers),
        (other_papers - other_hits, other_papers * (all_papers - both) / all_papers),
    ]
    g = 2 * math.fsum(seen * math.log(seen / expected) for seen, expected in cells if seen)
    return math.erfc(math.sqrt(max(g, 0.0) / 2))


def _welch(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the chance of two means so far apart if both are of one kind."""
    error = math.sqrt(variance(first) / len(first) + variance(second) / len(second))
    gap = abs(fmean(first) - fmean(second))
    if error == 0:
        return 1.0 if gap == 0 else 0.0
    return math.erfc(gap / error / math.sqrt(2))
