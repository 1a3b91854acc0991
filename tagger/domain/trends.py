"""How often tags are given from one week or month to the next, and which of them rise and fall beyond chance.

Two spans are compared tag by tag by the log-odds ratio with an informative Dirichlet prior and its z score (Monroe,
Colaresi & Quinn 2008, "Fightin' Words", eqs. 16 and 19; a paper carries a tag or not, so the Dirichlet is over these
two). With many tags some z score is always high, so chances are corrected for their number (Holm 1979): that any tag at
all is called rising or falling where nothing changed has a chance of 5 % at most.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from tagger.domain.significance import holm_corrected
from tagger.domain.tags import TagKey

By = Literal["week", "month"]
Direction = Literal["rising", "falling"]

# Fewer papers on either side tell nothing; the latest span takes in earlier periods until it has so many.
LEAST_PAPERS = 20
# So many periods before the latest span are what it is compared with, so that a change stands out until it is no news.
PERIODS_BEFORE = 8
# What is known beforehand weighs as much as so many papers: drawn from one distribution, 40 tags on 20 to 2,000 papers
# were then called rising or falling as rarely as said above, which with less they weren't.
PRIOR_PAPERS = 20
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class TaggedPaper:
    """A paper's day, the tags that are decided, and those that are suggested and that nobody has decided on."""

    day: date
    decided: Sequence[TagKey]
    suggested: Sequence[TagKey]


@dataclass(frozen=True, slots=True)
class TagCounts:
    """How many papers there are, and how many of them have each tag, by days: the papers' own, or those of periods.

    ``suggested`` are how many papers of all days have a tag that is only suggested.
    """

    papers: Counter[date] = field(default_factory=Counter)
    tags: Counter[tuple[date, TagKey]] = field(default_factory=Counter)
    suggested: Counter[TagKey] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Period:
    """A week or month: its name (``2026-W32``, ``2026-08``), its first day, and how many papers it has."""

    name: str
    first: date
    papers: int


@dataclass(frozen=True, slots=True)
class Change:
    """A tag's share of papers in the latest span and before it; z is above 0 if it grew.

    ``p_value`` is the chance that any tag moves so far where nothing changed.
    """

    before: float
    now: float
    log_odds_ratio: float
    z: float
    p_value: float

    @property
    def direction(self) -> Direction | None:
        """Whether the tag rises or falls beyond chance."""
        if self.p_value >= ALPHA:
            return None
        return "rising" if self.z > 0 else "falling"


@dataclass(frozen=True, slots=True)
class TagTrend:
    """A tag's papers in each period, how many of them are only suggested, and how it changed, if that can be told."""

    dimension: str
    tag: str
    counts: tuple[int, ...]
    suggested: int
    change: Change | None

    @property
    def papers(self) -> int:
        """The papers with the tag, of all periods."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Trends:
    """The tags over all periods from the first paper to the last; periods without a paper are among them.

    The latest span are the last ``latest`` periods, compared with the ``before`` periods ahead of them; both are 0 if
    there are too few papers on either side.
    """

    by: By
    periods: tuple[Period, ...]
    tags: tuple[TagTrend, ...]
    latest: int
    before: int

    @property
    def papers(self) -> int:
        """The papers of all periods."""
        return sum(period.papers for period in self.periods)

    @property
    def span(self) -> tuple[Period, ...]:
        """The periods of the latest span."""
        return self.periods[len(self.periods) - self.latest :]

    @property
    def earlier(self) -> tuple[Period, ...]:
        """The periods that the latest span is compared with."""
        return self.periods[len(self.periods) - self.latest - self.before : len(self.periods) - self.latest]

    def moving(self, direction: Direction) -> list[TagTrend]:
        """Return the tags that rise or fall, those that do most surely first."""
        found = [(tag, tag.change) for tag in self.tags if tag.change and tag.change.direction == direction]
        return [tag for tag, _ in sorted(found, key=lambda pair: -abs(pair[1].z))]


def count_tags(papers: Iterable[TaggedPaper]) -> TagCounts:
    """Count papers and their tags by the papers' days."""
    found = TagCounts()
    for paper in papers:
        found.papers[paper.day] += 1
        found.tags.update((paper.day, key) for key in (*paper.decided, *paper.suggested))
        found.suggested.update(paper.suggested)
    return found


