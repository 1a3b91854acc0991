from datetime import timedelta

import pytest

from tagger.domain.labels import Suggestion
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.review.budget import PAPER_S, TAG_S, expected_errors, pace_of, pick
from tagger.review.states import PaperState, paper_state
from tests.conftest import NOW

TAG_SET = TagSet(1, (Dimension("d", "?", False, tuple(Tag(f"t{i}", f"Tag {i}") for i in range(4))),))


def state(paper_id: str, *scores: float, suggested: int = 1) -> PaperState:
    """Return the state of a paper whose first tags, ``suggested`` many, are suggested."""
    tags = {"d": tuple(f"t{i}" for i in range(suggested))}
    said = Suggestion(paper_id, "m", NOW, tags, {"d": {f"t{i}": s for i, s in enumerate(scores)}}, True)
    return paper_state(paper_id, TAG_SET, [said], [], [])


def test_the_errors_to_expect_are_wrong_tags_and_missing_ones() -> None:
    assert expected_errors(state("p", 0.9, 0.6, 0.2, 0.1, suggested=2), TAG_SET) == pytest.approx(0.1 + 0.4 + 0.3)
    assert expected_errors(state("p", 0.9, suggested=1), TAG_SET) == pytest.approx(0.1)


def test_a_budget_takes_the_papers_that_mend_most_a_minute_and_no_more_than_fit() -> None:
    papers = [state("sure", 0.99, 0.0), state("odd", 0.5, 0.4), state("so-so", 0.8, 0.1), state("worst", 0.5, 0.5)]
    each = PAPER_S + TAG_S
    found = pick(papers, TAG_SET, seconds=2 * each + 1, pace=1.0)
    assert [s.paper_id for s in found.states] == ["worst", "odd"]
    assert found.seconds == 2 * each and found.errors == pytest.approx(1.9)
    assert [s.paper_id for s in pick(papers, TAG_SET, seconds=1, pace=1.0).states] == ["worst"]
    assert len(pick(papers, TAG_SET, seconds=4 * each, pace=2.0).states) == 2
    assert pick([], TAG_SET, seconds=60, pace=1.0).states == ()


def test_a_long_list_is_worth_less_a_minute_than_a_short_one_with_as_many_errors() -> None:
    long, short = state("long", 1, 1, 1, 0.5, suggested=4), state("short", 0.5, 0, 0, 0)
    assert [s.paper_id for s in pick([long, short], TAG_SET, seconds=20, pace=1.0).states] == ["short"]


def test_the_pace_is_learnt_from_times_between_words_of_one_sitting() -> None:
    slow = [("ann", f"p{i}", NOW + timedelta(seconds=2 * (PAPER_S + TAG_S) * i)) for i in range(25)]
    tags = {f"p{i}": 1 for i in range(25)}
    assert pace_of(slow, tags) == pytest.approx(2.0)
    assert pace_of(slow[:15], tags) is None
    breaks = [("ann", f"q{i}", NOW + timedelta(days=1 + i)) for i in range(50)]
    at_once = [("bob", f"p{i}", NOW) for i in range(25)]
    assert pace_of(slow + breaks + at_once, tags) == pytest.approx(2.0)
