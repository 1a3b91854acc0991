"""``tagger report`` as people and scripts call it."""

import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.conftest import ROOT


def test_without_labels_the_page_says_what_is_missing(shell: Shell) -> None:
    said = shell("report").stdout
    assert "0 annotated papers are too few to hold some out" in said
    assert "Nobody has annotated papers here" in said
    assert "Whether suggestions change from week to week can't be told yet" in said
    assert said.splitlines()[-1] == "Written to report.html"
    shown = (shell.folder / "report.html").read_text()
    assert "Label 5 more in Label Studio" in shown and "<img" not in shown


def test_open_shows_the_page_in_the_browser(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = shell.folder / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {shell.folder / "shown"}\n')
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    shell("report", "--out", "out/page.html", "--open")
    assert (shell.folder / "shown").read_text().strip() == (shell.folder / "out" / "page.html").as_uri()


@pytest.mark.slow
def test_the_terminal_and_json_tell_what_the_page_tells(shell: Shell, tmp_path: Path) -> None:
    rows = (ROOT / "examples" / "annotations_invented.jsonl").read_text().splitlines()[:30]
    twice = [row | {"annotator": "second"} for row in map(json.loads, rows[:6])]
    (tmp_path / "labels.jsonl").write_text("\n".join([*rows, *map(json.dumps, twice)]))
    shell("annotations", "import", "labels.jsonl")
    document = shell.json("report", "--folds", "2")
    shown = (tmp_path / "report.html").read_text()
    titles = [section["title"] for section in document["sections"]]
    assert titles[:2] == ["How good it is", "Learning curve"] and titles[-2:] == ["Agreement between people", "Drift"]
    assert all(f">{title}</h2>" in shown for title in titles)
    assert document["evaluation"]["papers"] == 30
    assert "On 6 papers that several people annotated" in document["sections"][-2]["says"]
    assert shown.count("<img") >= 9
