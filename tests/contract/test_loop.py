"""Push and pull between a real store and a real server, with everything that goes wrong around one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from tagger.domain.labels import Annotation, Suggestion, standing_annotations
from tagger.domain.model import ModelVersion, no_progress
from tagger.domain.paper import Entry, Paper
from tagger.errors import StudioError
from tagger.steps.init import init
from tagger.steps.pull import Pulled, pull
from tagger.steps.push import Pushed, push
from tagger.steps.studio import open_linked_project, start_studio, studio_status
from tagger.steps.workspace import Workspace, open_workspace
from tagger.studio.annotations import restore_annotation
from tagger.studio.connection import ProjectGone
from tagger.studio.server import stop_server
from tagger.studio.tasks import find_tasks
from tests.conftest import NOW
from tests.contract.conftest import CuttingProxy, Person, RunningServer

pytestmark = [pytest.mark.slow, pytest.mark.studio]

TAGS = """\
version: 1
dimensions:
  - {id: habitat, question: "Where <does> it & its kin live?", required: true, tags: [
      {id: sea, name: The sea, means: Salt water}, {id: forest, name: Forest}, {id: cs.CV, name: "Odd \\"id\\""}]}
  - {id: diet.v2, question: "What does it eat?", required: false, tags: [{id: plants}, {id: 3d, name: 3D}]}
"""
PAPERS = [
    Paper(f"p-{i}", f"Title {i} <b>bold</b> & more", f"Abstract {i} with <script>alert(1)</script>") for i in range(6)
]


def now() -> datetime:
    return datetime.now().astimezone()


@contextmanager
def workspace_at(folder: Path, url: str, token: str) -> Iterator[Workspace]:
    (folder / "tags-source.yaml").write_text(TAGS)
    (folder / "token").write_text(token)
    init(folder, folder / "tags-source.yaml", NOW)
    with open_workspace(folder) as workspace:
        with workspace.store.write():
            workspace.store.papers.save([Entry(p, date(2026, 8, 7)) for p in PAPERS], now())
        start_studio(workspace, url=url, token_file=folder / "token", now=now(), progress=no_progress)
        yield workspace


@pytest.fixture
def workspace(server: RunningServer, tmp_path: Path) -> Iterator[Workspace]:
    with workspace_at(tmp_path, server.url, server.token) as opened:
        yield opened


def send(workspace: Workspace) -> Pushed:
    return push(workspace, now=now(), progress=no_progress)


def take(workspace: Workspace) -> Pulled:
    return pull(workspace, now=now(), progress=no_progress)


def tasks(workspace: Workspace) -> dict[str, int]:
    status = studio_status(workspace.settings)
    with open_linked_project(workspace, status, now=now(), rebuild=False) as (project, _):
        found = find_tasks(project, [p.id for p in PAPERS])
    assert all(len(ids) == 1 for ids in found.values()), f"a paper is there twice: {found}"
    return {paper_id: ids[0] for paper_id, ids in found.items()}


def said(workspace: Workspace) -> dict[str, dict[str, list[str] | str]]:
    """Return what stands: by paper and annotator the habitat's tags, or "skip"."""
    return {
        paper_id: {
            a.annotator: "skip" if a.skipped else list(a.tags.get("habitat", ())) for a in standing_annotations(found)
        }
        for paper_id, found in workspace.store.labels.annotations().items()
    }


def suggest(workspace: Workspace, paper: Paper, *tags: str, score: float = 0.9, sure: bool = False) -> None:
    version = ModelVersion("m1", now(), "minilm", 1, "f", "d", 5)
    scores = {
        "habitat": {t: score if t in tags else 0.1 for t in ("sea", "forest", "cs.CV")},
        "diet.v2": {"plants": 0.2, "3d": 0.1},
    }
    made = Suggestion(paper.id, "m1", now(), {"habitat": tags, "diet.v2": ()}, scores, needs_review=not sure)
    with workspace.store.write():
        workspace.store.models.save(version)
        workspace.store.models.promote("m1", now())
        workspace.store.suggestions.save([(paper, made)])


def test_a_second_push_sends_nothing(workspace: Workspace) -> None:
    assert send(workspace).created == 6
    again = send(workspace)
    assert (again.created, again.existing, again.suggestions, again.restored) == (0, 6, 0, 0)
    assert set(tasks(workspace)) == {p.id for p in PAPERS}


