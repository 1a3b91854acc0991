"""A server that is killed, full, of another time or version, or robbed of its token; and ten thousand papers in one.

docs/label_studio.md lists the cases and names the tests.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tagger.domain.labels import Decision, Suggestion
from tagger.domain.model import ModelVersion, no_progress
from tagger.domain.paper import Entry, Paper
from tagger.errors import StudioError
from tagger.liveness import birth as started_at
from tagger.steps.doctor import examine
from tagger.steps.init import init
from tagger.steps.push import push
from tagger.steps.studio import StudioStatus, open_linked_project, start_studio, studio_status
from tagger.steps.workspace import Workspace, open_workspace
from tagger.studio import installation
from tagger.studio.installation import TESTED_VERSION
from tagger.studio.server import server_status, start_server, stop_server
from tagger.studio.tasks import find_tasks
from tests.conftest import NOW
from tests.contract.conftest import CuttingProxy, Person, RunningServer, sign_in
from tests.contract.test_failures import all_tasks, in_full, wait_for
from tests.contract.test_loop import PAPERS, TAGS, now, said, send, take, tasks, workspace_at

pytestmark = [pytest.mark.slow, pytest.mark.studio]


@contextmanager
def local_workspace(folder: Path, papers: list[Paper]) -> Iterator[Workspace]:
    """Open a workspace beside a stopped server's folder."""
    (folder / "tags-source.yaml").write_text(TAGS)
    init(folder, folder / "tags-source.yaml", NOW)
    with open_workspace(folder) as workspace:
        with workspace.store.write():
            workspace.store.papers.save([Entry(p) for p in papers], now())
        yield workspace


def start(workspace: Workspace) -> StudioStatus:
    return start_studio(workspace, now=now(), progress=no_progress)


def pid_of(folder: Path) -> int:
    return int(json.loads((folder / "server.json").read_text())["pid"])


def kill(folder: Path) -> None:
    """Kill a server, and wait until it is gone: it answers no more some time before that."""
    pid = pid_of(folder)
    os.killpg(pid, signal.SIGKILL)
    wait_for(lambda: started_at(pid) is None)
    assert not server_status(folder).running


@contextmanager
def person_of(workspace: Workspace, status: StudioStatus) -> Iterator[Person]:
    password = (workspace.settings.studio / "password").read_text().strip()
    with sign_in(status.url, str(status.login), password) as person:
        yield person


def test_a_server_killed_in_the_middle_of_an_import_ends_with_every_paper_once(
    own_server: Path, tmp_path: Path
) -> None:
    many = [Paper(f"k-{i}", f"Title {i}", "An abstract. " * 100) for i in range(1500)]
    with local_workspace(tmp_path, many) as workspace:
        start(workspace)

        killing = threading.Timer(0.15, kill, [own_server])

        def kill_soon(what: str, done: int, total: int) -> None:
            if what == "sending papers" and done == 500:
                killing.start()

        with pytest.raises(StudioError, match="studio start"):
            push(workspace, now=now(), progress=kill_soon)
        killing.join()
        start(workspace)
        assert 0 < len(all_tasks(workspace)) < 1500, "the import wasn't cut in the middle"
        send(workspace)
        in_full(workspace)


def test_a_server_whose_disk_is_full_loses_nothing(own_server: Path, tmp_path: Path) -> None:
    with local_workspace(tmp_path, PAPERS) as workspace:
        status = start(workspace)
        send(workspace)
        with person_of(workspace, status) as person:
            person.annotate(tasks(workspace)["p-0"], {"habitat": ["sea"]})
            many = [Paper(f"f-{i}", f"Title {i}", "An abstract. " * 400) for i in range(500)]
            with workspace.store.write():
                workspace.store.papers.save([Entry(p) for p in many], now())
            pid, unlimited = pid_of(own_server), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            files = [f.stat().st_size for f in own_server.rglob("*") if f.is_file()]
            limit = max(files) + 200_000
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            with pytest.raises(StudioError, match=r"answers 5\d\d|reach"):
                send(workspace)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
        start(workspace)
        send(workspace)
        take(workspace)
        assert said(workspace) == {"p-0": {str(status.login): ["sea"]}}
        in_full(workspace)


