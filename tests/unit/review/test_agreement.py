"""Figures of agreement and trust against what was computed by hand."""

import math

import pytest

from tagger.domain.labels import Annotation
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.review import Labels, agreement, labels_of, paper_weight, trust
from tagger.review.trust import EARNED_BEFOREHAND
from tests.conftest import NOW

TAG_SET = TagSet(
    1,
    (
        Dimension("d", "", False, (Tag("x", "X"), Tag("y", "Y"), Tag("z", "Z"))),
        Dimension("e", "", False, (Tag("q", "Q"),)),
    ),
)


def labels(**papers: dict[str, str]) -> Labels:
    """Return labels given as ``paper={"ann": "xy"}``, a letter a tag; q is of the second dimension."""
    return {
        paper: {who: frozenset(("e" if tag == "q" else "d", tag) for tag in tags) for who, tags in said.items()}
        for paper, said in papers.items()
    }


TWO = labels(p1={"ann": "x", "bob": "xy"}, p2={"ann": "", "bob": ""}, p3={"ann": "y", "bob": "y"}, p4={"ann": "z"})


def test_alpha_with_masi_distance_is_what_a_hand_computes() -> None:
    # Of MASI distances only {x} to {x, y} differs within a paper: 1 - 1/2 * 2/3 = 2/3, so what is observed is
    # 2/3 * 2 / 6 = 2/9. Among all six sets the 15 pairs differ by 2/3 + 2 + 2 + 2 + 4/3 + 4 = 12 in sum: 12 / 15 = 4/5.
    found = agreement(TAG_SET, TWO)
    assert found.alpha["d"] == pytest.approx(1 - (2 / 9) / (4 / 5))
    assert found.overall == pytest.approx(found.alpha["d"])
    assert (found.shared, found.annotated) == (3, {"ann": 4, "bob": 3})


def test_an_agreement_of_nothing_is_none() -> None:
    for nothing in (labels(), labels(p={"ann": "x"}), labels(p={"ann": "x"}, q={"bob": "x"})):
        found = agreement(TAG_SET, nothing)
        assert (found.shared, found.overall, found.pairs) == (0, None, ())
        assert set(found.alpha.values()) == {None} and {tag.f1 for tag in found.tags} == {None}
    same = agreement(TAG_SET, labels(p1={"ann": "x", "bob": "x"}, p2={"ann": "x", "bob": "x"}))
    assert same.alpha == {"d": None, "e": None}, "where nothing varies, chance would agree as well"
    assert same.pairs[0].f1 == 1
    empty = agreement(TAG_SET, labels(p={"ann": "", "bob": ""}))
    assert (empty.overall, empty.pairs[0].f1, empty.pairs[0].papers) == (None, None, 1)


def test_a_paper_that_only_one_annotated_changes_no_alpha() -> None:
    alone = {paper: said for paper, said in TWO.items() if len(said) > 1}
    assert agreement(TAG_SET, alone).alpha == agreement(TAG_SET, TWO).alpha


def test_f1_between_people_counts_what_both_gave() -> None:
    three = labels(p1={"ann": "x", "bob": "xy", "cid": "y"}, p2={"ann": "zq", "cid": "z"})
    found = agreement(TAG_SET, three)
    assert [(p.one, p.other, p.papers) for p in found.pairs] == [
        ("ann", "bob", 1),
        ("ann", "cid", 2),
        ("bob", "cid", 1),
    ]
    assert [p.f1 for p in found.pairs] == pytest.approx([2 / 3, 2 * 1 / 5, 2 / 3])
    by_tag = {tag.tag: (tag.f1, tag.given, tag.both) for tag in found.tags}
    assert by_tag == {
        "x": (pytest.approx(2 * 1 / 4), 4, 1),
        "y": (pytest.approx(2 * 1 / 4), 4, 1),
        "z": (1.0, 2, 1),
        "q": (0.0, 1, 0),
    }


def test_skips_and_tags_that_left_the_tag_set_are_missing() -> None:
    said = [
        Annotation("p", "ann", NOW, {"d": ("x", "gone"), "gone": ("g",)}),
        Annotation("p", "bob", NOW, skipped=True),
        Annotation("p", "cid", NOW, withdrawn=True),
    ]
    assert labels_of(TAG_SET, {"p": said, "q": said[1:]}) == labels(p={"ann": "x"})


def test_trust_is_the_likeness_with_others_pulled_towards_one() -> None:
    found = {one.annotator: one for one in trust(TWO)}
    likeness = (1 / math.sqrt(2) + 1 + 1) / 3
    assert found["ann"].papers == 3 and found["ann"].agreement == pytest.approx(likeness)
    assert found["ann"].trust == pytest.approx((3 * likeness + EARNED_BEFOREHAND) / (3 + EARNED_BEFOREHAND))
    assert found["bob"].trust == pytest.approx(found["ann"].trust), "of two nobody can say who is right"
    alone = trust(labels(p={"ann": "x"}))
    assert [(one.papers, one.agreement, one.trust) for one in alone] == [(0, None, 1.0)]


def test_who_differs_from_all_others_is_trusted_least() -> None:
    many = {f"p{i}": {"ann": "x", "bob": "x", "cid": "y"} for i in range(20)}
    found = {one.annotator: one.trust for one in trust(labels(**many))}
    assert found["cid"] == pytest.approx(EARNED_BEFOREHAND / (20 + EARNED_BEFOREHAND))
    # The others' sum is x once and y once, so that ann's likeness is 1 / sqrt(2) on every paper.
    assert found["ann"] == pytest.approx((20 / math.sqrt(2) + EARNED_BEFOREHAND) / (20 + EARNED_BEFOREHAND))


def test_a_tag_that_several_give_is_surer_than_one_alone() -> None:
    trusted = {"ann": 0.8, "bob": 0.5}
    assert paper_weight([["ann"]], trusted) == pytest.approx(0.8)
    assert paper_weight([["ann", "bob"]], trusted) == pytest.approx(0.9)
    assert paper_weight([["ann"], ["bob"]], trusted) == pytest.approx(0.65)
    assert paper_weight([["bob"], ["cid"]], trusted) == pytest.approx(0.75)
    assert paper_weight([], trusted) == 1 and paper_weight([["cid"], ["dan"]], trusted) == 1
