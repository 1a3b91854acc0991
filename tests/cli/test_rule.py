"""Accepting by a precision from the command line: the rule's table, the blind check, the budget."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.conftest import ROOT
from tests.unit.steps.desk import DAY, Desk, open_desk
from tests.unit.steps.test_models import write_manifest
from tests.unit.steps.test_rule import write_model

TABLE = """\
The rule precision>=0.95 of the model version m1: on; none checked blind yet.

tag          from  bound  right out of fold  reached by  blind
───────────  ────  ─────  ─────────────────  ──────────  ─────
habitat:sea  0.90  own           450 of 450         90%      -

2 tags without a bound: people decide.
Next: tagger review accept --rule
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as made:
        write_model(write_manifest(made))
        made.suggest("p1", "habitat:sea", "diet:plants")
        made.suggest("p2", "habitat:sea", sure=False)
        yield made


@pytest.fixture
def shell(desk: Desk) -> Shell:
    return Shell(desk.workspace.settings.folder)


def test_the_rules_table_tells_bounds_and_how_they_were_found(shell: Shell) -> None:
    assert shell("review", "rule").stdout == TABLE
    found = shell.json("review", "rule", "--target", "0.9")
    assert (found["rule"], found["off"]) == ("precision>=0.9", False)
    sea = next(tag for tag in found["tags"] if tag["tag"] == "sea")
    assert (sea["how"], sea["bound"], sea["right"], sea["seen"], sea["coverage"]) == ("own", 0.9, 450, 450, 0.9)


def test_the_rule_accepts_draws_and_the_blind_check_is_done_from_the_terminal(shell: Shell) -> None:
    assert "Accepted 2 tags of 2 papers by the rule precision>=0.95; 0 wholly, 1 tag left to people" in (
        shell("review", "accept", "--rule", "--sample", "1", "--by", "ann").stdout
    )
    assert shell.json("review", "accept", "--rule", "--sample", "1", "--by", "ann")["decisions"] == 0
    listed = shell("review", "list")
    assert listed.stdout == "Nothing awaits review.\nTo judge blind: 2 papers; tagger review audit\n"
    queued = shell("queue").stdout
    assert queued == "There is nothing left to label.\n", "what a paper would teach tells what is suggested for it"
    blind = shell("review", "audit").stdout
    assert "p1  Title of p1\n    An abstract\n" in blind and "sea" not in blind
    assert {paper["id"] for paper in shell.json("review", "audit")["papers"]} == {"p1", "p2"}
    assert shell.json("review", "audit", "p1", "--tags", "habitat:sea,plants", "--by", "bob") == {"id": "p1", "left": 1}
    assert "isn't to be judged blind" in shell.fails("review", "audit", "p1", "--tags", "sea")
    assert "habitat needs a tag" in shell.fails("review", "audit", "p2", "--tags", "")
    state = shell("status").stdout
    assert "rule precision>=0.95: 2 tags accepted, 1 of 1 checked blind were right: 100 % (2 to 100 %)" in state
    assert "to judge blind: 1 paper (tagger review audit)" in state
    (rule,) = shell.json("status")["rules"]
    assert (rule["accepted"], rule["right"], rule["judged"], rule["awaited"], rule["off"]) == (2, 1, 1, 1, False)
    shell("publish", "--digest", str(DAY), "--out", "site", "--withhold")
    assert json.loads((shell.folder / "site" / "digest.json").read_text())["blind_checks"] is None


def test_a_budget_picks_papers_and_tells_the_time(shell: Shell, desk: Desk) -> None:
    for i in range(20):
        desk.suggest(f"q{i}", "habitat:sea")
    found = shell.json("review", "list", "--minutes", "2")
    assert 0 < found["waiting"] < 22 and found["seconds"] <= 120 and found["expected_errors"] > 0
    assert "About 2 min at 15 s a paper and 4 s a tag; some" in shell("review", "list", "--minutes", "2").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["accept", "--rule", "p1"],
        ["accept", "--rule", "--all-sure"],
        ["accept", "--rule", "--sample", "0"],
        ["accept", "--rule", "--target", "1"],
        ["audit", "p1"],
        ["audit", "--tags", "sea"],
        ["audit", "p1", "--tags", "sea", "--skip"],
        ["list", "--minutes", "0"],
    ],
)
def test_what_makes_no_sense_is_wrong_usage(shell: Shell, arguments: list[str]) -> None:
    assert shell("review", *arguments, code=2).stdout == ""


def test_status_and_list_stay_light_where_a_rule_ran(shell: Shell) -> None:
    shell("review", "accept", "--rule", "--sample", "1", "--by", "ann")
    code = """
import sys
from tagger.cli.app import app
for arguments in (["status"], ["review", "list", "--minutes", "5"], ["review", "rule"]):
    try:
        app(arguments)
    except SystemExit:
        pass
print(sorted({"numpy", "scipy", "sklearn", "torch"} & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=shell.folder, env={"PYTHONPATH": str(ROOT)}
    )
    assert done.stderr.strip() == "[]", done.stderr
