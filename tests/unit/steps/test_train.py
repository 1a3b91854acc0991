from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tagger.steps.models import free_name
from tagger.steps.train import labelled_papers
from tests.conftest import NOW
from tests.unit.steps.desk import MODEL, TAGS, Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as made:
        yield made


def learnt_from(desk: Desk) -> dict[str, dict[str, tuple[str, ...]]]:
    return {e.paper.id: {d: tags for d, tags in e.tags.items() if tags} for e in labelled_papers(desk.workspace)}


def test_that_a_paper_has_no_tag_is_learnt_too_where_it_may_have_none(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w", TAGS.replace("required: true", "required: false")) as desk:
        for paper_id in ("p1", "p2", "p3"):
            desk.paper(paper_id)
        desk.annotate("p1", habitat=("sea",))
        desk.annotate("p2")
        desk.annotate("p3", skipped=True)
        assert learnt_from(desk) == {"p1": {"habitat": ("sea",)}, "p2": {}}


def test_a_paper_that_lacks_what_it_has_to_have_teaches_nothing(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w", TAGS.replace("required: false", "required: true")) as desk:
        desk.paper("p1")
        desk.annotate("p1")
        assert learnt_from(desk) == {}


def test_a_paper_whose_tags_have_all_left_the_tag_set_teaches_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.paper("p1")
    desk.annotate("p1", habitat=("sea",))
    with open_desk(tmp_path / "w", TAGS.replace("{id: sea}, ", "")) as edited:
        assert learnt_from(edited) == {}


def test_a_name_that_a_version_had_is_never_given_again(desk: Desk) -> None:
    with desk.workspace.store.write():
        desk.workspace.store.models.save(replace(MODEL, name=f"{NOW:%Y-%m-%d}-1"))
    assert free_name(desk.workspace, NOW) == f"{NOW:%Y-%m-%d}-2"
    (desk.workspace.settings.models / f"{NOW:%Y-%m-%d}-2").mkdir(parents=True)
    assert free_name(desk.workspace, NOW) == f"{NOW:%Y-%m-%d}-3"
