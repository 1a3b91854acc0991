"""A sitting at the desk: what is shown of a paper, and what keys do to the store."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tagger.errors import ReviewError, TagSetError
from tagger.steps.review import accept, reject
from tagger.steps.reviewing import Sitting, TagRow
from tests.unit.steps.desk import DAY, TAGS, Desk, open_desk

SEA, FOREST, PLANTS = ("habitat", "sea"), ("habitat", "forest"), ("diet", "plants")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as made:
        yield made


def sit(desk: Desk) -> Sitting:
    return Sitting(desk.workspace, by="bob")


def rows(sitting: Sitting, paper_id: str = "p1") -> dict[str, TagRow]:
    return {row.key[1]: row for of in sitting.rows(paper_id).values() for row in of}


def marks(sitting: Sitting, paper_id: str = "p1") -> dict[str, str]:
    return {tag: row.mark for tag, row in rows(sitting, paper_id).items() if row.mark != "open"}


def test_papers_the_model_is_unsure_of_are_on_top_and_a_digest_is_one_filter(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea")
    desk.suggest("p2", "habitat:sea", sure=False)
    desk.suggest("p3", "habitat:sea", day=date(2026, 8, 6))
    sitting = sit(desk)
    assert [paper.id for paper in sitting.papers] == ["p2", "p1", "p3"]
    sitting.turn_to(DAY)
    assert [paper.id for paper in sitting.papers] == ["p2", "p1"] and sitting.left == 2


def test_the_surest_tags_come_first_and_near_ones_after_them(tmp_path: Path) -> None:
    from tagger.domain.evidence import Evidence
    from tests.cli.test_explain import suggested

    with open_desk(tmp_path / "w") as desk:
        suggested(desk, Evidence())
        sitting = sit(desk)
        assert [(row.key[1], row.mark) for row in sitting.rows("p1")["habitat"]] == [
            ("sea", "suggested"),
            ("lake", "open"),
            ("forest", "open"),
        ]


def test_a_tag_goes_out_and_in_again_and_each_word_is_saved(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", "habitat:forest")
    sitting = sit(desk)
    assert marks(sitting) == {"sea": "suggested", "forest": "suggested"}
    sitting.toggle("p1", SEA, desk.later())
    assert marks(sitting) == {"sea": "rejected", "forest": "suggested"} and desk.tags("p1") == []
    sitting.toggle("p1", SEA, desk.later())
    assert marks(sitting)["sea"] == "accepted" and rows(sitting)["sea"].by == "bob"
    assert desk.tags("p1") == ["habitat:sea"]
    sitting.toggle("p1", PLANTS, desk.later())
    assert desk.tags("p1") == ["diet:plants", "habitat:sea"]


def test_accepting_takes_the_paper_as_it_stands(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", "habitat:forest")
    sitting = sit(desk)
    sitting.toggle("p1", FOREST, desk.later())
    assert sitting.accept("p1", desk.later()).decisions == 1
    assert desk.tags("p1") == ["habitat:sea"] and sitting.left == 0
    assert [paper.id for paper in sitting.papers] == ["p1"], "a decided paper stays in the list, to be undone"


def test_the_last_word_counts_also_after_a_clock_was_set_back(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea")
    desk.annotate("p1", habitat=("sea",))
    early = desk.now - timedelta(hours=9)
    reject(desk.workspace, ["p1"], ["sea"], by="bob", now=early)
    assert desk.tags("p1") == []
    accept(desk.workspace, ["p1"], ["forest"], by="bob", now=early)
    assert desk.tags("p1") == ["habitat:forest"]
    desk.suggest("p2", "habitat:sea")
    sitting = sit(desk)
    sitting.toggle("p2", SEA, desk.later())
    sitting.skip("p2", early)
    assert desk.state("p2").status == "skipped"
    sitting.undo(early)
    sitting.undo(early)
    assert marks(sitting, "p2") == {"sea": "suggested"}


def test_undo_goes_back_word_by_word(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", "habitat:forest")
    sitting = sit(desk)
    sitting.toggle("p1", SEA, desk.later())
    sitting.accept("p1", desk.later())
    sitting.toggle("p1", SEA, desk.later())
    assert desk.tags("p1") == ["habitat:forest", "habitat:sea"]
    assert sitting.undo(desk.later()) == "p1"
    assert marks(sitting) == {"sea": "rejected", "forest": "accepted"}
    sitting.undo(desk.later())
    assert marks(sitting) == {"sea": "rejected", "forest": "suggested"}
    sitting.undo(desk.later())
    assert marks(sitting) == {"sea": "suggested", "forest": "suggested"} and desk.state("p1").status == "waiting"
    assert sitting.undo(desk.later()) is None
    assert len(desk.workspace.store.labels.decisions()["p1"]) == 6, "history was lost"


def test_a_skip_keeps_the_paper_out_and_is_undone(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", "habitat:forest")
    sitting = sit(desk)
    sitting.toggle("p1", SEA, desk.later())
    sitting.skip("p1", desk.later())
    assert desk.state("p1").status == "skipped"
    sitting.undo(desk.later())
    assert desk.state("p1").status == "waiting" and marks(sitting) == {"sea": "rejected", "forest": "suggested"}


def test_that_a_paper_has_no_tag_is_undone_too(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w", TAGS.replace("required: true", "required: false")) as desk:
        desk.suggest("p1", sure=False)
        sitting = sit(desk)
        assert sitting.accept("p1", desk.later()).untagged == 1
        assert desk.state("p1").annotated
        sitting.undo(desk.later())
        assert not desk.state("p1").annotated and desk.state("p1").status == "waiting"


def test_undo_gives_others_their_word_back(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea")
    desk.accept("p1", "habitat:lake", by="bob")
    desk.reject("p1", "habitat:lake", by="eve")
    sitting = sit(desk)
    sitting.toggle("p1", ("habitat", "lake"), desk.later())
    assert "habitat:lake" in desk.tags("p1")
    sitting.undo(desk.later())
    assert "habitat:lake" not in desk.tags("p1") and sitting.states["p1"].disputed == set()


def test_an_annotation_that_others_spoke_after_is_not_put_back(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea")
    desk.annotate("p1", by="bob", diet=("plants",))
    desk.reject("p1", "plants", by="eve")
    sitting = sit(desk)
    sitting.skip("p1", desk.later())
    with pytest.raises(ReviewError, match="others have spoken"):
        sitting.undo(desk.later())
    assert desk.state("p1").status == "skipped"


def test_what_was_said_elsewhere_meanwhile_is_seen_with_the_next_key(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", "habitat:forest")
    sitting = sit(desk)
    desk.reject("p1", "sea", by="eve")
    sitting.accept("p1", desk.later())
    assert marks(sitting) == {"sea": "rejected", "forest": "accepted"}


def test_a_tag_that_people_differ_on_says_so(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea")
    desk.annotate("p1", by="ann", diet=("plants",))
    desk.annotate("p1", by="eve", diet=("meat",))
    found = rows(sit(desk))
    assert (found["plants"].mark, found["plants"].disputed) == ("rejected", True)
    assert (found["meat"].mark, found["meat"].by, found["meat"].disputed) == ("accepted", "eve", True)
    assert not found["sea"].disputed


def test_a_tag_that_left_the_tag_set_can_only_go_out(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w") as desk:
        desk.suggest("p1", "habitat:sea", "diet:meat")
        desk.accept("p1", "diet:meat", by="eve")
    with open_desk(tmp_path / "w", TAGS.replace(", {id: meat}", "")) as desk:
        sitting = sit(desk)
        assert rows(sitting)["meat"].tag is None
        sitting.toggle("p1", ("diet", "meat"), desk.later())
        assert desk.tags("p1") == []
        with pytest.raises(TagSetError):
            sitting.toggle("p1", ("diet", "meat"), desk.later())


def test_tags_are_found_by_name_id_or_another_word(tmp_path: Path) -> None:
    tags = """version: 1
dimensions:
  - {id: d, tags: [{id: cs.CV, name: Pictures, also: [photographs]}, {id: text, name: Words}, {id: x, name: A picture}]}
"""
    with open_desk(tmp_path / "w", tags) as desk:
        sitting = sit(desk)
        found = {text: [key[1] for key, _ in sitting.matching(text)] for text in ("PIC", "photo", "cs.", "", "nothing")}
    assert found == {
        "PIC": ["cs.CV", "x"],
        "photo": ["cs.CV"],
        "cs.": ["cs.CV"],
        "": ["cs.CV", "text", "x"],
        "nothing": [],
    }
