"""The name under which a person speaks."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.unit.steps.desk import open_desk


def test_a_name_is_kept_as_it_is_read_again(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w") as desk:
        desk.suggest("p1", "habitat:sea")
    shell = Shell(tmp_path / "w")
    shell("review", "accept", "p1", "--by", "  Ánn   Lee ")
    with contextlib.closing(sqlite3.connect(tmp_path / "w" / "tagger.db")) as db:
        assert {row[0] for row in db.execute("SELECT decider FROM decisions")} == {"Ánn Lee"}


@pytest.mark.parametrize("given", ["", "\u2028", "Ann\u2028Lee", "Ann\tLee", "Ann\udcffLee", "Ánn\x1b"])
def test_what_can_not_be_read_as_it_stands_is_no_name(tmp_path: Path, given: str) -> None:
    with open_desk(tmp_path / "w") as desk:
        desk.suggest("p1", "habitat:sea")
    assert "no name to decide under" in Shell(tmp_path / "w").fails("review", "accept", "p1", "--by", given)
