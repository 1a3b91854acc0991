from collections.abc import Iterator
from pathlib import Path

import pytest

from tagger.errors import ReviewError, SettingsError, TagSetError
from tagger.steps.publish import publish
from tagger.steps.review import accept_all_sure, reviewer, waiting
from tests.conftest import NOW
from tests.unit.steps.desk import DAY, TAGS, Desk, open_desk

OPTIONAL = TAGS.replace("required: true", "required: false")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as made:
        yield made


@pytest.fixture
def optional(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w", OPTIONAL) as made:
        yield made


def accept_sure(desk: Desk) -> int:
    return accept_all_sure(desk.workspace, day=None, by="ann", now=desk.later()).papers


def test_a_blanket_accept_leaves_a_rejection_alone_and_a_named_one_overrules_it(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", "habitat:forest", "diet:plants")
    desk.reject("p1", "forest", by="eve")
    assert desk.accept("p1").decisions == 2
    assert desk.tags("p1") == ["diet:plants", "habitat:sea"]
    desk.accept("p1", "forest")
    assert "habitat:forest" in desk.tags("p1")


def test_a_blanket_accept_makes_a_rules_tags_a_persons(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea")
    assert accept_sure(desk) == 1
    assert [t.rule for t in desk.state("p1").effective] == ["all-sure"]
    assert desk.accept("p1").decisions == 1
    assert [(t.rule, t.by) for t in desk.state("p1").effective] == [(None, "bob")]
    assert desk.accept("p1").decisions == 0


def test_a_skipped_paper_is_not_published_after_a_rule_accepted_it(desk: Desk, tmp_path: Path) -> None:
    desk.suggest("p1", "habitat:sea")
    accept_sure(desk)
    desk.annotate("p1", skipped=True)
    assert desk.state("p1").status == "skipped"
    assert publish(desk.workspace, DAY, tmp_path / "site", withhold=False, now=NOW).papers == 0
    desk.accept("p1")
    assert desk.state("p1").status == "decided"


def test_a_paper_the_model_is_unsure_of_awaits_a_person_also_when_nothing_is_suggested(optional: Desk) -> None:
    optional.suggest("p1", sure=False)
    optional.suggest("p2", sure=True)
    assert [(p.id, s.needs_person) for p, s in waiting(optional.workspace)] == [("p1", True)]
    assert accept_sure(optional) == 0 and optional.state("p1").status == "waiting"
    done = optional.accept("p1")
    assert (done.decisions, done.untagged) == (0, 1)
    assert (optional.state("p1").status, optional.state("p1").annotated) == ("decided", True)
    assert optional.accept("p1").untagged == 0


def test_nothing_is_confirmed_empty_that_lacks_a_required_tag(desk: Desk) -> None:
    desk.suggest("p1", sure=False)
    assert desk.accept("p1").untagged == 0
    assert desk.state("p1").missing == ("habitat",)


def test_a_second_rejection_is_no_decision_and_no_failure(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", "habitat:forest")
    assert desk.reject("p1", "sea").decisions == 1
    assert desk.reject("p1", "sea", by="eve").decisions == 0
    with pytest.raises(ReviewError, match="doesn't carry diet:meat"):
        desk.reject("p1", "meat")


def test_a_tag_that_left_the_tag_set_can_be_rejected_but_not_accepted(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w") as desk:
        desk.suggest("p1", "habitat:sea", "habitat:lake")
        desk.suggest("p2", "habitat:sea", "habitat:lake")
        desk.accept("p1")
    with open_desk(tmp_path / "w", TAGS.replace(", {id: lake}", "")) as desk:
        assert desk.accept("p2").decisions == 1 and desk.tags("p2") == ["habitat:sea"]
        with pytest.raises(TagSetError, match="no tag 'habitat:lake'"):
            desk.accept("p2", "habitat:lake")
        with pytest.raises(TagSetError, match="no tag 'pond'"):
            desk.reject("p2", "pond")
        assert desk.reject("p1", "habitat:lake").decisions == 1
        assert publish(desk.workspace, DAY, tmp_path / "site", withhold=False, now=NOW).papers == 2


def test_a_suggestion_of_tags_that_left_the_tag_set_takes_a_persons_word(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w", OPTIONAL) as desk:
        desk.suggest("p1", "habitat:lake")
    with open_desk(tmp_path / "w", OPTIONAL.replace(", {id: lake}", "")) as desk:
        assert desk.state("p1").status == "waiting" and accept_sure(desk) == 0
        desk.accept("p1")
        assert desk.state("p1").status == "decided"


def test_what_people_tagged_is_open_only_in_what_it_lacks(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", "diet:meat")
    desk.annotate("p1", diet=("plants",))
    assert desk.state("p1").undecided == (("habitat", "sea"),)
    assert accept_sure(desk) == 0
    desk.accept("p1")
    assert desk.tags("p1") == ["diet:plants", "habitat:sea"] and desk.state("p1").status == "decided"


def test_a_partly_annotated_paper_is_told_a_way_that_works(desk: Desk) -> None:
    desk.paper("p1")
    desk.annotate("p1", diet=("plants",))
    with pytest.raises(ReviewError) as told:
        desk.accept("p1")
    assert "lacks a tag for habitat" in str(told.value) and "predict" not in str(told.value)
    desk.accept("p1", "sea")
    assert desk.state("p1").status == "decided"


def test_a_paper_is_found_by_any_version_of_its_id_and_nothing_else_breaks(desk: Desk) -> None:
    desk.suggest("2405.14906", "habitat:sea")
    assert desk.accept("2405.14906v2").papers == 1
    for unknown in ("\udcff", "", "a b", "a\0b"):
        with pytest.raises(ReviewError, match="there is no paper"):
            desk.accept(unknown)


def test_who_decides_is_asked_for_where_the_system_knows_no_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", unknown)
    with pytest.raises(SettingsError, match="--by NAME"):
        reviewer(desk.workspace, None)
    assert reviewer(desk.workspace, "bob") == "bob"
    for bad in ("\udcff", " ", "a\nb"):
        with pytest.raises(ReviewError, match="no name to decide under"):
            reviewer(desk.workspace, bad)
