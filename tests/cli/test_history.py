import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tagger.domain.run import Process, Run
from tagger.store import Runs
from tests.cli.conftest import Shell
from tests.conftest import ROOT

Rows = Callable[..., str]
TOLD = "tagger: interrupted. Nothing is half-written; run it again to go on\n"
PAPER = {"id": "2405.14906", "title": "A title", "abstract": "An abstract."}


def test_what_ran_is_told_with_its_outcome_and_reason(shell: Shell, rows: Rows) -> None:
    shell("ingest", "-", stdin=rows(PAPER))
    shell.fails("ingest", "missing.jsonl")
    shell("status", "--nonsense", code=2)
    found = shell.json("history")["runs"]
    assert [(run["command"], run["outcome"]) for run in found] == [
        ("status --nonsense", "failed"),
        ("ingest missing.jsonl", "failed"),
        ("ingest -", "done"),
        ("init", "done"),
    ]
    assert found[1]["told"].startswith("can't read missing.jsonl")
    assert found[2]["told"].startswith("1 paper")
    assert len({run["id"] for run in found}) == 4 and all(run["seconds"] > 0 for run in found)


def test_for_people_there_is_a_table_and_below_it_what_failed(shell: Shell) -> None:
    shell.fails("ingest", "missing.jsonl")
    lines = shell("history").stdout.splitlines()
    assert lines[0].split() == ["began", "took", "ended", "run", "command"]
    assert " failed " in lines[2] and lines[2].endswith("ingest missing.jsonl") and " done " in lines[3]
    run_id = lines[2].split()[5]
    assert lines[4].startswith(f"{run_id}: can't read missing.jsonl") and len(lines) == 5
    told = shell("history", run_id).stdout
    assert "can't read missing.jsonl" in told and "tagger ingest missing.jsonl" in told


def test_runs_are_found_by_day_by_command_and_by_how_they_ended(shell: Shell) -> None:
    shell("status")
    shell.fails("review", "list", "--digest", "2020-01-01")
    today = datetime.now().astimezone().date()
    assert [r["command"] for r in shell.json("history", "review", "list")["runs"]] == [
        "review list --digest 2020-01-01"
    ]
    assert [r["outcome"] for r in shell.json("history", "--failed")["runs"]] == ["failed"]
    assert shell.json("history", "--since", str(today), "--until", str(today), "status")["found"] == 1
    assert shell.json("history", "--until", str(today - timedelta(days=1)))["found"] == 0
    assert shell.json("history", "--since", str(today + timedelta(days=1)))["runs"] == []
    assert shell.json("history", "--limit", "1")["found"] > 1
    assert shell("history", "nothing").stdout == "no such run\n"
    shell("--workspace", str(shell.folder), "stats")
    assert shell.json("history", "stats")["runs"][0]["command"] == "stats"


def test_a_command_that_was_killed_is_told_from_one_that_runs(shell: Shell) -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "tagger", "ingest", "-"], cwd=shell.folder, stdin=subprocess.PIPE, env=environment()
    )
    try:
        while not (found := shell.json("history", "ingest")["runs"]):
            assert waiting.poll() is None
        assert found[0]["outcome"] == "running" and found[0]["seconds"] is None
        waiting.send_signal(signal.SIGKILL)
        waiting.wait()
        assert shell.json("history", "ingest")["runs"][0]["outcome"] == "killed"
    finally:
        waiting.kill()
        waiting.communicate()


def test_a_command_that_is_interrupted_says_so(shell: Shell) -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "tagger", "ingest", "-"],
        cwd=shell.folder,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # what runs in the background ignores it
    )
    while not shell.json("history", "ingest")["runs"]:
        assert waiting.poll() is None
    waiting.send_signal(signal.SIGINT)
    _, told = waiting.communicate(timeout=30)
    assert (waiting.returncode, told) == (130, TOLD.encode())
    assert shell.json("history", "ingest")["runs"][0]["outcome"] == "interrupted"


