import os
import subprocess

import pytest

from tagger.liveness import birth


def test_a_process_is_told_from_others_without_any_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    born = birth(os.getpid())
    assert born and born == birth(os.getpid()) != birth(1)


def test_a_process_that_ended_is_gone_also_before_anyone_asks_for_its_result() -> None:
    process = subprocess.Popen(["/bin/sh", "-c", "read line"], stdin=subprocess.PIPE)
    assert birth(process.pid)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert birth(process.pid) is None
    process.communicate()
    assert birth(process.pid) is None
