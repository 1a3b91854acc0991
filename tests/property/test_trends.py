"""What holds of trends whatever the counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.trends import log_odds


@st.composite
def sides(draw: st.DrawFn) -> tuple[int, int, int, int]:
    papers, others = draw(st.integers(1, 10_000)), draw(st.integers(1, 10_000))
    return draw(st.integers(0, papers)), papers, draw(st.integers(0, others)), others


@given(sides())
def test_swapping_the_sides_turns_the_sign(counts: tuple[int, int, int, int]) -> None:
    hits, papers, other_hits, others = counts
    ratio, z = log_odds(*counts)
    assert log_odds(other_hits, others, hits, papers) == pytest.approx((-ratio, -z))
    gap = hits * others - other_hits * papers
    assert z == pytest.approx(0, abs=1e-9) if gap == 0 else z * gap > 0


@given(st.integers(0, 50), st.integers(1, 50), st.integers(1, 100), st.integers(1, 100))
def test_equal_shares_are_no_change(hits: int, papers: int, times: int, other_times: int) -> None:
    hits = min(hits, papers)
    _, z = log_odds(hits * times, papers * times, hits * other_times, papers * other_times)
    assert z == pytest.approx(0, abs=1e-9)
