"""Tags over time from the command line."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Shell
from tests.unit.steps.desk import open_desk


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """Twenty papers of July, a fifth of them decided on, and twenty of August with another tag."""
    with open_desk(tmp_path / "w") as desk:
        for number in range(20):
            desk.suggest(f"a{number:02}", "habitat:sea", "diet:plants", day=date(2026, 7, 7))
            desk.suggest(f"b{number:02}", "habitat:lake" if number else "habitat:sea", "diet:plants")
        for number in range(4):
            desk.accept(f"a{number:02}", "sea")
        desk.paper("c")
        yield Shell(desk.workspace.settings.folder)


SHOWN = """\
2026-07 to 2026-08: 40 papers with 80 tags, 5.0 % decided, 95 % only suggested
Left out: 1 untagged

habitat  papers  suggested  share  from 2026-07  trend
───────  ──────  ─────────  ─────  ────────────  ─────────
sea          21         17   52 %  █▁            ▼ falling
lake         19         19   48 %  ▁█            ▲ rising

diet    papers  suggested  share  from 2026-07  trend
──────  ──────  ─────────  ─────  ────────────  ─────
plants      40         40  100 %  ██

2026-08 (20 papers) against 2026-07 (20 papers):
  ▲ habitat:lake  0.0 % → 95.0 %  (z +4.1)
  ▼ habitat:sea  100.0 % → 5.0 %  (z -4.1)
"""


def test_stats_show_tags_shares_and_what_moves(shell: Shell) -> None:
    assert shell("stats").stdout == SHOWN
    told = shell("stats", "--by", "week", "--dimension", "diet", "--since", "2026-08-01").stdout
    assert "from 2026-W32" in told and "habitat" not in told
    assert told.endswith("What rises and falls can't be told: that takes 20 papers now and 20 before.\n")
    assert "can't be told" in shell("stats", "--latest", "2").stdout
    assert shell("stats", "--since", "2027-01-01").stdout == "No paper of these days has tags.\n"


def test_stats_give_one_json_document(shell: Shell) -> None:
    found = shell.json("stats", "--dimension", "habitat")
    assert (found["by"], found["papers"], found["decided"], found["suggested"]) == ("month", 40, 4, 36)
    assert found["left_out"] == {"blind": 0, "skipped": 0, "untagged": 1, "undated": 0}
    assert found["periods"][0] == {"name": "2026-07", "first": "2026-07-01", "papers": 20}
    assert (found["latest"], found["before"]) == (["2026-08"], ["2026-07"])
    sea = found["tags"][0]
    assert (sea["tag"], sea["counts"], sea["suggested"], sea["direction"]) == ("sea", [20, 1], 17, "falling")
    assert (sea["change"]["before"], sea["change"]["now"]) == (1.0, 0.05)


def test_stats_are_drawn_as_a_picture_or_a_page(shell: Shell) -> None:
    assert shell("stats", "--out", "trends.svg").stdout == f"{SHOWN}Drawn in trends.svg\n"
    assert ElementTree.parse(shell.folder / "trends.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert shell.json("stats", "--out", "trends.html")["out"] == "trends.html"
    assert (shell.folder / "trends.html").read_text().startswith("<!doctype html>")


def test_what_can_not_be_drawn_or_counted_is_told(shell: Shell) -> None:
    assert "ends neither with .svg nor with .html" in shell("stats", "--out", "trends.png", code=2).stderr
    assert "no dimension 'moon'" in shell.fails("stats", "--dimension", "moon")
    (shell.folder / "file").write_text("")
    assert "file" in shell.fails("stats", "--out", "file/trends.svg")
