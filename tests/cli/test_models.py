"""`models compare|promote|remove` and what `status` tells of drift."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.conftest import NOW
from tests.unit.steps.desk import DAY, MODEL, open_desk
from tests.unit.steps.test_models import write_manifest


def test_status_tells_what_changed_in_the_latest_week(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w") as desk:
        for number in range(25):
            desk.suggest(f"old{number}", "habitat:sea", day=DAY)
            desk.suggest(f"new{number}", "habitat:forest", day=DAY + timedelta(weeks=1))
    shell = Shell(tmp_path / "w")
    text = shell("status").stdout
    assert "Drift in week 2026-W33 (25 papers), against the 25 papers before it:" in text
    assert "  habitat:sea on 0% of the papers, 100% before\n" in text
    drift = shell.json("status")["drift"]
    assert [week["papers"] for week in drift["weeks"]] == [25, 25]


def test_the_current_version_is_not_removed_and_another_is(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w") as desk:
        write_manifest(desk)
        write_manifest(desk, "m2")
        with desk.workspace.store.write():
            desk.workspace.store.models.save(MODEL)
            desk.workspace.store.models.promote(MODEL.name, NOW)
    shell = Shell(tmp_path / "w")
    assert "m1 is the current model version" in shell.fails("models", "remove", "m1")
    assert "there is no model version 'm3'" in shell.fails("models", "remove", "m3")
    assert "there is no model version '../w'" in shell.fails("models", "remove", "../w")
    shell("models", "remove", "m2")
    assert [path.name for path in (tmp_path / "w" / "models").iterdir()] == ["m1"]
    assert (tmp_path / "w" / "tagger.db").exists()


def test_what_can_not_be_compared_says_what_it_takes(shell: Shell) -> None:
    line = shell.fails("models", "compare", "starter")
    assert "starter and starter can't be compared. It takes 20 reviewed papers" in line
    assert "there is no model version 'x'" in shell.fails("models", "compare", "x")


@pytest.mark.slow
def test_a_new_version_is_replayed_and_promoted_only_if_it_is_not_worse(tmp_path: Path) -> None:
    """The starter has read hundreds of papers; a version that learnt from two dozen in plain SetFit's way has not."""
    from tests.conftest import ROOT

    shell = Shell(tmp_path)
    shell("init")
    lines = (ROOT / "examples" / "annotations_invented.jsonl").read_text().splitlines(keepends=True)
    shell("annotations", "import", "-", stdin="".join(lines[:24]))
    trained = shell.json("train", "--recipe", "setfit", "--minutes", "0.1")
    assert trained["comparison"]["papers"] == 24 and "micro F1" in trained["comparison"]["worse"]
    assert not trained["promoted"] and shell.json("status")["model"] == "starter"
    refused = shell.fails("models", "promote", trained["model"])
    assert "does worse than starter in micro F1" in refused and "--force" in refused
    text = shell("models", "compare", trained["model"]).stdout
    assert "starter and" in text and "mended" in text and max(map(len, text.splitlines()[:-1])) <= 80
    shell("models", "promote", trained["model"], "--force")
    assert shell.json("status")["model"] == trained["model"]
    back = shell.json("models", "promote", "starter")
    assert back["comparison"]["worse"] == [] and shell.json("status")["model"] == "starter"
