"""The archive from the command line: searching it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.unit.steps.desk import open_desk


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with open_desk(tmp_path / "w") as desk:
        desk.suggest("p1", "habitat:sea", "diet:plants")
        desk.accept("p1", "sea")
        desk.suggest("p2", "habitat:sea", day=date(2026, 8, 8))
        desk.paper("p3", day=None)
        yield Shell(desk.workspace.settings.folder)


SHOWN = """\
2026-08-07  p1  Title of p1
            sea, plants?
1 paper
"""


def test_search_shows_day_id_title_and_tags(shell: Shell) -> None:
    assert shell("search", "titl*", "p1").stdout == SHOWN
    assert shell("search", "title", "--until", "2026-08-07").stdout == SHOWN
    assert shell("search", '"title of"', "--limit", "1").stdout.endswith("3 papers; --limit 3 shows all\n")
    assert shell("search", "zebra").stdout == "No paper is like that.\n"


def test_search_gives_one_json_document(shell: Shell) -> None:
    found = shell.json("search", "title", "--tag", "habitat:sea", "--since", "2026-08-08")
    (paper,) = found["papers"]
    assert (found["query"], found["total"]) == ("title", 1)
    assert (paper["id"], paper["title"], paper["day"], paper["blind"]) == ("p2", "Title of p2", "2026-08-08", False)
    assert paper["score"] > 0
    assert paper["tags"] == [{"dimension": "habitat", "tag": "sea", "decided": False}]
    (undated,) = shell.json("search", "p3")["papers"]
    assert (undated["day"], undated["tags"]) == (None, [])


def test_what_can_not_be_searched_is_one_line(shell: Shell) -> None:
    assert "no word to look for" in shell.fails("search", "***")
    assert "no tag 'moon'" in shell.fails("search", "title", "--tag", "moon")


@pytest.mark.parametrize("arguments", [[], ["x", "--since", "yesterday"], ["x", "--limit", "0"]])
def test_a_search_for_nothing_is_wrong_usage(shell: Shell, arguments: list[str]) -> None:
    assert "Usage: tagger search" in shell("search", *arguments, code=2).stderr