def test_two_annotators_a_skip_a_change_and_a_deletion_are_all_taken(
    workspace: Workspace, curator: Person, second: Person
) -> None:
    send(workspace)
    ids = tasks(workspace)
    first = curator.annotate(ids["p-0"], {"habitat": ["sea"], "diet.v2": ["3d"]})
    curator.annotate(ids["p-1"], {"habitat": ["forest", "cs.CV"]})
    second.annotate(ids["p-1"], {"habitat": ["sea"]})
    second.annotate(ids["p-2"], {}, was_cancelled=True)
    assert take(workspace).annotations == 4
    expected: dict[str, dict[str, list[str] | str]] = {
        "p-0": {curator.email: ["sea"]},
        "p-1": {curator.email: ["forest", "cs.CV"], second.email: ["sea"]},
        "p-2": {second.email: "skip"},
    }
    assert said(workspace) == expected
    assert take(workspace).annotations == 0

    curator.change(first, {"habitat": ["forest"]})
    changed = take(workspace)
    assert (changed.annotations, changed.withdrawn) == (1, 0)
    assert said(workspace)["p-0"] == {curator.email: ["forest"]}

    curator.call("DELETE", f"/api/annotations/{first}/")
    assert take(workspace).withdrawn == 1
    assert said(workspace)["p-0"] == {}
    assert send(workspace).restored == 0, "what a person deleted was put back"
    assert take(workspace).withdrawn == 0
    assert len(workspace.store.labels.annotations()["p-0"]) == 3, "history was lost"


def test_suggestions_are_prefilled_and_what_reviewers_do_comes_back(workspace: Workspace, curator: Person) -> None:
    suggest(workspace, PAPERS[3], "sea", "forest")
    assert send(workspace).suggestions == 1
    assert send(workspace).suggestions == 0
    task = tasks(workspace)["p-3"]
    shown = curator.call("GET", f"/api/tasks/{task}/")["predictions"]
    assert [p["model_version"] for p in shown] == ["m1"]
    assert shown[0]["result"][0]["value"]["choices"] == ["sea", "forest"]
    curator.annotate(task, {"habitat": ["sea", "cs.CV"]}, parent_prediction=shown[0]["id"])
    assert take(workspace).decisions == 3
    decisions = {d.tag: (d.verdict, d.by, d.model) for d in workspace.store.labels.decisions()["p-3"]}
    assert decisions == {
        "sea": ("accepted", curator.email, "m1"),
        "cs.CV": ("accepted", curator.email, None),
        "forest": ("rejected", curator.email, "m1"),
    }
    state = workspace.states(["p-3"])["p-3"]
    assert [t.tag for t in state.effective] == ["cs.CV", "sea"] and state.status == "decided"


def test_a_corrected_paper_is_corrected_on_the_server(workspace: Workspace, curator: Person) -> None:
    send(workspace)
    with workspace.store.write():
        workspace.store.papers.save([Entry(replace(PAPERS[0], abstract="Corrected"))], now())
    assert send(workspace).updated == 1
    assert curator.call("GET", f"/api/tasks/{tasks(workspace)['p-0']}/")["data"]["abstract"] == "Corrected"
    assert send(workspace).updated == 0


def test_a_push_cut_between_commit_and_answer_doubles_nothing(
    server: RunningServer, proxy: CuttingProxy, tmp_path: Path
) -> None:
    with workspace_at(tmp_path, proxy.url, server.token) as workspace:
        proxy.cut(b"/import HTTP")
        assert send(workspace).created == 6, "papers that had arrived weren't found"
        assert proxy.cuts == 1, "the import was sent again"
        proxy.cut(None)
        assert send(workspace).created == 0
        assert len(tasks(workspace)) == 6


def test_a_cut_push_of_suggestions_goes_on(
    server: RunningServer, proxy: CuttingProxy, tmp_path: Path, curator: Person
) -> None:
    with workspace_at(tmp_path, proxy.url, server.token) as workspace:
        suggest(workspace, PAPERS[4], "sea")
        proxy.cut(b"import/predictions")
        with pytest.raises(StudioError):
            send(workspace)
        assert proxy.cuts == 1
        proxy.cut(None)
        assert send(workspace).suggestions == 0, "the suggestion that had arrived was sent again"
        shown = curator.call("GET", f"/api/tasks/{tasks(workspace)['p-4']}/")["predictions"]
        assert len(shown) == 1


