"""Which papers and tags are counted over time."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tagger.domain.labels import Audit
from tagger.errors import TagSetError
from tagger.steps.search import search
from tagger.steps.stats import Statistics, draw, stats
from tests.conftest import NOW
from tests.unit.steps.desk import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as made:
        made.suggest("p1", "habitat:sea", "diet:plants")
        made.accept("p1", "sea")
        made.suggest("p2", "habitat:sea")
        made.reject("p2", "sea")
        made.suggest("p3", "habitat:sea", day=date(2026, 9, 8))
        made.suggest("p4", "habitat:lake", "diet:meat")
        made.annotate("p4", habitat=("forest",))
        yield made


def counted(found: Statistics) -> dict[str, tuple[tuple[int, ...], int]]:
    return {tag.tag: (tag.counts, tag.suggested) for tag in found.trends.tags}


def test_decided_tags_count_and_suggested_ones_that_nobody_decided_on(desk: Desk) -> None:
    found = stats(desk.workspace, by="month")
    assert [(p.name, p.papers) for p in found.trends.periods] == [("2026-08", 3), ("2026-09", 1)]
    assert counted(found) == {"sea": ((1, 1), 1), "forest": ((1, 0), 0), "plants": ((1, 0), 1)}
    assert (found.decided, found.suggested) == (2, 2)


def test_what_is_counted_is_what_search_tells_of_each_paper(desk: Desk) -> None:
    desk.accept("p3", "sea", by="ann")
    desk.reject("p3", "sea", by="bob")
    desk.annotate("p1", by="eve", habitat=("lake",))
    papers = search(desk.workspace, "", limit=100).papers
    for tag in stats(desk.workspace, by="week").trends.tags:
        key = (tag.dimension, tag.tag)
        assert tag.papers == sum(key in (*paper.tags, *paper.suggested) for paper in papers)
        assert tag.suggested == sum(key in paper.suggested for paper in papers)


def test_days_and_a_dimension_narrow_what_is_counted(desk: Desk) -> None:
    assert counted(stats(desk.workspace, by="week", since=date(2026, 9, 1))) == {"sea": ((1,), 1)}
    assert counted(stats(desk.workspace, by="week", dimension="diet", until=date(2026, 8, 7))) == {"plants": ((1,), 1)}
    with pytest.raises(TagSetError, match="no dimension 'moon'"):
        stats(desk.workspace, by="week", dimension="moon")


def test_papers_that_can_not_be_told_of_are_left_out_and_counted(desk: Desk) -> None:
    store = desk.workspace.store
    with store.write():
        store.audits.draw([Audit("p1", "habitat", "sea", "precision>=0.95", "m1", 0.9, NOW)])
    desk.annotate("p3", skipped=True)
    desk.paper("p5")
    desk.paper("p6", day=None)
    found = stats(desk.workspace, by="month")
    assert found.left_out == {"blind": 1, "skipped": 1, "untagged": 1, "undated": 1}
    assert counted(found) == {"forest": ((1,), 0)}
    assert found.trends.papers == 2


def test_tags_are_counted_under_the_ids_they_have_now(tmp_path: Path, desk: Desk) -> None:
    renamed = (
        "version: 2\ndimensions:\n  - {id: habitat, required: true, tags: [{id: ocean, was: [sea]}, {id: forest}]}\n"
    )
    with open_desk(tmp_path / "w", renamed) as later:
        assert counted(stats(later.workspace, by="month"))["ocean"] == ((1, 1), 1)


@pytest.mark.parametrize("name", ["trends.svg", "trends.html"])
def test_drawing_again_touches_nothing(desk: Desk, tmp_path: Path, name: str) -> None:
    found = stats(desk.workspace, by="month")
    draw(desk.workspace, found, tmp_path / name)
    before = (tmp_path / name).stat()
    draw(desk.workspace, found, tmp_path / name)
    after = (tmp_path / name).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
