from datetime import datetime, timedelta

import pytest

from tagger.domain.labels import Annotation, Audit, Decision
from tagger.review.checks import Checks, sum_of, verdicts
from tests.conftest import NOW

RULE = "precision>=0.95"


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


DRAWN = [Audit("p1", "habitat", tag, RULE, "m1", 0.99, NOW) for tag in ("sea", "lake")]


def said(minutes: int, *tags: str, by: str = "ann", skipped: bool = False) -> Annotation:
    return Annotation("p1", by, at(minutes), {"habitat": tags} if not skipped else {}, skipped=skipped)


def test_a_blind_word_after_the_draw_is_the_verdict_on_every_drawn_tag() -> None:
    word = said(5, "sea", "forest")
    assert verdicts(DRAWN, [word], [word], []) == ["right", "wrong"]
    before = said(-5, "sea")
    assert verdicts(DRAWN, [before], [before], []) == ["awaited", "awaited"]


def test_the_last_blind_word_counts_and_a_withdrawn_one_does_not() -> None:
    first, last = said(5, "sea"), said(6, "lake", by="bob")
    assert verdicts(DRAWN, [first, last], [first, last], []) == ["wrong", "right"]
    gone = Annotation("p1", "bob", at(7), withdrawn=True)
    assert verdicts(DRAWN, [first, last, gone], [first, last, gone], []) == ["right", "wrong"]


def test_a_word_that_was_not_blind_and_a_skip_make_a_verdict_impossible() -> None:
    assert verdicts(DRAWN, [], [said(5, "sea")], []) == ["lost", "lost"]
    skip = said(5, skipped=True)
    assert verdicts(DRAWN, [skip], [skip], []) == ["lost", "lost"]


def test_what_a_person_rejected_is_wrong_also_before_a_blind_word() -> None:
    by_rule = Decision("p1", "habitat", "sea", "accepted", "ann", at(0), rule=RULE)
    rejected = Decision("p1", "habitat", "sea", "rejected", "ann", at(1))
    assert verdicts(DRAWN, [], [], [by_rule]) == ["awaited", "awaited"]
    assert verdicts(DRAWN, [], [], [by_rule, rejected]) == ["wrong", "awaited"]
    word = said(5, "sea", "lake", by="bob")
    assert verdicts(DRAWN, [word], [word], [rejected]) == ["right", "right"]


@pytest.mark.parametrize(
    ("right", "judged", "off"), [(0, 19, False), (18, 20, False), (17, 20, True), (45, 50, False), (44, 50, True)]
)
def test_a_rule_is_off_when_chance_would_hardly_leave_so_few_right(right: int, judged: int, off: bool) -> None:
    assert Checks(right, judged).fails(0.95) is off


def test_checks_are_told_with_their_interval() -> None:
    assert Checks(39, 40).told == "39 of 40 checked blind were right: 98 % (87 to 100 %)"
    assert Checks(awaited=3).told == "none checked blind yet"


def test_checks_of_several_rules_add_up() -> None:
    assert sum_of([Checks(1, 2, 3, 4), Checks(5, 6, 7, 8)]) == Checks(6, 8, 10, 12)
    assert sum_of([]) == Checks()
