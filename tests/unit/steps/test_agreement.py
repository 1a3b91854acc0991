"""What people's differences make of a workspace."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tagger.errors import ReviewError
from tagger.steps.agreement import agreement, conflicts, trust_of_people
from tagger.steps.review import settle
from tagger.steps.status import status
from tagger.steps.train import labelled_papers
from tagger.steps.why import why
from tests.unit.steps.desk import DAY, TAGS, Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as made:
        yield made


def differing(desk: Desk) -> list[str]:
    return [f"{paper.id} {c.dimension}:{c.tag}" for paper, c in conflicts(desk.workspace)]


def weights(desk: Desk) -> dict[str, float]:
    return {example.paper.id: example.weight for example in labelled_papers(desk.workspace)}


def test_a_conflict_is_settled_by_naming_the_tag_also_where_its_verdict_holds_already(desk: Desk) -> None:
    for paper_id in ("p1", "p2", "p3"):
        desk.paper(paper_id)
        desk.annotate(paper_id, by="ann", habitat=("sea", "forest"))
        desk.annotate(paper_id, by="eve", habitat=("forest",))
    assert (
        differing(desk) == ["p1 habitat:sea", "p2 habitat:sea", "p3 habitat:sea"]
        and status(desk.workspace).conflicts == 3
    )
    assert desk.reject("p1", "sea").decisions == 1, "it doesn't hold already, and is said all the same"
    assert desk.reject("p1", "sea").decisions == 0
    assert desk.accept("p2", "sea").decisions == 1 and desk.accept("p2", "sea").decisions == 0
    assert differing(desk) == ["p3 habitat:sea"] and status(desk.workspace).conflicts == 1
    assert desk.tags("p1") == ["habitat:forest"] and desk.tags("p2") == ["habitat:forest", "habitat:sea"]
    assert [paper.id for paper, _ in conflicts(desk.workspace, day=DAY)] == ["p3"]
    assert desk.accept("p3", "forest").decisions == 0, "what nobody disputes needs no word"


def test_to_say_a_thing_twice_settles_nothing_but_to_settle_it_does(desk: Desk) -> None:
    desk.paper("p1")
    desk.annotate("p1", by="ann", habitat=("sea", "forest"))
    assert [desk.reject("p1", "sea", by="bob").decisions for _ in range(2)] == [1, 0]
    assert differing(desk) == ["p1 habitat:sea"]
    assert [settle(desk.workspace, ["p1"], by="bob", now=desk.later()).decisions for _ in range(2)] == [1, 0]
    assert differing(desk) == [] and desk.tags("p1") == ["habitat:forest"]


def test_with_one_annotator_every_paper_weighs_one(desk: Desk) -> None:
    for paper_id in ("p1", "p2"):
        desk.paper(paper_id)
        desk.annotate(paper_id, habitat=("sea",))
    assert trust_of_people(desk.workspace) == {} and weights(desk) == {"p1": 1.0, "p2": 1.0}


def test_papers_weigh_as_much_as_those_are_trusted_who_say_what_holds(desk: Desk) -> None:
    for paper_id in ("shared", "anns", "bobs", "eves", "both"):
        desk.paper(paper_id)
    desk.annotate("shared", by="ann", habitat=("sea",))
    desk.annotate("shared", by="bob", habitat=("forest",))
    desk.annotate("anns", by="ann", habitat=("sea",))
    desk.annotate("eves", by="eve", habitat=("sea",))
    desk.annotate("both", by="ann", habitat=("sea",))
    desk.accept("both", "forest", by="eve")
    trusted = trust_of_people(desk.workspace)
    assert trusted == {"ann": pytest.approx(10 / 11), "bob": pytest.approx(10 / 11)}
    assert weights(desk) == {
        "shared": pytest.approx(10 / 11),
        "anns": pytest.approx(10 / 11),
        "eves": 1.0,
        "both": pytest.approx((10 / 11 + 1) / 2),
    }
    assert {found.annotator for found in agreement(desk.workspace).trust} == {"ann", "bob", "eve"}


def test_that_a_paper_has_no_tag_weighs_as_much_as_those_who_say_so(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w", TAGS.replace("required: true", "required: false")) as desk:
        for paper_id in ("p1", "p2"):
            desk.paper(paper_id)
        desk.annotate("p1", by="ann", habitat=("sea",))
        desk.annotate("p1", by="bob")
        desk.annotate("p2", by="bob")
        assert weights(desk) == {"p1": pytest.approx(10 / 11), "p2": pytest.approx(10 / 11)}


def test_why_tells_scores_history_and_whose_word_holds(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", "habitat:forest")
    assert why(desk.workspace, "p1", "sea").verdict == "Nobody has judged it yet; it is suggested."
    assert why(desk.workspace, "p1", "lake").verdict == "Nobody gave it, and it isn't suggested."
    desk.annotate("p1", by="ann", habitat=("sea",))
    desk.reject("p1", "sea", by="eve")
    found = why(desk.workspace, "p1", "habitat:sea")
    assert [(s.by, s.what) for s in found.history] == [
        ("ann", "annotated the paper with it"),
        ("eve", "rejected it, suggested by m1 with 0.90"),
    ]
    assert [(s.model, s.score, s.suggested, s.current) for s in found.scores] == [("m1", 0.9, True, True)]
    assert found.verdict == (
        "It doesn't hold: eve rejected it, which is a person's last word. People differ: ann said otherwise."
    )
    desk.accept("p1", "sea", by="cid")
    assert why(desk.workspace, "p1", "sea").verdict == "It holds: cid accepted it, which is a person's last word."
    with pytest.raises(ReviewError, match="there is no paper"):
        why(desk.workspace, "p9", "sea")


def test_why_knows_tags_that_left_the_tag_set_and_rules(tmp_path: Path) -> None:
    from tagger.steps.review import accept_all_sure

    with open_desk(tmp_path / "w") as desk:
        desk.suggest("p1", "habitat:sea", "habitat:lake")
        accept_all_sure(desk.workspace, day=None, by="ann", now=desk.later())
    with open_desk(tmp_path / "w", TAGS.replace(", {id: lake}", "")) as desk:
        found = why(desk.workspace, "p1", "lake")
    assert found.tag is None and found.history[0].what == "accepted it by the rule all-sure, suggested by m1 with 0.90"
    assert found.verdict == "It holds: the rule all-sure accepted it, set going by ann, and no person spoke."
