"""The local server: started, stopped, killed, robbed of its token; and what people see in it."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import time
from pathlib import Path

import pytest

from tagger.domain.model import no_progress
from tagger.errors import StudioError
from tagger.studio import installation
from tagger.studio.server import Server, server_status, start_server, stop_server
from tests.contract.conftest import RunningServer, free_port

pytestmark = [pytest.mark.slow, pytest.mark.studio]


def start(folder: Path, port: int | None = None) -> Server:
    return start_server(folder, port=port, progress=no_progress)


def test_it_listens_on_loopback_alone_with_secrets_only_its_owner_reads(server: RunningServer) -> None:
    status = server_status(server.folder)
    assert status.running and status.url == server.url and server.url.startswith("http://127.0.0.1:")
    for name in ("token", "password"):
        assert stat.S_IMODE((server.folder / name).stat().st_mode) == 0o600
    pid = json.loads((server.folder / "server.json").read_text())["pid"]
    secret = (server.folder / "password").read_text().strip()
    assert secret not in Path(f"/proc/{pid}/cmdline").read_text()
    environment = Path(f"/proc/{pid}/environ").read_text().split("\0")
    assert {"COLLECT_ANALYTICS=false", "SENTRY_DSN=", "FRONTEND_SENTRY_DSN=", "LATEST_VERSION_CHECK=false"} <= set(
        environment
    )
    port = int(server.url.rsplit(":", 1)[1])
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"]
    assert f"0100007F:{port:04X}" in listening and f"00000000:{port:04X}" not in listening


def test_a_second_start_uses_the_running_one(server: RunningServer) -> None:
    began = time.monotonic()
    assert start(server.folder).url == server.url
    assert time.monotonic() - began < 5
    with pytest.raises(StudioError, match="runs on port"):
        start(server.folder, port=1)


def test_it_comes_back_after_a_crash_where_it_was(own_server: Path) -> None:
    first = start(own_server)
    token = first.token_file.read_text()
    os.killpg(json.loads((own_server / "server.json").read_text())["pid"], signal.SIGKILL)
    time.sleep(0.5)
    assert not server_status(own_server).running
    again = start(own_server)
    assert (again.url, again.token_file.read_text()) == (first.url, token)
    assert stop_server(own_server) and not stop_server(own_server)
    assert not server_status(own_server).running


def test_a_lost_token_is_replaced_and_a_taken_port_avoided(own_server: Path) -> None:
    first = start(own_server)
    assert stop_server(own_server)
    (own_server / "token").unlink()
    with socket.create_server(("127.0.0.1", int(first.url.rsplit(":", 1)[1]))):
        second = start(own_server)
    assert second.url != first.url
    assert second.token_file.read_text().count(".") == 2, "this is no whole token"
    with pytest.raises(StudioError, match="runs on port"):
        start(own_server, port=free_port())


def test_another_process_with_its_number_is_not_taken_for_it(tmp_path: Path) -> None:
    record = {"port": 1, "pid": os.getpid(), "born": "Thu Jan  1 00:00:00 1970"}
    (tmp_path / "server.json").write_text(json.dumps(record))
    assert not server_status(tmp_path).running
    assert not stop_server(tmp_path)


def test_nothing_is_installed_by_surprise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(installation.VENV_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(StudioError, match="tagger studio install"):
        start(tmp_path)
    assert not (tmp_path / "nowhere").exists()


def test_a_server_that_dies_tells_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "venv" / "bin" / "label-studio"
    fake.parent.mkdir(parents=True)
    fake.write_text("#!/bin/sh\necho 'the disk is on fire' >&2\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setenv(installation.VENV_VARIABLE, str(tmp_path / "venv"))
    with pytest.raises(StudioError, match="the disk is on fire"):
        start(tmp_path)
