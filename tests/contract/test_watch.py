"""`tagger studio watch` on a real server: what people do arrives by itself, and a lost call loses nothing."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tagger.domain.model import no_progress
from tagger.errors import StudioError
from tagger.steps.studio import start_studio
from tagger.steps.watch import Watch
from tagger.steps.workspace import Workspace
from tagger.studio.server import start_server, stop_server
from tests.contract.conftest import Person, RunningServer, sign_in
from tests.contract.test_failures import project_of, wait_for
from tests.contract.test_loop import PAPERS, now, said, send, tasks, workspace_at

pytestmark = [pytest.mark.slow, pytest.mark.studio]
HOUR_S = 3600.0


@pytest.fixture
def shared(server: RunningServer, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace whose papers are on the shared server, to which it is connected with --url."""
    with workspace_at(tmp_path, server.url, server.token) as opened:
        send(opened)
        yield opened


@contextlib.contextmanager
def watching(workspace: Workspace, every_s: float = HOUR_S, retrain_after: int | None = None) -> Iterator[list[str]]:
    """Watch while the context lasts; yields the lines that were told so far."""
    told: list[str] = []
    watch = Watch(
        workspace.settings.folder, every_s=every_s, retrain_after=retrain_after, tell=told.append, progress=no_progress
    )
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        yield told
    finally:
        watch.stop.set()
        thread.join(timeout=120)
        assert not thread.is_alive()


def webhooks(workspace: Workspace, person: Person) -> list[Any]:
    return list(person.call("GET", f"/api/webhooks/?project={project_of(workspace)}"))


def has(workspace: Workspace, paper_id: str, said_by: dict[str, list[str]]) -> Callable[[], bool]:
    return lambda: said(workspace).get(paper_id) == said_by


def test_an_annotation_arrives_within_seconds_and_the_webhook_goes_with_the_watcher(
    shared: Workspace, curator: Person
) -> None:
    stale = {"url": "http://127.0.0.1:9/tagger/nudge", "project": project_of(shared), "send_for_all_actions": True}
    curator.call("POST", "/api/webhooks/", **stale)
    ids = tasks(shared)
    with watching(shared) as told:
        wait_for(lambda: [w["url"] != stale["url"] for w in webhooks(shared, curator)] == [True])
        made = curator.annotate(ids["p-0"], {"habitat": ["sea"]})
        wait_for(has(shared, "p-0", {curator.email: ["sea"]}))
        curator.change(made, {"habitat": ["forest"]})
        wait_for(has(shared, "p-0", {curator.email: ["forest"]}))
        curator.call("DELETE", f"/api/annotations/{made}/")
        wait_for(has(shared, "p-0", {}))
        with pytest.raises(StudioError, match="another"):
            Watch(shared.settings.folder, every_s=1, retrain_after=None, tell=told.append, progress=no_progress).run()
    assert webhooks(shared, curator) == []
    assert sum("took annotations: 1" in line for line in told) == 2 and any("1 withdrawn" in line for line in told)


def test_nobody_elses_call_has_it_work_and_what_a_call_says_is_not_believed(shared: Workspace, curator: Person) -> None:
    with watching(shared) as told:
        wait_for(lambda: len(webhooks(shared, curator)) == 1)
        (webhook,) = webhooks(shared, curator)
        made = {"action": "ANNOTATION_CREATED", "annotation": {"id": 1, "task": tasks(shared)["p-1"], "result": []}}
        assert httpx.post(webhook["url"], json=made, trust_env=False).status_code == 404
        assert httpx.post(webhook["url"], headers={"X-Tagger-Secret": "guess"}, trust_env=False).status_code == 404
        wrong_path = webhook["url"].replace("nudge", "other")
        assert httpx.post(wrong_path, headers=webhook["headers"], trust_env=False).status_code == 404
        assert httpx.post(webhook["url"], json=made, headers=webhook["headers"], trust_env=False).status_code == 204
    assert said(shared) == {} and told == []


def test_a_call_that_is_lost_is_made_up_for_by_the_next_pull(shared: Workspace, curator: Person) -> None:
    with watching(shared, every_s=2):
        wait_for(lambda: len(webhooks(shared, curator)) == 1)
        curator.call("DELETE", f"/api/webhooks/{webhooks(shared, curator)[0]['id']}/")
        curator.annotate(tasks(shared)["p-2"], {"habitat": ["sea"]})
        wait_for(has(shared, "p-2", {curator.email: ["sea"]}))
        wait_for(lambda: len(webhooks(shared, curator)) == 1)
    assert said(shared)["p-2"] == {curator.email: ["sea"]}
    assert webhooks(shared, curator) == [], "it is still called after it ended"


def test_it_trains_when_enough_is_new(shared: Workspace, curator: Person) -> None:
    ids = tasks(shared)
    with watching(shared, retrain_after=4) as told:
        wait_for(lambda: len(webhooks(shared, curator)) == 1)
        for number, paper in enumerate(PAPERS[:4]):
            curator.annotate(ids[paper.id], {"habitat": ["sea" if number % 2 else "forest"]})
        wait_for(lambda: any(line.startswith("trained ") for line in told), timeout_s=240)
    name = shared.store.models.current_name()
    assert name is not None and [line.split()[1] for line in told if line.startswith("trained ")] == [name]
    version = shared.store.models.find(name)
    assert version is not None and version.papers == 4


def test_a_server_that_goes_away_is_told_once_and_watched_on_when_it_is_back(
    server: RunningServer, own_server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tagger.steps import watch as watch_step

    monkeypatch.setattr(watch_step, "RETRY_S", 0.5)
    with workspace_at(tmp_path, server.url, server.token) as workspace:
        status = start_studio(workspace, now=now(), progress=no_progress)
        send(workspace)
        with watching(workspace, every_s=1) as told:
            wait_for(lambda: workspace.store.studio.project("local") is not None)
            stop_server(own_server)
            wait_for(lambda: any("tagger studio start" in line for line in told))
            again = start_server(own_server, port=None, progress=no_progress)
            with sign_in(again.url, str(status.login), (own_server / "password").read_text().strip()) as person:
                person.annotate(tasks(workspace)["p-3"], {"habitat": ["sea"]})
            wait_for(has(workspace, "p-3", {str(status.login): ["sea"]}))
        assert sum("watching on" in line for line in told) <= 2, told
        assert told.count("going on") >= 1


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_ends_in_order(shared: Workspace, curator: Person, ending: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tagger", "--workspace", str(shared.settings.folder), "studio", "watch", "--json"]
    told = tmp_path / "told"
    with told.open("wb") as stream:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream, env=dict(os.environ))
    try:
        wait_for(lambda: len(webhooks(shared, curator)) == 1, timeout_s=60)
        curator.annotate(tasks(shared)["p-4"], {"habitat": ["sea"]})
        wait_for(has(shared, "p-4", {curator.email: ["sea"]}))
        wait_for(lambda: b"took annotations" in told.read_bytes())  # what is saved is counted a moment later
        running.send_signal(ending)
        out, _ = running.communicate(timeout=30)
    finally:
        running.kill()
    err = told.read_bytes()
    assert (running.returncode, json.loads(out)["annotations"]) == (0, 1), err.decode()
    assert b"took annotations: 1" in err and b"Traceback" not in err
    assert webhooks(shared, curator) == []
