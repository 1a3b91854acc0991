"""What can go wrong around a Label Studio, does: one command later all is there again, nothing lost, nothing doubled.

docs/label_studio.md lists the cases and names the tests.
"""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tagger.domain.labels import Annotation, Suggestion
from tagger.domain.model import ModelVersion, no_progress
from tagger.domain.paper import Entry, Paper
from tagger.errors import StoreError, StudioError
from tagger.steps.pull import pull
from tagger.steps.push import push
from tagger.steps.studio import open_linked_project, studio_status
from tagger.steps.workspace import Workspace, open_workspace
from tagger.studio import project as project_room
from tagger.studio import tasks as tasks_room
from tagger.studio.annotations import restore_annotation
from tagger.studio.payloads import task_data
from tagger.studio.tasks import create_tasks, find_tasks
from tests.contract.conftest import CuttingProxy, Person, RunningServer
from tests.contract.test_loop import PAPERS, TAGS, now, said, send, suggest, take, tasks, workspace_at

pytestmark = [pytest.mark.slow, pytest.mark.studio]
PUSH = [sys.executable, "-m", "tagger"]


@pytest.fixture
def shared(server: RunningServer, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with six papers and a project of its own on the shared server."""
    with workspace_at(tmp_path, server.url, server.token) as opened:
        yield opened


def all_tasks(workspace: Workspace) -> dict[str, list[int]]:
    with open_linked_project(workspace, studio_status(workspace.settings), now=now(), rebuild=False) as (project, _):
        return find_tasks(project, [p.id for p in workspace.store.papers.all()])


def double(workspace: Workspace, paper: Paper) -> int:
    """Give a paper a second task, as a push from another machine would that began at the same moment."""
    with open_linked_project(workspace, studio_status(workspace.settings), now=now(), rebuild=False) as (project, _):
        data: Any = [{"data": task_data(Entry(paper), None, workspace.tag_set)}]
        project.client.projects.import_tasks(project.id, request=data)
        return find_tasks(project, [paper.id])[paper.id][-1]


def project_of(workspace: Workspace) -> int:
    found = studio_status(workspace.settings, workspace.store).project
    assert found is not None
    return found


def in_full(workspace: Workspace) -> None:
    """Claim that a further push and pull find nothing to do, and that every paper has one task."""
    again, taken = send(workspace), take(workspace)
    assert (again.created, again.updated, again.suggestions, again.restored) == (0, 0, 0, 0)
    assert (taken.annotations, taken.decisions, taken.withdrawn, taken.problems) == (0, 0, 0, [])
    assert {p.id for p in workspace.store.papers.all()} == set(all_tasks(workspace))
    assert all(len(ids) == 1 for ids in all_tasks(workspace).values())


def test_two_pushes_at_once_send_every_paper_once(shared: Workspace) -> None:
    many = [Paper(f"m-{i}", f"Title {i}", "Abstract") for i in range(400)]
    with shared.store.write():
        shared.store.papers.save([Entry(p) for p in many], now())
    command = [*PUSH, "--workspace", str(shared.settings.folder), "push", "--json"]
    pushes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for running in pushes:
        _, error = running.communicate(timeout=120)
        assert running.returncode == 0, error.decode()
    assert {len(ids) for ids in all_tasks(shared).values()} == {1}
    in_full(shared)


def test_labels_on_both_tasks_of_a_doubled_paper_are_kept(shared: Workspace, curator: Person, second: Person) -> None:
    send(shared)
    first = tasks(shared)["p-0"]
    other = double(shared, PAPERS[0])
    curator.annotate(first, {"habitat": ["sea"]})
    second.annotate(other, {"habitat": ["forest"]})
    assert take(shared).annotations == 2
    assert send(shared).restored == 0, "a label that was there was put back"
    assert all_tasks(shared)["p-0"] == [first, other], "a task with a label on it was removed"
    assert (take(shared).annotations, take(shared).withdrawn) == (0, 0)
    assert said(shared)["p-0"] == {curator.email: ["sea"], second.email: ["forest"]}


def test_a_double_that_nobody_touched_is_removed_and_one_in_work_is_not(shared: Workspace, curator: Person) -> None:
    send(shared)
    double(shared, PAPERS[1])
    in_work = double(shared, PAPERS[2])
    result = [{"from_name": "habitat", "to_name": "abstract", "type": "choices", "value": {"choices": ["sea"]}}]
    curator.call("POST", f"/api/tasks/{in_work}/drafts", result=result, lead_time=1)
    send(shared)
    assert len(all_tasks(shared)["p-1"]) == 1
    assert all_tasks(shared)["p-2"] == [in_work], "someone's draft was thrown away"


def test_a_request_that_arrives_after_the_client_gave_up_doubles_nothing(
    server: RunningServer, proxy: CuttingProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks_room, "LOOK_PAUSE_S", 0.5)
    with workspace_at(tmp_path, proxy.url, server.token) as workspace:
        monkeypatch.setitem(project_room.ONCE, "timeout_in_seconds", 1)
        proxy.delay(b"/import HTTP", 4)
        with pytest.raises(StudioError, match="in time"):
            send(workspace)
        proxy.cut(None)
        monkeypatch.setitem(project_room.ONCE, "timeout_in_seconds", 60)
        send(workspace)  # sends them again, as none has arrived; the first request is still on its way
        wait_for(lambda: {len(ids) for ids in all_tasks(workspace).values()} == {2})
        send(workspace)
        in_full(workspace)


def wait_for(condition: Callable[[], bool], timeout_s: float = 30) -> None:
    import time

    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "that didn't happen in time"
        time.sleep(0.2)


def test_requests_that_a_line_repeats_double_nothing(
    server: RunningServer, proxy: CuttingProxy, tmp_path: Path, curator: Person
) -> None:
    with workspace_at(tmp_path, proxy.url, server.token) as workspace:
        suggest(workspace, PAPERS[3], "sea")
        imported = Annotation("p-1", "ann", now(), {"habitat": ("sea",)})
        with workspace.store.write():
            workspace.store.labels.annotate([imported], source="file", tag_set_version=1, now=now())
        proxy.repeat(b"POST /api/")
        sent = send(workspace)
        assert (sent.created, sent.suggestions, sent.restored) == (6, 1, 1) and proxy.cuts >= 3
        proxy.cut(None)
        send(workspace)
        task = curator.call("GET", f"/api/tasks/{tasks(workspace)['p-3']}/")
        assert len(task["predictions"]) == 1
        assert len(curator.call("GET", f"/api/tasks/{tasks(workspace)['p-1']}/")["annotations"]) == 1
        in_full(workspace)
        assert said(workspace) == {"p-1": {"ann": ["sea"]}}


@pytest.mark.parametrize("marker", [b"GET /api/tasks", b"/import HTTP", b"POST /api/token/refresh"])
def test_an_answer_that_breaks_off_is_one_line_and_the_next_push_goes_on(
    server: RunningServer, proxy: CuttingProxy, tmp_path: Path, marker: bytes
) -> None:
    with workspace_at(tmp_path, proxy.url, server.token) as workspace:
        proxy.halve(marker)
        with contextlib.suppress(StudioError):
            send(workspace)
        assert proxy.cuts
        proxy.cut(None)
        send(workspace)
        in_full(workspace)


def test_a_push_killed_right_after_it_put_a_label_back_takes_it_for_nobody_elses(shared: Workspace) -> None:
    send(shared)
    imported = Annotation("p-4", "ann", now(), {"habitat": ("sea", "forest")})
    with shared.store.write():
        shared.store.labels.annotate([imported], source="file", tag_set_version=1, now=now())
    with open_linked_project(shared, studio_status(shared.settings), now=now(), rebuild=False) as (project, _):
        restore_annotation(project, find_tasks(project, ["p-4"])["p-4"][0], imported)
    assert take(shared).annotations == 0
    assert said(shared)["p-4"] == {"ann": ["sea", "forest"]}
    in_full(shared)


def test_a_text_corrected_between_a_cut_push_and_the_next_is_shown(shared: Workspace, curator: Person) -> None:
    with open_linked_project(shared, studio_status(shared.settings), now=now(), rebuild=False) as (project, _):
        data = [task_data(Entry(p), None, shared.tag_set) for p in PAPERS]
        list(create_tasks(project, data, no_progress))  # and here the push was killed
    with shared.store.write():
        shared.store.papers.save([Entry(replace(PAPERS[0], abstract="Corrected"))], now())
    assert send(shared).updated == len(PAPERS), "what a task shows isn't known, so all are brought up to date"
    assert curator.call("GET", f"/api/tasks/{tasks(shared)['p-0']}/")["data"]["abstract"] == "Corrected"
    in_full(shared)


def test_a_page_opened_before_new_suggestions_came_can_still_be_submitted(shared: Workspace, curator: Person) -> None:
    suggest(shared, PAPERS[0], "sea")
    send(shared)
    task = tasks(shared)["p-0"]
    (open_page,) = curator.call("GET", f"/api/tasks/{task}/")["predictions"]
    later = Suggestion("p-0", "m2", now(), {"habitat": ("forest",)}, {"habitat": {"forest": 0.9}}, needs_review=True)
    with shared.store.write():
        shared.store.models.save(ModelVersion("m2", now(), "minilm", 1, "f", "d", 5))
        shared.store.models.promote("m2", now())
        shared.store.suggestions.save([(PAPERS[0], later)])
    assert send(shared).suggestions == 1
    curator.annotate(task, {"habitat": ["sea"]}, parent_prediction=open_page["id"])
    take(shared)
    assert said(shared)["p-0"] == {curator.email: ["sea"]}
    assert {(d.tag, d.verdict, d.model) for d in shared.store.labels.decisions()["p-0"]} == {("sea", "accepted", "m1")}


def test_a_page_edited_by_hand_is_reset_and_what_was_made_with_it_stays(shared: Workspace, curator: Person) -> None:
    send(shared)
    project, task = project_of(shared), tasks(shared)["p-0"]
    page = curator.call("GET", f"/api/projects/{project}/")["label_config"]
    note = '<TextArea name="note" toName="abstract"/>'
    mood_control = '<Choices name="mood" toName="abstract"><Choice value="good"/></Choices>'
    edited = page[: page.rindex("</View>")] + note + mood_control + "</View>"
    curator.call("PATCH", f"/api/projects/{project}/", label_config=edited)
    own = {"from_name": "habitat", "to_name": "abstract", "type": "choices", "value": {"choices": ["sea"]}}
    mood = {"from_name": "mood", "to_name": "abstract", "type": "choices", "value": {"choices": ["good"]}}
    text = {"from_name": "note", "to_name": "abstract", "type": "textarea", "value": {"text": ["hello"]}}
    curator.call("POST", f"/api/tasks/{task}/annotations/", result=[own, mood, text])
    stray = {**own, "from_name": "stray"}  # over the API a control need not even be on the page
    curator.call("POST", f"/api/tasks/{tasks(shared)['p-1']}/annotations/", result=[stray])
    send(shared)
    present = curator.call("GET", f"/api/projects/{project}/")["label_config"]
    shown, _, hidden = present.rpartition('<View style="display:none">')
    assert page.startswith(shown) and all(f'name="{name}"' in hidden for name in ("mood", "stray"))
    taken = take(shared)
    assert said(shared) == {"p-0": {curator.email: ["sea"]}}, "an unknown control was taken for a label"
    assert any("mood" in problem for problem in taken.problems) and any("stray" in p for p in taken.problems)
    send(shared)
    assert curator.call("GET", f"/api/projects/{project}/")["label_config"] == present
    kept = curator.call("GET", f"/api/tasks/{task}/")["annotations"][0]["result"]
    assert [item["from_name"] for item in kept] == ["habitat", "mood", "note"]


def test_labels_a_wrong_tag_set_could_not_read_are_taken_once_it_is_put_right(
    shared: Workspace, curator: Person
) -> None:
    send(shared)
    curator.annotate(tasks(shared)["p-0"], {"habitat": ["sea", "forest"]})
    curator.annotate(tasks(shared)["p-1"], {"habitat": ["forest"]})
    file = shared.settings.tag_set_file
    file.write_text(TAGS.replace("{id: forest, name: Forest}, ", ""))
    with open_workspace(shared.settings.folder) as wrong:
        assert take(wrong).problems
        assert said(wrong) == {"p-0": {curator.email: ["sea"]}}
    file.write_text(TAGS)
    with open_workspace(shared.settings.folder) as right:
        assert take(right).problems == []
        assert said(right) == {"p-0": {curator.email: ["sea", "forest"]}, "p-1": {curator.email: ["forest"]}}
        in_full(right)


def test_a_label_for_a_paper_that_comes_later_is_taken_then(shared: Workspace, curator: Person) -> None:
    send(shared)
    stranger = Paper("late", "A title", "An abstract")
    curator.annotate(double(shared, stranger), {"habitat": ["sea"]})
    assert any("late" in problem for problem in take(shared).problems)
    with shared.store.write():
        shared.store.papers.save([Entry(stranger)], now())
    assert (take(shared).annotations, take(shared).problems) == (1, [])
    assert send(shared).updated == 1, "what another machine's task shows isn't known, so it is brought up to date"
    in_full(shared)


def test_a_label_its_server_did_not_count_as_a_change_is_taken(
    server: RunningServer, shared: Workspace, curator: Person
) -> None:
    send(shared)
    curator.annotate(tasks(shared)["p-0"], {"habitat": ["sea"]})
    take(shared)
    task = tasks(shared)["p-1"]
    curator.annotate(task, {"habitat": ["forest"]})
    # It died after it saved the annotation, and before it said so at the task.
    with contextlib.closing(sqlite3.connect(server.folder / "data" / "label_studio.sqlite3", timeout=30)) as db, db:
        db.execute("UPDATE task SET updated_at = created_at, total_annotations = 0 WHERE id = ?", [task])
    assert take(shared).annotations == 1
    assert said(shared)["p-1"] == {curator.email: ["forest"]}
    in_full(shared)


def test_a_full_disk_here_loses_nothing(shared: Workspace, curator: Person) -> None:
    send(shared)
    for paper_id, task in tasks(shared).items():
        curator.annotate(task, {"habitat": ["sea"]} if paper_id != "p-5" else {"habitat": ["forest"]})
    long = [Paper(f"l-{i}", f"Title {i}", "A long abstract. " * 200) for i in range(30)]
    with shared.store.write():
        shared.store.papers.save([Entry(p) for p in long], now())
    db = shared.store._db.conn
    free, pages = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count"))
    db.execute(f"PRAGMA max_page_count = {pages - free}")
    fill(db)
    with pytest.raises(StoreError, match="full"):
        push(shared, now=now(), progress=no_progress)
    with pytest.raises(StoreError, match="full"):
        pull(shared, now=now(), progress=no_progress)
    db.execute("PRAGMA max_page_count = 1000000")
    take(shared)
    expected = {p.id: {curator.email: ["forest" if p.id == "p-5" else "sea"]} for p in PAPERS}
    assert {paper: people for paper, people in said(shared).items() if paper in expected} == expected
    send(shared)
    in_full(shared)


def fill(db: sqlite3.Connection) -> None:
    """Use up what is left on the pages that push and pull write to."""
    said = "INSERT INTO annotations VALUES (NULL, 'l-0', 'filler', '2020-01-01', '{}', 1, 0, 1, 'file', '2020-01-01')"
    for row in ("INSERT INTO studio_tasks SELECT 1, 100000 + max(task_id), 'p-0', 'x' FROM studio_tasks", said):
        with contextlib.suppress(sqlite3.OperationalError):
            for _ in range(10_000):
                with db:
                    db.execute(row)
