"""Finding papers by words and tags, and what is told of their tags."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tagger.domain.labels import Audit
from tagger.errors import TagSetError
from tagger.steps.search import search
from tests.conftest import NOW
from tests.unit.steps.desk import Desk, open_desk

SEA, PLANTS = ("habitat", "sea"), ("diet", "plants")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as made:
        made.suggest("p1", "habitat:sea", "diet:plants")
        made.accept("p1", "sea")
        made.suggest("p2", "habitat:sea")
        made.reject("p2", "sea")
        made.suggest("p3", "habitat:sea", day=date(2026, 8, 8))
        yield made


def found(desk: Desk, text: str = "", *tags: str, limit: int = 10) -> list[str]:
    return [paper.paper.id for paper in search(desk.workspace, text, tags=tags, limit=limit).papers]


def test_decided_tags_and_suggested_ones_are_told_apart(desk: Desk) -> None:
    papers = {paper.paper.id: paper for paper in search(desk.workspace, "title", limit=10).papers}
    assert (papers["p1"].tags, papers["p1"].suggested) == ((SEA,), (PLANTS,))
    assert (papers["p2"].tags, papers["p2"].suggested) == ((), ()), "a rejected tag stays out"
    assert (papers["p3"].tags, papers["p3"].suggested) == ((), (SEA,))
    assert (papers["p3"].day, papers["p3"].blind) == (date(2026, 8, 8), False)


def test_a_tag_is_searched_among_decided_and_suggested_ones(desk: Desk) -> None:
    assert found(desk, "", "habitat:sea") == ["p3", "p1"]
    assert found(desk, "title", "habitat:sea", "plants") == ["p1"]
    assert found(desk, "zebra", "sea") == []
    with pytest.raises(TagSetError, match="no tag 'moon'"):
        found(desk, "title", "moon")


def test_the_limit_cuts_what_is_shown_but_not_what_is_counted(desk: Desk) -> None:
    some = search(desk.workspace, "", tags=["sea"], limit=1)
    assert (some.total, [paper.paper.id for paper in some.papers]) == (2, ["p3"])


def test_a_paper_to_be_judged_blind_gives_nothing_away(desk: Desk) -> None:
    store = desk.workspace.store
    with store.write():
        store.audits.draw([Audit("p1", "habitat", "sea", "precision>=0.95", "m1", 0.9, NOW)])
    (paper,) = (p for p in search(desk.workspace, "title", limit=10).papers if p.paper.id == "p1")
    assert paper.blind
    assert (paper.tags, paper.suggested) == ((), ())
    assert found(desk, "", "habitat:sea") == ["p3"]
