"""Whatever command is killed, at whatever moment, or refused by the system: nothing is lost, and it can be run again.

`TAGGER_KILLS=300 pytest tests/crash` kills 300 times; `TAGGER_KILL_SEED` gives other moments.
"""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.nursery import End, Job, Nursery
from tests.crash.workspaces import COMMANDS, Story, state, tell

FEW = len(COMMANDS)
KILLS = int(os.environ.get("TAGGER_KILLS", FEW))
SEED = int(os.environ.get("TAGGER_KILL_SEED", "20260807"))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    nursery = Nursery()
    yield tell(tmp_path_factory.mktemp("killed"), nursery)
    nursery.close()


def faults(story: Story, workspace: Path) -> list[str]:
    """Return what doctor finds wrong; a folder in which no `init` got to its end is no workspace yet."""
    told = story.nursery.run(Job(str(workspace), ("doctor", "--json")))
    wrong = [f"{f['what']}: {f['detail']}" for f in json.loads(told.output)["findings"] if not f["ok"]]
    if not (workspace / "tagger.toml").exists():
        wrong = [fault for fault in wrong if "is no tagger workspace" not in fault]
    return wrong


def check_that_nothing_is_lost(story: Story, name: str, workspace: Path, ended: End) -> None:
    wrong = faults(story, workspace)
    if wrong and name == "restore" and ended.code < 0:  # there is no moment at which both files and database change
        assert wrong[0].startswith("restore: a restore of "), wrong
        told = story.nursery.run(Job(str(workspace), ("status",)))
        assert (told.code, told.errors.count("\n")) == (1, 1) and "backup.zip` ends it" in told.errors, told
    else:
        assert wrong == [], (name, ended)
    again = story.nursery.run(Job(str(workspace), COMMANDS[name]))
    gone = name == "remove" and again.code == 1 and "there is no model version 'starter'" in again.errors
    assert again.code == 0 or gone, (name, ended, again)
    if KILLS > FEW:  # where the state is that of an undisturbed one, little else can be wrong
        assert faults(story, workspace) == [], (name, ended, again)
    found, expected = state(workspace), state(story.after(name))
    assert found.keys() == expected.keys(), (name, ended)
    for part, content in expected.items():
        assert found[part] == content, (name, ended, part)


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_command_that_is_killed_and_run_again_leaves_what_an_undisturbed_one_does(story: Story, kill: int) -> None:
    rng = random.Random(SEED + kill)
    name = list(COMMANDS)[kill % len(COMMANDS)]
    moments = story.ends[name].moments
    assert moments > 2, "it changes something"
    fatal, delay_s = rng.randint(1, moments), rng.choice([0, 0, rng.uniform(1e-5, 2e-3)])
    workspace = story.copy(name)
    ended = story.nursery.run(Job(str(workspace), COMMANDS[name], fatal=fatal, delay_s=delay_s))
    assert ended.code < 0 or delay_s, (name, fatal, ended)
    check_that_nothing_is_lost(story, name, workspace, ended)


@pytest.mark.parametrize(
    "name", ["ingest", "publish", "merge", "import", "export", "bulk", "backup", "restore", "migrate"]
)
def test_a_disk_that_is_full_is_one_line_and_loses_nothing(story: Story, name: str) -> None:
    rng = random.Random(f"{SEED} {name}")
    largest = max(p.stat().st_size for p in story.after(name).rglob("*") if p.is_file() and "starter" not in str(p))
    for most_bytes in (0, rng.randrange(largest)):
        workspace = story.copy(name)
        ended = story.nursery.run(Job(str(workspace), COMMANDS[name], most_bytes=most_bytes))
        assert (ended.code == 1 and ended.errors.count("\n") == 1) or ended.code == 0, (most_bytes, ended)
        assert most_bytes or ended.code == 1
        check_that_nothing_is_lost(story, name, workspace, ended)


@pytest.mark.parametrize(
    "name", ["init", "ingest", "archive", "retire", "export", "bulk", "backup", "restore", "migrate", "promote"]
)
def test_folders_that_may_not_be_written_are_one_line_and_stay_as_they_are(story: Story, name: str) -> None:
    workspace = story.copy(name)
    paths = [workspace, *workspace.rglob("*")]
    before = state(workspace)
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    ended = story.nursery.run(Job(str(workspace), COMMANDS[name], privileged=False))
    for path, mode in modes.items():
        path.chmod(mode)
    assert (ended.code, ended.errors.count("\n")) == (1, 1), ended
    assert state(workspace) == before
    check_that_nothing_is_lost(story, name, workspace, ended)


@pytest.mark.slow
def test_an_export_that_is_killed_leaves_nothing_or_all_of_it(story: Story) -> None:
    arguments = ("models", "export", "starter", "--output", "exported")

    def exported(workspace: Path) -> set[str]:
        return {str(path.relative_to(workspace)) for path in (workspace / "exported").rglob("*")}

    workspace = story.copy("promote")
    whole = story.nursery.run(Job(str(workspace), arguments))
    assert whole.code == 0, whole
    expected = exported(workspace)
    rng = random.Random(SEED)
    for _ in range(2 + KILLS // 100):
        workspace = story.copy("promote")
        ended = story.nursery.run(Job(str(workspace), arguments, fatal=rng.randint(1, whole.moments)))
        assert ended.code < 0, ended
        assert exported(workspace) in (set(), expected) and faults(story, workspace) == []
        again = story.nursery.run(Job(str(workspace), arguments))
        assert again.code == 0 or "is there already" in again.errors, again
        assert exported(workspace) == expected and not list(workspace.glob(".*.tagger"))
