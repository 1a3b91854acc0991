"""Streams, names and folders that the system refuses: one line and exit code 1, never a traceback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.conftest import ROOT


def run(shell: Shell, script: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a shell script in which ``$tagger`` is the command."""
    kept = os.environ | {"PYTHONPATH": str(ROOT), "tagger": f"{sys.executable} -m tagger"} | env
    done = subprocess.run(["sh", "-c", script], cwd=shell.folder, env=kept, capture_output=True)
    assert b"Traceback" not in done.stderr and b"Exception ignored" not in done.stderr, done.stderr.decode()
    return done


def test_output_is_utf_8_whatever_the_terminal_says(shell: Shell) -> None:
    done = run(shell, "$tagger tags list && $tagger status --json", PYTHONIOENCODING="cp1252")
    assert done.returncode == 0 and "─" in done.stdout.decode("utf-8")


def test_closed_streams_are_empty_ones(shell: Shell) -> None:
    (shell.folder / "papers.jsonl").write_text('{"title": "T"}\n')
    assert run(shell, "$tagger ingest papers.jsonl <&-").returncode == 0
    assert shell.json("status")["papers"] == 1
    assert run(shell, "$tagger status >&- 2>&-").returncode == 0


def test_a_full_disk_is_one_line(shell: Shell) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    for command in ("status", "annotations export", "tags list --json"):
        (shell.folder / "label.jsonl").write_text(
            json.dumps({"id": "p", "annotator": "a", "skip": True, "title": "T", "abstract": ""})
        )
        run(shell, "$tagger annotations import label.jsonl")
        done = run(shell, f"$tagger {command} > /dev/full")
        assert (done.returncode, done.stderr) == (1, b"tagger: No space left on device\n")


def test_a_reader_that_goes_away_ends_the_command_silently(shell: Shell) -> None:
    done = run(shell, "{ $tagger tags list; echo $? >&2; } | true")
    assert done.stderr in (b"0\n", b"1\n")


def test_bytes_that_are_no_text_are_no_name(shell: Shell) -> None:
    done = run(shell, "$tagger review accept \"$(printf '\\377')\"")
    assert done.returncode == 1 and b"there is no paper '\\udcff'" in done.stderr
    shell("ingest", "-", stdin='{"id": "p1", "title": "T"}\n')
    done = run(shell, "$tagger review accept p1 --tag text --by \"$(printf '\\377')\"")
    assert done.returncode == 1 and b"no name to decide under" in done.stderr


def test_a_folder_of_no_text_is_shown_in_json(shell: Shell) -> None:
    done = run(shell, "$tagger init \"$(printf 'w\\377')\" --json")
    assert done.returncode == 0 and json.loads(done.stdout)["workspace"].endswith("w\udcff")


def test_what_may_not_be_read_is_one_line_and_a_finding(shell: Shell) -> None:
    (shell.folder / "studio").write_text("a file where a folder should be")
    shutil.rmtree(shell.folder / "models")
    (shell.folder / "models").write_text("a file where a folder should be")
    for command in ("start", "status"):
        assert "can't use" in shell.fails("studio", command)
    wrong = {f["what"] for f in shell.json("doctor", code=1)["findings"] if not f["ok"]}
    assert "server" in wrong


def test_init_says_what_it_did(empty: Shell) -> None:
    assert "Made a workspace" in empty("init", "w").stdout
    assert "was a workspace already" in empty("init", "w").stdout
    assert empty.json("init", "w")["made"] is False


@pytest.mark.parametrize("seed", ["-1", "99999999999", "x"])
def test_a_seed_that_no_generator_takes_is_wrong_usage(shell: Shell, seed: str) -> None:
    assert "--seed" in shell("evaluate", "--seed", seed, code=2).stderr
