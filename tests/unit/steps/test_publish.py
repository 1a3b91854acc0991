"""What is published again, and what is told of it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tagger.domain.edition import Edition, EditionPaper
from tagger.domain.paper import Entry
from tagger.steps.publish import Published, publish
from tests.conftest import NOW
from tests.unit.steps.desk import DAY, TAGS, Desk, open_desk

NEXT = NOW + timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "workspace", TAGS) as opened:
        opened.suggest("p1", "habitat:sea")
        opened.accept("p1", "habitat:sea")
        yield opened


def published(desk: Desk, folder: Path, now: datetime) -> Published:
    return publish(desk.workspace, DAY, folder, withhold=True, now=now)


def test_what_goes_out_first_is_no_correction(desk: Desk, tmp_path: Path) -> None:
    assert published(desk, tmp_path, NOW).correction is None
    before = (tmp_path / "index.html").read_bytes()
    assert published(desk, tmp_path, NEXT).correction is None
    assert (tmp_path / "index.html").read_bytes() == before


def test_a_late_paper_and_another_tag_are_told_on_every_later_edition(desk: Desk, tmp_path: Path) -> None:
    published(desk, tmp_path, NOW)
    desk.suggest("p2", "habitat:forest")
    desk.accept("p2", "habitat:forest")
    desk.reject("p1", "habitat:sea")
    desk.accept("p1", "habitat:lake", "diet:meat")
    told = published(desk, tmp_path, NEXT).correction
    assert told is not None and told.published == NEXT.date()
    assert told.lines == ("“Title of p1”: now lake, meat; no longer sea", "added “Title of p2”")
    page = (tmp_path / "index.html").read_text()
    assert f"Corrected on {NEXT:%Y-%m-%d}:" in page and "added “Title of p2”" in page
    assert "now lake, meat" in (tmp_path / "digest.md").read_text()
    assert published(desk, tmp_path, NEXT + timedelta(days=3)).correction is None
    assert (tmp_path / "index.html").read_text() == page
    assert len(json.loads((tmp_path / "digest.json").read_text())["corrections"]) == 1


def test_what_is_mended_on_the_day_it_went_out_is_no_correction(desk: Desk, tmp_path: Path) -> None:
    published(desk, tmp_path, NOW)
    desk.accept("p1", "diet:meat")
    assert published(desk, tmp_path, NOW + timedelta(minutes=5)).correction is None
    desk.accept("p1", "diet:plants")
    told = published(desk, tmp_path, NEXT).correction
    assert told is not None and told.lines == ("“Title of p1”: now plants",)


def test_a_paper_that_left_and_a_new_title_are_told(desk: Desk, tmp_path: Path) -> None:
    desk.suggest("p2", "habitat:forest")
    desk.accept("p2", "habitat:forest")
    published(desk, tmp_path, NOW)
    store = desk.workspace.store
    with store.write():
        paper = replace(next(store.papers.of(["p1"])), title="A better title")
        store.papers.save([Entry(paper, DAY)], desk.later())
    desk.reject("p2", "habitat:forest")
    told = published(desk, tmp_path, NEXT).correction
    assert told is not None
    assert told.lines == ("“Title of p1” is now “A better title”", "removed “Title of p2”")


def test_a_late_paper_with_a_title_that_another_has_is_told_as_added(desk: Desk, tmp_path: Path) -> None:
    published(desk, tmp_path, NOW)
    desk.suggest("p2", "habitat:forest")
    store = desk.workspace.store
    with store.write():
        paper = replace(next(store.papers.of(["p2"])), title="Title of p1", authors=("Bo Fox",))
        store.papers.save([Entry(paper, DAY)], desk.later())
    desk.accept("p2", "habitat:forest")
    told = published(desk, tmp_path, NEXT).correction
    assert told is not None and told.lines == ("added “Title of p1”",)


def test_a_tag_that_the_tag_set_has_lost_is_told_by_its_id(desk: Desk, tmp_path: Path) -> None:
    former = Edition(DAY, NOW.date(), {"p1": EditionPaper("Title of p1", {"habitat": ("reef", "sea")})})
    with desk.workspace.store.write():
        desk.workspace.store.editions.add([former])
    told = published(desk, tmp_path, NEXT).correction
    assert told is not None and told.lines == ("“Title of p1”: no longer reef",)


def test_a_write_that_fails_leaves_no_edition(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").mkdir()
    with pytest.raises(Exception, match="can't write"):
        published(desk, tmp_path / "site", NOW)
    assert desk.workspace.store.editions.of([DAY]) == {}
