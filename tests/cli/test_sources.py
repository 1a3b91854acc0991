"""What goes in and out as files, as users run it."""

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Shell

Rows = Callable[..., str]
SET = "version: 1\ndimensions:\n  - {id: d, required: false, tags: [{id: x}, {id: y}]}\n"


@pytest.mark.parametrize(
    "source",
    ["~nosuchuser/x", "http://a..b/", "HTTP://ann:secret@127.0.0.1:1/x", "http://xn--/", "http://127.0.0.1:1/\udcff"],
)
def test_a_source_that_can_not_be_read_is_one_line_without_passwords(shell: Shell, source: str) -> None:
    told = shell.fails("ingest", source)
    assert "can't" in told and "secret" not in told


def test_a_table_that_is_none_is_one_line(shell: Shell) -> None:
    assert "line 1: it is not valid CSV" in shell.fails("ingest", "-", stdin='"title,abstract\nfoo,bar\n')


def test_what_was_assumed_or_changed_is_noted(shell: Shell, rows: Rows) -> None:
    page = "Daily Papers\n\nA Paper\n\n" + "word " * 50 + "\n"
    assert "note: no day stands above 1 of the papers" in shell("ingest", "-", stdin=page).stderr
    assert shell("ingest", "-", "--digest", "2026-08-07", stdin=page).stderr == ""
    moved = shell("ingest", "-", "--digest", "2026-08-08", stdin=page)
    assert moved.stderr == "note: the digest of 2026-08-07 is that of 2026-08-08 now\n"
    assert "1 unchanged" in moved.stdout


def test_tags_that_an_export_leaves_out_are_noted(shell: Shell, rows: Rows) -> None:
    (shell.folder / "tags.yaml").write_text(SET)
    row = {"id": "p", "annotator": "ann", "d": ["x", "y"]}
    told = shell("annotations", "import", "-", stdin=rows({**row, "title": "T"}, {**row, "d": ["y", "x"]}))
    assert "note: line 2: ann on p again, as on line 1; this one counts" in told.stderr
    (shell.folder / "tags.yaml").write_text(SET.replace(", {id: y}", ""))
    exported = shell("annotations", "export")
    assert json.loads(exported.stdout)["d"] == ["x"] and "d:y (1)" in exported.stderr
    assert shell.json("annotations", "export")["left_out"] == {"d:y": 1}
    assert shell.json("annotations", "import", "-", stdin=exported.stdout)["unchanged"] == 1
