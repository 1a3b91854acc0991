"""The site of all days."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tagger.domain.model import no_progress
from tagger.steps.archive import Archived, archive
from tests.conftest import NOW
from tests.unit.steps.desk import TAGS, Desk, open_desk

FIRST, SECOND, THIRD = date(2025, 12, 30), date(2026, 1, 2), date(2026, 1, 3)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "workspace", TAGS) as opened:
        for paper, day, tag in (("p1", FIRST, "sea"), ("p2", SECOND, "sea"), ("p3", SECOND, "lake")):
            opened.suggest(paper, f"habitat:{tag}", day=day)
            opened.accept(paper, f"habitat:{tag}")
        opened.suggest("p4", "habitat:sea", day=THIRD)
        yield opened


def build(desk: Desk, folder: Path, *, withhold: bool = False) -> Archived:
    return archive(desk.workspace, folder, withhold=withhold, now=NOW, progress=no_progress)


def test_every_decided_day_and_used_tag_has_a_page_and_a_feed(desk: Desk, tmp_path: Path) -> None:
    built = build(desk, tmp_path / "site")
    assert (built.days, built.papers, built.left_out) == (2, 3, (THIRD,))
    names = {str(file.relative_to(tmp_path / "site")) for file in (tmp_path / "site").rglob("*") if file.is_file()}
    assert len(names) == built.written and built.unchanged == 0
    assert {"index.html", "feed.xml", f"{FIRST}/index.html", f"{SECOND}/feed.xml"} <= names
    assert {n for n in names if n.startswith("tags/")} == {
        f"tags/habitat/{n}"
        for n in ("sea.html", "sea.xml", "sea-2025.html", "sea-2026.html", "lake.html", "lake.xml", "lake-2026.html")
    }


def test_tags_over_time_count_decided_tags_of_the_days_that_are_shown(desk: Desk, tmp_path: Path) -> None:
    import lxml.html

    build(desk, tmp_path)
    page = lxml.html.fromstring((tmp_path / "trends.html").read_bytes())
    rows = [[cell.text for cell in row][:2] for row in page.xpath("//tbody/tr")]
    assert rows == [["sea", "2"], ["lake", "1"]], "p4 waits"
    assert "3 papers, 2025-12 to 2026-01. All 3 tags are decided." in page.text_content()


def test_every_link_leads_to_something(desk: Desk, tmp_path: Path) -> None:
    import lxml.html

    build(desk, tmp_path)
    pages = {file: lxml.html.fromstring(file.read_bytes()) for file in tmp_path.rglob("*.html")}
    checked = 0
    for file, page in pages.items():
        for link in page.xpath("//a/@href | //link[@rel='alternate']/@href"):
            if link.startswith(("https:", "data:")):
                continue
            name, _, anchor = link.partition("#")
            target = (file.parent / name).resolve() if name else file
            assert target.is_file(), f"{file}: {link}"
            assert not anchor or pages[target].xpath("//*[@id=$id]", id=anchor), f"{file}: {link}"
            checked += 1
    assert checked > 30


def test_unchanged_files_are_not_touched(desk: Desk, tmp_path: Path) -> None:
    build(desk, tmp_path)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file()}
    again = build(desk, tmp_path)
    assert (again.written, again.unchanged) == (0, len(before) - len([f for f in before if "workspace" in str(f)]))
    desk.accept("p4", "habitat:sea")
    added = build(desk, tmp_path)
    assert added.left_out == ()
    touched = {
        str(file.relative_to(tmp_path))
        for file, at in before.items()
        if file.is_file() and file.stat().st_mtime_ns != at
    }
    assert not any(name.startswith((str(FIRST), "tags/habitat/lake", "tags/habitat/sea-2025")) for name in touched)
    assert {f"{SECOND}/index.html", "index.html", "tags/habitat/sea.xml"} <= touched


def test_a_tags_feed_holds_its_papers_newest_first(desk: Desk, tmp_path: Path) -> None:
    build(desk, tmp_path)
    feed = ElementTree.parse(tmp_path / "tags" / "habitat" / "sea.xml").getroot()
    assert [e.text for e in feed.iterfind(f"{ATOM}entry/{ATOM}title")] == ["Title of p2", "Title of p1"]
    of_day = ElementTree.parse(tmp_path / str(FIRST) / "feed.xml").getroot()
    ids = [e.text for e in feed.iterfind(f"{ATOM}entry/{ATOM}id")]
    assert ids[1] == of_day.findtext(f"{ATOM}entry/{ATOM}id"), "one paper of one day has one id in all feeds"


def test_a_day_that_is_corrected_says_so(desk: Desk, tmp_path: Path) -> None:
    build(desk, tmp_path)
    desk.accept("p1", "diet:meat")
    archive(desk.workspace, tmp_path, withhold=False, now=NOW + timedelta(days=1), progress=no_progress)
    assert "“Title of p1”: now meat" in (tmp_path / str(FIRST) / "index.html").read_text()
