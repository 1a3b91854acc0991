"""The name under which a person speaks."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.unit.steps.desk import open_desk


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Ann\u2028Lee", "Ann Lee"), ("  Ann\tLee ", "Ann Lee"), ("Ann\udcffLee", "Ann\ufffdLee"), ("Ánn\x1b", "Ánn")],
)
def test_a_name_is_kept_as_it_is_read_again(tmp_path: Path, given: str, kept: str) -> None:
    with open_desk(tmp_path / "w") as desk:
        desk.suggest("p1", "habitat:sea")
    shell = Shell(tmp_path / "w")
    shell("review", "accept", "p1", "--by", given)
    with contextlib.closing(sqlite3.connect(tmp_path / "w" / "tagger.db")) as db:
        assert {row[0] for row in db.execute("SELECT decider FROM decisions")} == {kept}


def test_a_name_of_nothing_is_wrong_usage(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w") as desk:
        desk.suggest("p1", "habitat:sea")
    assert "a name can't be empty" in Shell(tmp_path / "w")("review", "accept", "p1", "--by", "\u2028", code=2).stderr
