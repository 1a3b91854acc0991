"""Who differs with whom, and what settles it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tagger.domain.labels import Annotation, Decision, Verdict
from tagger.domain.tags import TagSet
from tagger.review import Conflict, from_annotation
from tagger.review.words import conflicts
from tests.conftest import NOW


def at(minute: int) -> datetime:
    return NOW + timedelta(minutes=minute)


def annotation(who: str, minute: int, *tags: str, skipped: bool = False, withdrawn: bool = False) -> Annotation:
    return Annotation("p", who, at(minute), {"habitat": tags}, skipped, withdrawn)


def decision(who: str, minute: int, verdict: Verdict, tag: str = "sea", rule: str | None = None) -> Decision:
    return Decision("p", "habitat", tag, verdict, who, at(minute), rule)


def differing(
    tag_set: TagSet, annotations: Sequence[Annotation], decisions: Sequence[Decision] = ()
) -> dict[str, Conflict]:
    return {found.tag: found for found in conflicts("p", tag_set, annotations, decisions)}


def test_people_who_gave_other_tags_differ_on_each(small_tag_set: TagSet) -> None:
    found = differing(small_tag_set, [annotation("ann", 1, "sea", "cs.CV"), annotation("bob", 2, "forest", "cs.CV")])
    assert list(found) == ["sea", "forest"]
    assert (found["sea"].who(carries=True), found["sea"].who(carries=False)) == (["ann"], ["bob"])
    assert (found["forest"].holds.by, found["forest"].holds.carries) == ("bob", True)


def test_a_persons_own_second_thought_is_no_conflict(small_tag_set: TagSet) -> None:
    assert not differing(small_tag_set, [annotation("ann", 1, "sea"), annotation("ann", 2)])
    assert not differing(small_tag_set, [annotation("ann", 1, "sea")], [decision("ann", 2, "rejected")])


def test_a_verdict_against_an_annotation_is_a_conflict_until_another_settles_it(small_tag_set: TagSet) -> None:
    said = [annotation("ann", 1, "sea")]
    rejected = [decision("bob", 2, "rejected")]
    assert list(differing(small_tag_set, said, rejected)) == ["sea"]
    for who in ("ann", "bob", "cid"):
        for verdict in ("accepted", "rejected"):
            assert not differing(small_tag_set, said, [*rejected, decision(who, 3, verdict)])


def test_what_a_page_submits_settles_nothing(small_tag_set: TagSet) -> None:
    first, second = annotation("ann", 1, "sea"), annotation("bob", 2)
    brought = [decision("ann", 1, "accepted"), decision("bob", 2, "rejected")]
    assert from_annotation(second, None, brought) == [], "bob has said all of that"
    assert list(differing(small_tag_set, [first, second], brought)) == ["sea"]


def test_a_word_after_the_settlement_opens_it_only_if_it_differs(small_tag_set: TagSet) -> None:
    said = [annotation("ann", 1, "sea"), annotation("bob", 2)]
    settled = [decision("cid", 3, "accepted")]
    assert not differing(small_tag_set, [*said, annotation("dan", 4, "sea")], settled)
    found = differing(small_tag_set, [*said, annotation("dan", 4)], settled)
    assert [word.by for word in found["sea"].words] == ["cid", "dan"]


def test_skips_withdrawals_and_rules_have_no_word(small_tag_set: TagSet) -> None:
    said = [annotation("ann", 1, "sea")]
    assert not differing(small_tag_set, [*said, annotation("bob", 2, skipped=True)])
    assert not differing(small_tag_set, [*said, annotation("bob", 2), annotation("bob", 3, withdrawn=True)])
    assert not differing(small_tag_set, said, [decision("bob", 2, "rejected"), decision("bob", 3, "withdrawn")])
    assert not differing(small_tag_set, [annotation("ann", 1)], [decision("bob", 2, "accepted", rule="all-sure")])


def test_a_tag_that_left_the_tag_set_is_no_conflict(small_tag_set: TagSet) -> None:
    assert not differing(small_tag_set, [annotation("ann", 1, "gone"), annotation("bob", 2)])
