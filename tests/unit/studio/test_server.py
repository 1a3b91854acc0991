from pathlib import Path

import pytest

from tagger.errors import StudioError
from tagger.studio import server


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
    assert not (tmp_path / "pid").exists() or server._birth(int((tmp_path / "pid").read_text() or "0")) is None