def test_labels_survive_a_wiped_server_and_are_put_back_once(
    server: RunningServer, own_server: Path, tmp_path: Path
) -> None:
    folder = tmp_path
    (folder / "tags-source.yaml").write_text(TAGS)
    init(folder, folder / "tags-source.yaml", NOW)
    fresh = tmp_path / "fresh"
    shutil.copytree(own_server / "data", fresh)
    with open_workspace(folder) as workspace:
        rows = [
            {"id": "p-0", "annotator": "ann", "habitat": ["sea"], "title": "T", "abstract": "A"},
            {"id": "p-1", "annotator": "bob", "skip": True, "title": "T1", "abstract": "A"},
        ]
        from tagger.steps.annotations import export_annotations, import_annotations

        (folder / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        import_annotations(workspace, str(folder / "labels.jsonl"), now=now())
        before = list(export_annotations(workspace))
        start_studio(workspace, now=now(), progress=no_progress)
        assert send(workspace).restored == 2
        assert take(workspace).annotations == 0, "a restored label came back as a new one"

        stop_server(folder / "studio")
        shutil.rmtree(own_server / "data")
        shutil.copytree(fresh, own_server / "data")
        start_studio(workspace, now=now(), progress=no_progress)
        rebuilt = send(workspace)
        assert (rebuilt.created, rebuilt.restored) == (2, 2)
        assert send(workspace).restored == 0
        assert take(workspace).annotations == 0
        assert take(workspace).withdrawn == 0
        assert list(export_annotations(workspace)) == before


def test_a_deleted_task_comes_back_with_its_labels(workspace: Workspace, curator: Person) -> None:
    send(workspace)
    old = tasks(workspace)["p-2"]
    curator.annotate(old, {"habitat": ["sea"]})
    take(workspace)
    curator.call("DELETE", f"/api/tasks/{old}/")
    assert take(workspace).withdrawn == 0
    again = send(workspace)
    assert (again.created, again.restored) == (1, 1)
    assert send(workspace).restored == 0
    assert (take(workspace).annotations, take(workspace).withdrawn) == (0, 0)
    assert said(workspace)["p-2"] == {curator.email: ["sea"]}


def test_an_annotation_put_back_twice_is_there_once(workspace: Workspace, curator: Person) -> None:
    send(workspace)
    task = tasks(workspace)["p-4"]
    said = Annotation("p-4", "ann", now(), {"habitat": ("sea",)})
    with open_linked_project(workspace, studio_status(workspace.settings), now=now(), rebuild=False) as (project, _):
        ids = {restore_annotation(project, task, said) for _ in range(2)}
    assert len(ids) == 1
    assert [a["id"] for a in curator.call("GET", f"/api/tasks/{task}/")["annotations"]] == list(ids)


def test_a_project_that_is_gone_is_never_taken_for_deleted_labels(workspace: Workspace, curator: Person) -> None:
    send(workspace)
    curator.annotate(tasks(workspace)["p-5"], {"habitat": ["sea"]})
    take(workspace)
    project = workspace.store.studio.project(studio_status(workspace.settings).place)
    assert project is not None
    curator.call("DELETE", f"/api/projects/{project.project_id}/")
    with pytest.raises(ProjectGone, match="tagger push"):
        take(workspace)
    assert said(workspace)["p-5"] == {curator.email: ["sea"]}
    rebuilt = send(workspace)
    assert (rebuilt.created, rebuilt.restored) == (6, 1)
    assert take(workspace).annotations == 0
    assert said(workspace)["p-5"] == {curator.email: ["sea"]}


def test_a_server_stopped_in_the_middle_of_a_pull_loses_nothing(
    server: RunningServer, own_server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tagger.studio import annotations
    from tests.contract.conftest import sign_in

    monkeypatch.setattr(annotations, "PAGE", 2)
    (tmp_path / "tags-source.yaml").write_text(TAGS)
    init(tmp_path, tmp_path / "tags-source.yaml", NOW)
    with open_workspace(tmp_path) as workspace:
        with workspace.store.write():
            workspace.store.papers.save([Entry(p) for p in PAPERS], now())
        status = start_studio(workspace, now=now(), progress=no_progress)
        send(workspace)
        with sign_in(status.url, str(status.login), (own_server / "password").read_text().strip()) as person:
            for task in tasks(workspace).values():
                person.annotate(task, {"habitat": ["sea"]})
        seen = 0

        def stop_after_a_page(what: str, done: int, total: int) -> None:
            nonlocal seen
            seen = done
            if done >= 2:
                stop_server(own_server)

        with pytest.raises(StudioError, match="studio start"):
            pull(workspace, now=now(), progress=stop_after_a_page)
        assert 0 < len(said(workspace)) < 6, f"the pull wasn't cut in the middle ({seen})"
        start_studio(workspace, now=now(), progress=no_progress)
        take(workspace)
        assert said(workspace) == {p.id: {str(status.login): ["sea"]} for p in PAPERS}
        assert all(len(rows) == 1 for rows in workspace.store.labels.annotations().values()), "a label was doubled"
