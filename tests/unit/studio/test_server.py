import os
import subprocess
from pathlib import Path

import pytest

from tagger.errors import StudioError
from tagger.studio import server


def test_a_process_is_told_from_others_without_any_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    born = server._born(os.getpid())
    assert born and born == server._born(os.getpid()) != server._born(1)


def test_a_process_that_ended_is_gone_also_before_anyone_asks_for_its_result() -> None:
    process = subprocess.Popen(["/bin/sh", "-c", "read line"], stdin=subprocess.PIPE)
    assert server._born(process.pid)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert server._born(process.pid) is None
    process.communicate()
    assert server._born(process.pid) is None


def test_nothing_is_started_where_it_can_not_be_told_from_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: str(path) != "/proc/self/stat" and real(path))
    monkeypatch.setattr(server, "find_server", lambda: Path("/bin/false"))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(StudioError, match="`ps`"):
        server._launch(tmp_path, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_can_not_be_remembered_is_not_left_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "label-studio"
    fake.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    fake.chmod(0o755)
    monkeypatch.setattr(server, "find_server", lambda: fake)
    (tmp_path / "studio" / "server.json").mkdir(parents=True)  # nothing can be written there, as on a full disk
    with pytest.raises(IsADirectoryError):
        server._launch(tmp_path / "studio", 1)
    assert not (tmp_path / "pid").exists() or server._born(int((tmp_path / "pid").read_text() or "0")) is None
