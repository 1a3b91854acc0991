"""`tagger review` in a terminal of its own, as people start it."""

import os
import pty
import select
import signal
import sys
import time

import pytest

from tests.cli.conftest import Shell
from tests.conftest import ROOT

PAPERS = '{"id": "p1", "title": "A talk of text"}\n{"id": "p2", "title": "Another one of text"}\n'
PATIENCE_S = 60


@pytest.fixture
def waiting(shell: Shell) -> Shell:
    shell("ingest", "-", "--digest", "2026-08-07", stdin=PAPERS)
    assert shell.json("predict")["new"] == 2
    return shell


def test_where_there_is_no_terminal_the_list_is_printed(waiting: Shell) -> None:
    assert waiting("review").stdout == waiting("review", "list").stdout
    assert waiting("review", "--digest", "2026-08-07").stdout == waiting("review", "list").stdout
    assert waiting.json("review") == waiting.json("review", "list")
    assert "Usage: tagger review" in waiting("review", "--by", "bob", "list", code=2).stderr


def test_a_verdict_is_kept_though_the_terminal_is_killed(waiting: Shell) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(waiting.folder)
        env = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
        os.execve(sys.executable, [sys.executable, "-m", "tagger", "review", "--by", "bob"], env)
    try:
        seen = _read_until(terminal, b"2 to go")
        assert b"A talk of text" in seen
        os.write(terminal, b"s")
        _read_until(terminal, b"1 to go")
        os.kill(child, signal.SIGKILL)
    finally:
        os.close(terminal)
        os.waitpid(child, 0)
    found = waiting.json("review", "list")
    assert [paper["id"] for paper in found["papers"]] == ["p2"]
    assert waiting.json("doctor")["ok"]


def _read_until(terminal: int, wanted: bytes) -> bytes:
    seen = b""
    end = time.monotonic() + PATIENCE_S
    while wanted not in seen:
        assert time.monotonic() < end, seen[-2000:]
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 65536)
    return seen
