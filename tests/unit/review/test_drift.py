from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pytest
from scipy.stats import chi2_contingency, ttest_ind

from tagger.domain.labels import SuggestionSummary
from tagger.review.drift import Drift, _g_test, _welch, find_drift

MONDAY = date(2026, 6, 1)


def suggestion(*tags: str, score: float = 0.8, sure: bool = True) -> SuggestionSummary:
    return SuggestionSummary({"habitat": tags}, score if tags else 0.0, needs_review=not sure)


def weeks(
    *rates: float, papers: int = 40, score: float = 0.8, last_score: float = 0.8
) -> Iterator[tuple[date, SuggestionSummary]]:
    """Yield weeks of papers, in each of which such a share carries ``sea`` and the others ``forest``."""
    random = Random(0)
    for number, rate in enumerate(rates):
        mean = last_score if number == len(rates) - 1 else score
        for paper in range(papers):
            tag = "sea" if paper < rate * papers else "forest"
            yield MONDAY + timedelta(weeks=number, days=paper % 7), suggestion(tag, score=mean + random.gauss(0, 0.05))


def drift(*rates: float, last_score: float = 0.8) -> Drift:
    found = find_drift(weeks(*rates, last_score=last_score))
    assert found is not None
    return found


def test_a_tag_that_suddenly_comes_often_is_told() -> None:
    found = drift(0.1, 0.12, 0.1, 0.6)
    assert {(s.tag, round(s.now, 2)) for s in found.shifts} == {("sea", 0.6), ("forest", 0.4)}
    assert all(s.p_value < 0.001 for s in found.shifts) and not found.scores_moved
    assert [w.week for w in found.weeks] == ["2026-W23", "2026-W24", "2026-W25", "2026-W26"]
    assert [w.papers for w in found.weeks] == [40] * 4


def test_what_moves_by_chance_is_not_told() -> None:
    found = drift(0.3, 0.35, 0.25, 0.32)
    assert found.shifts == () and not found.scores_moved


def test_scores_that_fall_are_told() -> None:
    found = drift(0.3, 0.3, 0.3, last_score=0.7)
    assert found.scores_moved and found.score_now < 0.75 < found.score_before


def test_too_few_papers_tell_nothing() -> None:
    assert find_drift([]) is None
    assert find_drift(weeks(0.5, papers=100)) is None, "there is nothing to compare one week with"
    assert find_drift(weeks(0.5, 0.5, papers=19)) is None


def test_papers_without_tags_count_too() -> None:
    empty = [(MONDAY + timedelta(weeks=1, days=i % 5), suggestion(sure=False)) for i in range(30)]
    found = find_drift([*weeks(0.5, papers=40), *empty])
    assert found is not None and found.weeks[-1].unsure == 30 and found.weeks[-1].tags_per_paper == 0
    assert {s.tag for s in found.shifts} == {"sea", "forest"} and found.scores_moved


def test_the_tests_are_those_of_the_books() -> None:
    for cells in ((3, 40, 20, 50), (0, 30, 9, 30), (10, 100, 11, 100)):
        hits, papers, other_hits, other_papers = cells
        table = [[hits, papers - hits], [other_hits, other_papers - other_hits]]
        expected = chi2_contingency(table, correction=False, lambda_="log-likelihood").pvalue
        assert _g_test(*cells) == pytest.approx(float(expected), rel=1e-6)
    random = Random(1)
    first, second = [random.gauss(0, 1) for _ in range(400)], [random.gauss(0.2, 2) for _ in range(300)]
    assert _welch(first, second) == pytest.approx(float(ttest_ind(first, second, equal_var=False).pvalue), abs=0.003)
