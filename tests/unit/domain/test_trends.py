"""The arithmetic of what rises and falls, against figures worked out by hand."""

import random
from datetime import date, timedelta

import pytest

from tagger.domain.trends import TaggedPaper, Trends, count_tags, find_trends, log_odds

SEA, FOREST, LAKE = KEYS = [("habitat", "sea"), ("habitat", "forest"), ("habitat", "lake")]


def month(number: int, papers: int, **tags: int) -> list[TaggedPaper]:
    """Papers of a month, the first so many of which have each of the tags, decided."""
    day = date(2026, number, 15)
    return [TaggedPaper(day, [k for k in KEYS if place < tags.get(k[1], 0)], []) for place in range(papers)]


def test_the_log_odds_ratio_and_z_are_those_of_the_paper() -> None:
    # 30 of 100 and 10 of 100: the prior adds 4 papers with the tag and 16 without to both sides.
    ratio, z = log_odds(30, 100, 10, 100)
    assert ratio == pytest.approx(1.09639, abs=1e-5)  # ln(34/86) - ln(14/106)
    assert z == pytest.approx(3.14023, abs=1e-4)  # / sqrt(1/34 + 1/86 + 1/14 + 1/106)


@pytest.mark.parametrize("hits", [(0, 0), (30, 50)])
def test_what_no_paper_or_every_paper_has_does_not_move(hits: tuple[int, int]) -> None:
    assert log_odds(hits[0], 30, hits[1], 50) == (0.0, 0.0)


def test_months_and_weeks_without_papers_are_among_the_periods() -> None:
    papers = [TaggedPaper(day, [SEA], []) for day in (date(2025, 12, 31), date(2026, 3, 1), date(2026, 3, 31))]
    by_month = find_trends(count_tags(papers), KEYS, "month")
    assert [(p.name, p.papers) for p in by_month.periods] == [
        ("2025-12", 1),
        ("2026-01", 0),
        ("2026-02", 0),
        ("2026-03", 2),
    ]
    by_week = find_trends(count_tags(papers), KEYS, "week")
    assert (by_week.periods[0].name, by_week.periods[0].first) == ("2026-W01", date(2025, 12, 29))
    assert (by_week.periods[-1].name, len(by_week.periods)) == ("2026-W14", 14)
    assert [tag.counts for tag in by_month.tags] == [(1, 0, 0, 2)]
    assert find_trends(count_tags([]), KEYS, "week") == Trends("week", (), (), 0, 0)


def test_what_more_papers_have_than_before_rises_and_what_fewer_have_falls() -> None:
    papers = [*month(1, 60, sea=6, forest=50, lake=20), *month(2, 60, sea=6, forest=50, lake=20)]
    found = find_trends(count_tags([*papers, *month(3, 60, sea=40, forest=20, lake=20)]), KEYS, "month")
    assert ([p.name for p in found.span], [p.name for p in found.earlier]) == (["2026-03"], ["2026-01", "2026-02"])
    assert [tag.tag for tag in found.moving("rising")] == ["sea"]
    assert [tag.tag for tag in found.moving("falling")] == ["forest"]
    sea, forest, lake = (tag.change for tag in found.tags)
    assert sea and forest and lake
    assert (sea.before, sea.now) == (12 / 120, 40 / 60)
    assert forest.z < 0 < sea.z
    assert lake.z == pytest.approx(0, abs=1e-9)
    assert lake.direction is None and lake.p_value == pytest.approx(1)


def test_the_latest_span_takes_in_periods_until_it_tells_something() -> None:
    papers = [*month(1, 20, sea=2), *month(2, 12, sea=2), *month(3, 8, sea=2)]
    found = find_trends(count_tags(papers), KEYS, "month")
    assert (found.latest, found.before) == (2, 1)
    assert find_trends(count_tags(papers[1:]), KEYS, "month").latest == 0, "19 papers before tell nothing"
    assert [tag.change for tag in find_trends(count_tags(papers[1:]), KEYS, "month").tags] == [None]


def test_several_periods_can_be_compared_with_those_before_them() -> None:
    papers = [paper for number in range(1, 9) for paper in month(number, 20, sea=8 if number > 5 else 2)]
    alone, together = (find_trends(count_tags(papers), KEYS, "month", latest) for latest in (1, 3))
    assert ([p.name for p in together.span], together.before) == (["2026-06", "2026-07", "2026-08"], 5)
    assert (alone.moving("rising"), [tag.tag for tag in together.moving("rising")]) == ([], ["sea"])


def test_what_is_long_ago_is_not_compared_with() -> None:
    papers = [paper for number in range(1, 12) for paper in month(number, 20, sea=number)]
    found = find_trends(count_tags(papers), KEYS, "month")
    assert [p.name for p in found.earlier] == [f"2026-{number:02}" for number in range(3, 11)]


def test_decided_and_suggested_tags_are_counted_together_and_suggested_ones_told() -> None:
    day = date(2026, 1, 1)
    papers = [TaggedPaper(day, [SEA], [FOREST]), TaggedPaper(day, [("habitat", "gone")], [SEA])]
    found = find_trends(count_tags(papers), KEYS, "month")
    assert [(tag.tag, tag.papers, tag.suggested) for tag in found.tags] == [("sea", 2, 1), ("forest", 1, 1)]


@pytest.mark.parametrize(("now", "before"), [(25, 25), (25, 400), (400, 400)])
def test_papers_of_one_distribution_seldom_give_a_tag_that_moves(now: int, before: int) -> None:
    """At 5 % for all tags together, 200 archives give 10 on average, and more than 18 once in two hundred times."""
    keys = [("task", f"t{number}") for number in range(30)]
    chances = [0.5 / (number + 1) for number in range(30)]
    rng = random.Random(5)
    first = date(2026, 1, 5)
    alarms = 0
    for _ in range(200):
        papers = [
            TaggedPaper(day, [key for key, chance in zip(keys, chances, strict=True) if rng.random() < chance], [])
            for day, number in ((first, before), (first + timedelta(days=7), now))
            for _ in range(number)
        ]
        found = find_trends(count_tags(papers), keys, "week")
        assert found.latest == 1
        alarms += bool(found.moving("rising") or found.moving("falling"))
    assert alarms <= 18