@pytest.mark.parametrize("module", ["typer", "tagger.cli.loop", "tagger.steps.ingest", "sqlite3", "yaml"])
def test_ctrl_c_is_one_line_also_while_something_loads(shell: Shell, module: str) -> None:
    code = f"""
import os, signal, sys
def interrupt(event, arguments):
    if event == "import" and arguments[0] == {module!r}:
        os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.addaudithook(interrupt)
sys.argv = ["tagger", "ingest", "-"]
from tagger.cli import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=shell.folder,
        input=json.dumps(PAPER),
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert (done.returncode, done.stderr) == (130, TOLD)


def test_neither_passwords_nor_tokens_get_into_it(shell: Shell) -> None:
    shell.fails("ingest", "http://ann:secret1@127.0.0.1:9/feed?token=secret2")
    shell("-v", "ingest", "http://ann:secret1@127.0.0.1:9/feed?token=secret2", code=1)
    kept = b"".join(path.read_bytes() for path in shell.folder.glob("history.db*"))
    assert b"127.0.0.1:9/feed" in kept and b"secret" not in kept


def test_no_command_fails_because_its_history_is_damaged(shell: Shell) -> None:
    (shell.folder / "history.db").write_bytes(b"no database" * 1000)
    assert shell("status").stderr == ""
    assert "the history isn't kept: can't use the history" in shell("-v", "status").stderr
    assert "can't use the history" in shell.fails("history")


def test_what_others_wrote_into_it_is_one_line(shell: Shell) -> None:
    with closing(sqlite3.connect(shell.folder / "history.db")) as db, db:
        db.execute("UPDATE runs SET began_at = 'yesterday'")
    assert "can't use the history" in shell.fails("history")


def test_a_name_that_is_no_text_is_kept_as_far_as_it_can_be(shell: Shell) -> None:
    shell("ingest", "nofile\udcff.jsonl", code=1)
    (run,) = shell.json("history", "ingest")["runs"]
    assert run["outcome"] == "failed" and run["told"].startswith("can't read nofile")


def test_a_day_that_no_clock_shows_is_one_line(shell: Shell) -> None:
    assert "no clock shows a time so far away" in shell.fails("history", "--until", "9999-12-31")


def test_outside_a_workspace_nothing_is_kept(empty: Shell) -> None:
    empty.fails("status")
    empty.fails("history")
    assert list(empty.folder.iterdir()) == []


def test_help_is_no_run(shell: Shell) -> None:
    shell("ingest", "--help")
    assert shell.json("history")["found"] == 1


def test_the_oldest_go(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "history.db")
    at = datetime.fromisoformat("2026-08-07T09:30:00+00:00")
    for number in range(3):
        runs.begin(Run(f"{number:08x}", "status", "0.1.0", Process(1, ""), at))
    with closing(sqlite3.connect(tmp_path / "history.db")) as db, db:
        db.execute("UPDATE runs SET seq = seq + 10000 WHERE seq > 1")
    runs.begin(Run("ffffffff", "status", "0.1.0", Process(1, ""), at))
    assert [run.id for run in runs.between(None, None)] == ["ffffffff", "00000002", "00000001"]


def test_logs_are_json_a_document_a_line_under_the_runs_id(shell: Shell, rows: Rows) -> None:
    logged = shell("--log-json", "-vv", "ingest", "-", stdin=rows(PAPER)).stderr
    documents = [json.loads(line) for line in logged.splitlines()]
    assert "committed" in {d["message"] for d in documents}
    assert {d["run"] for d in documents} == {shell.json("history", "ingest")["runs"][0]["id"]}
    assert all(datetime.fromisoformat(d["time"]).tzinfo for d in documents)
    assert all(d["seconds"] >= 0 for d in documents if d["message"] == "committed")


def test_without_being_asked_nothing_is_logged(shell: Shell) -> None:
    assert shell("status").stderr == ""


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}
