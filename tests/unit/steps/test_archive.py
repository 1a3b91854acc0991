"""The site of all days."""

import hashlib
import itertools
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tagger.domain.model import no_progress
from tagger.errors import PublishingError
from tagger.publishing.manifest import MANIFEST
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
    names.remove(MANIFEST)
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
    site = [file for file in before if "workspace" not in str(file) and file.name != MANIFEST]
    assert (again.written, again.unchanged, again.removed) == (0, len(site), ())
    assert (tmp_path / MANIFEST).stat().st_mtime_ns == before[tmp_path / MANIFEST]
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


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_what_leads_nowhere_any_more_is_removed_with_its_folders(desk: Desk, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(desk, site)
    (site / "notes.txt").write_text("mine")
    desk.reject("p3", "habitat:lake")
    desk.accept("p3", "habitat:forest")
    desk.reject("p1", "habitat:sea")
    desk.annotate("p1", skipped=True)
    built = build(desk, site)
    gone = {f"{FIRST}/{n}" for n in ("index.html", "digest.md", "digest.json", "feed.xml")}
    gone |= {f"tags/habitat/{n}" for n in ("lake.html", "lake.xml", "lake-2026.html", "sea-2025.html")}
    assert set(built.removed) == gone and built.changed == () and not (site / str(FIRST)).exists()
    assert (site / "notes.txt").read_text() == "mine"
    build(desk, tmp_path / "anew")
    assert files_of(site) == files_of(tmp_path / "anew") | {"notes.txt": b"mine"}


def test_a_published_day_that_awaits_review_stays_with_the_pages_of_its_tags(desk: Desk, tmp_path: Path) -> None:
    build(desk, tmp_path)
    before = files_of(tmp_path)
    desk.suggest("p5", "habitat:forest", day=SECOND)
    desk.suggest("p6", "habitat:forest", day=FIRST)
    desk.reject("p6", "habitat:forest")
    desk.annotate("p6", skipped=True)
    built = build(desk, tmp_path)
    assert built.left_out == (SECOND, THIRD) and built.removed == ()
    after = files_of(tmp_path)
    for name in (f"{SECOND}/index.html", "tags/habitat/lake.html", "tags/habitat/sea-2026.html"):
        assert after[name] == before[name]
    desk.reject("p3", "habitat:lake")
    desk.accept("p3", "habitat:forest")
    desk.accept("p5", "habitat:forest")
    assert set(build(desk, tmp_path).removed) == {
        f"tags/habitat/{n}" for n in ("lake.html", "lake.xml", "lake-2026.html")
    }


def test_what_someone_else_changed_or_linked_stays_and_is_told(desk: Desk, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(desk, site)
    (tmp_path / "elsewhere").mkdir()
    (site / "tags/habitat/lake.xml").rename(tmp_path / "elsewhere" / "lake.xml")
    (site / "tags/habitat/lake.xml").symlink_to(tmp_path / "elsewhere" / "lake.xml")
    (site / "tags/habitat/lake.html").write_text("my own")
    desk.reject("p3", "habitat:lake")
    desk.accept("p3", "habitat:forest")
    for removed in (("tags/habitat/lake-2026.html",), ()):
        built = build(desk, site)
        assert built.removed == removed and built.changed == ("tags/habitat/lake.html", "tags/habitat/lake.xml")
    assert (site / "tags/habitat/lake.html").read_text() == "my own"
    assert (tmp_path / "elsewhere" / "lake.xml").is_file()
    (site / "tags/habitat/lake.html").unlink()
    assert build(desk, site).changed == ("tags/habitat/lake.xml",)


def test_a_list_that_names_files_elsewhere_removes_none(desk: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_bytes(b"")
    empty = hashlib.sha256(b"").hexdigest()
    site = tmp_path / "site"
    build(desk, site)
    (site / "inner").symlink_to(tmp_path)
    with (site / MANIFEST).open("a") as listed:
        listed.write(f"{empty}  ../outside.txt\n{empty}  {outside}\n{empty}  inner/outside.txt\n")
    assert len(build(desk, site).changed) == 3 and outside.is_file()


def test_a_list_that_is_none_is_told_before_anything_is_written(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("all my files\n")
    with pytest.raises(PublishingError, match="line 1: no hash and name of a file"):
        build(desk, tmp_path)
    assert not (tmp_path / "index.html").exists()


KILLED_AT = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
left, site, workspace = int(sys.argv[1]), sys.argv[2], sys.argv[3]

def count(event, about):
    global left
    changes = event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir") or event == "open" and about[2] & os.O_WRONLY
    if changes and str(about[0]).startswith(site):
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

from tagger.domain.model import no_progress
from tagger.steps.archive import archive
from tagger.steps.workspace import open_workspace
with open_workspace(Path(workspace)) as opened:
    sys.addaudithook(count)
    archive(opened, Path(site), withhold=False, now=datetime.now().astimezone(), progress=no_progress)
"""


def test_a_build_killed_anywhere_is_made_good_by_the_next(desk: Desk, tmp_path: Path) -> None:
    build(desk, tmp_path / "site")
    desk.reject("p3", "habitat:lake")
    desk.accept("p3", "habitat:forest")
    desk.accept("p4", "habitat:sea")
    killed: list[Path] = []
    for step in itertools.count(0, 12):
        site = tmp_path / f"killed-at-{step}"
        shutil.copytree(tmp_path / "site", site)
        command = [sys.executable, "-c", KILLED_AT, str(step), str(site), str(tmp_path / "workspace")]
        ended = subprocess.run(command, check=False).returncode
        killed.append(site)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
    assert len(killed) > 5
    desk.reject("p4", "habitat:sea")
    desk.accept("p4", "habitat:forest")
    desk.reject("p3", "habitat:forest")
    desk.accept("p3", "habitat:sea")
    build(desk, tmp_path / "anew")
    for site in killed:
        assert build(desk, site).changed == ()
        found = files_of(site)
        half = {name for name in found if Path(name).name.startswith(".") and name != MANIFEST}
        assert {name: content for name, content in found.items() if name not in half} == files_of(tmp_path / "anew")


def test_a_line_that_a_full_disk_cut_off_is_no_harm(desk: Desk, tmp_path: Path) -> None:
    build(desk, tmp_path / "site")
    whole = (tmp_path / "site" / MANIFEST).read_bytes()
    with (tmp_path / "site" / MANIFEST).open("ab") as listed:
        listed.write(whole[:80])
    assert build(desk, tmp_path / "site").written == 0
    assert (tmp_path / "site" / MANIFEST).read_bytes() == whole