def test_a_revoked_token_is_told_and_replaced_by_start(own_server: Path, tmp_path: Path) -> None:
    with local_workspace(tmp_path, PAPERS) as workspace:
        status = start(workspace)
        former = status.token_file.read_text().strip()
        with person_of(workspace, status) as person:
            person.call("POST", "/api/token/blacklist/", refresh=former)
        with pytest.raises(StudioError, match="`tagger studio start` makes a new one"):
            send(workspace)
        start(workspace)
        assert status.token_file.read_text().strip() != former
        send(workspace)
        in_full(workspace)


def test_two_workspaces_that_start_at_once_have_a_server_each(own_server: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(own_server, other)
    found: dict[Path, str] = {}

    def start_one(folder: Path) -> None:
        found[folder] = start_server(folder, port=None, progress=no_progress).url

    starts = [threading.Thread(target=start_one, args=(folder,)) for folder in (own_server, other)]
    try:
        for thread in starts:
            thread.start()
        for thread in starts:
            thread.join()
        assert len(set(found.values())) == 2, found
        assert {pid_of(own_server), pid_of(other)} == {pid for f in found if (pid := pid_of(f))}
        assert all(server_status(folder).running for folder in found)
    finally:
        stop_server(other)


@pytest.fixture
def server_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have servers run by a clock of their own; returns a function that sets it, as in "+1d"."""
    faketime, real = shutil.which("faketime"), installation.find_server()
    if faketime is None:
        pytest.skip("needs faketime, a package of Debian, to give a server another clock")
    assert real is not None
    offset = tmp_path / "offset"
    wrapper = tmp_path / "venv" / "bin" / "label-studio"
    wrapper.parent.mkdir(parents=True)
    settings = f"FAKETIME_TIMESTAMP_FILE={offset} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1"
    # Without `faketime` itself in between, whose shared memory would outlive a kill.
    library = next(Path("/usr/lib").rglob("libfaketimeMT.so.1"))
    wrapper.write_text(f'#!/bin/sh\nexport {settings} LD_PRELOAD={library}\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv(installation.VENV_VARIABLE, str(tmp_path / "venv"))

    def set_time(text: str) -> None:
        offset.write_text(text + "\n")
        time.sleep(1.5)

    set_time("+0")
    return set_time


def test_the_last_word_counts_and_nothing_is_missed_whatever_the_servers_clock_says(
    own_server: Path, tmp_path: Path, server_time: Callable[[str], None]
) -> None:
    def holds(paper_id: str) -> list[str]:
        return [tag.tag for tag in workspace.states([paper_id])[paper_id].effective]

    def annotate(paper_id: str, tags: list[str]) -> None:
        with person_of(workspace, status) as person:  # a session may end when the clock jumps
            person.annotate(tasks(workspace)[paper_id], {"habitat": tags})

    def decide(paper_id: str, tag: str) -> None:
        said = Decision(paper_id, "habitat", tag, "accepted", "someone", now())
        with workspace.store.write():
            workspace.store.labels.decide([said], now())

    with local_workspace(tmp_path, PAPERS) as workspace:
        server_time("+1d")
        status = start(workspace)
        send(workspace)
        annotate("p-0", ["sea"])
        assert take(workspace).annotations == 1
        decide("p-0", "forest")
        assert holds("p-0") == ["forest", "sea"], "an annotation of tomorrow outlasts what was decided after it"

        server_time("+0")  # it is set right: the cursor is of tomorrow, and so is the token
        start(workspace)
        annotate("p-1", ["forest"])
        assert take(workspace).annotations == 1, "what was done after the clock went back is missed"

        server_time("-1d")
        start(workspace)
        decide("p-2", "sea")
        annotate("p-2", ["forest"])
        assert take(workspace).annotations == 1
        assert holds("p-2") == ["forest"], "an annotation of yesterday gives way to what was decided before it"
        with person_of(workspace, status) as person:
            (made,) = person.call("GET", f"/api/tasks/{tasks(workspace)['p-2']}/")["annotations"]
            person.call("DELETE", f"/api/annotations/{made['id']}/")
        assert take(workspace).withdrawn == 1 and said(workspace)["p-2"] == {}
        latest = [a.at for found in workspace.store.labels.annotations().values() for a in found]
        assert all(abs(at - now()) < timedelta(hours=1) for at in latest)
        server_time("+0")
        in_full(workspace)


def test_another_version_is_used_with_a_note_and_an_old_one_refused(
    server: RunningServer, proxy: CuttingProxy, tmp_path: Path
) -> None:
    release = b'{"release": "%s"'
    with workspace_at(tmp_path, server.url, server.token) as workspace:
        token_file = tmp_path / "token"
        assert not any("Label Studio is of" in finding.detail for finding in examine(tmp_path))

        def connect() -> StudioStatus:
            return start_studio(workspace, url=proxy.url, token_file=token_file, now=now(), progress=no_progress)

        proxy.replaced = (release % TESTED_VERSION.encode(), release % b"1.99.0")
        assert connect().note == f"Label Studio is of version 1.99.0; tested is {TESTED_VERSION}"
        assert any("1.99.0" in finding.detail and finding.ok for finding in examine(tmp_path))
        proxy.replaced = (release % TESTED_VERSION.encode(), release % b"1.17.9")
        with pytest.raises(StudioError, match=r"1\.17\.9; before 1\.18\.0"):
            connect()
        assert any("1.17.9" in finding.detail and not finding.ok for finding in examine(tmp_path))
        proxy.replaced = (b"", b"")
        assert connect().note == ""


def test_doctor_sees_a_project_that_drifted_and_changes_nothing_there(
    server: RunningServer, tmp_path: Path, curator: Person
) -> None:
    def found() -> tuple[str, str]:
        (finding,) = (f for f in examine(tmp_path) if f.code == "project")
        return finding.level, finding.detail

    with workspace_at(tmp_path, server.url, server.token) as workspace:
        project = studio_status(workspace.settings, workspace.store).project
        address = f"/api/projects/{project}/"
        assert found() == ("ok", f"project {project} asks for the tag set's tags")
        page = curator.call("GET", address)["label_config"]
        mood = '<Choices name="mood" toName="abstract"><Choice value="good"/></Choices>'
        further = page[: page.rindex("</View>")] + mood + "</View>"
        curator.call("PATCH", address, label_config=further)
        assert found()[0] == "ok"
        edited = page.replace('alias="sea"', 'alias="ocean"')
        assert edited != page
        curator.call("PATCH", address, label_config=edited)
        assert found()[0] == "note" and "asks for other tags than the tag set" in found()[1]
        assert curator.call("GET", address)["label_config"] == edited
        send(workspace)
        assert found()[0] == "ok"
        curator.call("DELETE", address)
        assert found()[0] == "wrong" and "`tagger push` makes it again" in found()[1]


def task_of(workspace: Workspace, paper_id: str) -> int:
    status = studio_status(workspace.settings)
    with open_linked_project(workspace, status, now=now(), rebuild=False) as (project, _):
        return find_tasks(project, [paper_id])[paper_id][0]


def test_thousands_of_papers_are_sent_and_taken_in_bounded_memory(
    server: RunningServer, tmp_path: Path, curator: Person
) -> None:
    many = [Paper(f"t-{i}", f"Title {i}", "An abstract of some length. " * 40) for i in range(2_500)]
    with workspace_at(tmp_path, server.url, server.token) as workspace:
        scores = {"habitat": {"sea": 0.9, "forest": 0.1, "cs.CV": 0.1}, "diet.v2": {"plants": 0.2, "3d": 0.1}}
        made = [Suggestion(p.id, "m1", now(), {"habitat": ("sea",)}, scores, needs_review=True) for p in many]
        with workspace.store.write():
            workspace.store.papers.save([Entry(p) for p in many], now())
            workspace.store.models.save(ModelVersion("m1", now(), "minilm", 1, "f", "d", 5))
            workspace.store.models.promote("m1", now())
            workspace.store.suggestions.save(zip(many, made, strict=True))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        sent = send(workspace)
        assert (sent.created, sent.suggestions) == (2_506, 2_500)
        for number in (1, 1_250, 2_499):
            curator.annotate(task_of(workspace, f"t-{number}"), {"habitat": ["sea"]})
        assert take(workspace).annotations == 3
        assert (send(workspace).created, take(workspace).annotations) == (0, 0)
        unit = 2**20 if sys.platform == "darwin" else 2**10
        grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / unit
    assert grown_mb < 200
