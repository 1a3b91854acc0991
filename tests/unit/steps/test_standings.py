"""What is kept of papers, while others read and write."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tagger.steps.agreement import conflicts
from tagger.steps.search import search
from tagger.steps.standings import standings
from tagger.steps.status import status
from tagger.steps.workspace import open_workspace
from tests.unit.steps.desk import DAY, Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as opened:
        opened.suggest("p1", "habitat:sea")
        opened.suggest("p2", "habitat:forest", "diet:plants")
        opened.paper("p3", None)
        yield opened


def carriers(desk: Desk, key: tuple[str, str]) -> set[str]:
    kept = standings(desk.workspace).of(["p1", "p2", "p3"])
    return {standing.paper_id for standing in kept for tag in standing.tags if (tag.dimension, tag.tag) == key}


def test_only_what_something_was_said_of_is_worked_out_again(desk: Desk) -> None:
    kept = standings(desk.workspace)
    assert kept.stale_count() == 0
    desk.accept("p2")
    assert kept.stale(10) == ["p2"]
    assert standings(desk.workspace).with_status("decided") == ["p2"]
    assert kept.stale_count() == 0


def test_a_digests_papers_come_in_its_order(desk: Desk) -> None:
    desk.suggest("a-later-one", "habitat:sea")
    assert standings(desk.workspace).with_status("waiting", DAY) == ["p1", "p2", "a-later-one"]


def test_a_command_that_looks_isnt_kept_waiting_by_one_that_writes(desk: Desk) -> None:
    database = desk.workspace.store.path
    before = status(desk.workspace)
    desk.accept("p1")
    with sqlite3.connect(database, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE papers SET upvotes = 7")
        began = time.monotonic()
        with open_workspace(database.parent) as reading:
            found = status(reading)
            assert search(reading, "", tags=["diet:plants"], limit=5).total == 1
            assert conflicts(reading) == []
            assert standings(reading).with_status("decided") == ["p1"], "worked out on a copy"
        assert time.monotonic() - began < 15, "half a minute is what a writer waits"
        other.execute("ROLLBACK")
    other.close()
    assert (before.waiting, found.waiting) == (2, 1)
    assert standings(desk.workspace).stale_count() == 0


def test_after_the_other_command_is_done_what_was_worked_out_is_kept(desk: Desk) -> None:
    other = sqlite3.connect(desk.workspace.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert standings(desk.workspace).with_status("waiting") == ["p1", "p2"]
    other.execute("ROLLBACK")
    assert other.execute("SELECT count(*) FROM stale_papers").fetchone() == (3,)
    assert standings(desk.workspace).with_status("waiting") == ["p1", "p2"]
    assert other.execute("SELECT count(*) FROM stale_papers").fetchone() == (0,)
    other.close()


def test_a_paper_that_becomes_part_of_another_leaves_nothing_behind(desk: Desk) -> None:
    standings(desk.workspace)
    with desk.workspace.store.write():
        desk.workspace.store._db.execute("DELETE FROM papers WHERE id = 'p3'")
    assert [standing.paper_id for standing in standings(desk.workspace).of(["p1", "p2", "p3"])] == ["p1", "p2"]
    assert desk.workspace.store.faults() == []


def test_another_tag_set_makes_every_paper_be_looked_at_again(desk: Desk, tmp_path: Path) -> None:
    assert standings(desk.workspace).with_status("waiting") == ["p1", "p2"]
    tags = "version: 2\ndimensions:\n  - {id: diet, required: false, tags: [{id: plants}, {id: meat}]}\n"
    with open_desk(tmp_path / "w", tags) as other:
        assert carriers(other, ("habitat", "sea")) == set()
        assert carriers(other, ("diet", "plants")) == {"p2"}