def find_trends(counted: TagCounts, keys: Sequence[TagKey], by: By, latest: int = 1) -> Trends:
    """Return the trends of the tags ``keys`` that any paper has, in their order; of other tags nothing.

    The latest span has ``latest`` periods, or more if it needs them to have enough papers.
    """
    firsts = _firsts(list(counted.papers), by)
    place = {first: number for number, first in enumerate(firsts)}
    totals = [0] * len(firsts)
    for day, papers in counted.papers.items():
        totals[place[_first(day, by)]] += papers
    counts = {key: [0] * len(firsts) for key in keys}
    for (day, key), papers in counted.tags.items():
        if key in counts:
            counts[key][place[_first(day, by)]] += papers
    latest, before = _spans(totals, latest)
    given = [key for key in keys if any(counts[key])]
    changes = _changes({key: counts[key] for key in given}, totals, latest, before)
    return Trends(
        by=by,
        periods=tuple(Period(_name(first, by), first, n) for first, n in zip(firsts, totals, strict=True)),
        tags=tuple(TagTrend(*key, tuple(counts[key]), counted.suggested[key], changes.get(key)) for key in given),
        latest=latest,
        before=before,
    )


def log_odds(hits: int, papers: int, other_hits: int, other_papers: int) -> tuple[float, float]:
    """Return the log-odds ratio of a tag that ``hits`` of the papers and ``other_hits`` of the others have, and its z.

    The prior is the tag's share among all of them. Both are 0 where all or none of the papers have the tag.
    """
    share = (hits + other_hits) / (papers + other_papers)
    if share in (0, 1):
        return 0.0, 0.0
    yes, no = PRIOR_PAPERS * share, PRIOR_PAPERS * (1 - share)
    cells = (hits + yes, papers - hits + no, other_hits + yes, other_papers - other_hits + no)
    ratio = math.log(cells[0] / cells[1]) - math.log(cells[2] / cells[3])
    return ratio, ratio / math.sqrt(math.fsum(1 / cell for cell in cells))


def _changes(
    counts: Mapping[TagKey, Sequence[int]], totals: Sequence[int], latest: int, before: int
) -> dict[TagKey, Change]:
    """Return the changes of the tags that are given in either span."""
    if not latest:
        return {}
    end = len(totals) - latest
    now, former = slice(end, None), slice(end - before, end)
    papers, others = sum(totals[now]), sum(totals[former])
    pairs = {key: (sum(each[now]), sum(each[former])) for key, each in counts.items()}
    ratios = {key: log_odds(a, papers, b, others) for key, (a, b) in pairs.items() if a or b}
    chances = holm_corrected([math.erfc(abs(z) / math.sqrt(2)) for _, z in ratios.values()])
    return {
        key: Change(pairs[key][1] / others, pairs[key][0] / papers, ratio, z, chance)
        for (key, (ratio, z)), chance in zip(ratios.items(), chances, strict=True)
    }


def _spans(totals: Sequence[int], least: int) -> tuple[int, int]:
    """Return how many periods the latest span has and how many those before it; 0 and 0 if papers are too few."""
    latest = next((n for n in range(least, len(totals)) if sum(totals[-n:]) >= LEAST_PAPERS), 0)
    former = totals[max(len(totals) - latest - PERIODS_BEFORE, 0) : len(totals) - latest]
    return (latest, len(former)) if latest and sum(former) >= LEAST_PAPERS else (0, 0)


def _firsts(days: Sequence[date], by: By) -> list[date]:
    """Return the first day of every period from the first of the days to the last."""
    firsts = [_first(min(days), by)] if days else []
    while firsts and (following := _first(firsts[-1] + timedelta(days=7 if by == "week" else 31), by)) <= max(days):
        firsts.append(following)
    return firsts


def _first(day: date, by: By) -> date:
    return day.replace(day=1) if by == "month" else day - timedelta(days=day.weekday())


def _name(first: date, by: By) -> str:
    year, week, _ = first.isocalendar()
    return f"{first:%Y-%m}" if by == "month" else f"{year}-W{week:02}"
