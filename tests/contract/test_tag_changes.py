"""A tag set that changes under a real Label Studio: its page, the annotations there, and what is said afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tagger.domain.model import no_progress
from tagger.domain.tags import Tag
from tagger.steps import tag_changes
from tagger.steps.pull import pull
from tagger.steps.push import push
from tagger.steps.studio import open_linked_project, studio_status
from tagger.steps.tag_changes import Apply, Part
from tagger.steps.workspace import Workspace, open_workspace
from tagger.studio.tasks import find_tasks
from tests.contract.conftest import Person, RunningServer
from tests.contract.test_loop import now, workspace_at

pytestmark = [pytest.mark.slow, pytest.mark.studio]


def tasks(workspace: Workspace) -> dict[str, int]:
    status = studio_status(workspace.settings, workspace.store)
    with open_linked_project(workspace, status, now=now(), rebuild=False) as (project, _):
        return {paper_id: found[0] for paper_id, found in find_tasks(project, ["p-0", "p-1", "p-2", "p-3"]).items()}


def labels(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    return {i: said[-1].tags["habitat"] for i, said in workspace.store.labels.annotations().items()}


def choices(curator: Person, annotation: int) -> list[list[str]]:
    return [part["value"]["choices"] for part in curator.call("GET", f"/api/annotations/{annotation}/")["result"]]


def test_renamed_merged_split_and_retired_tags_follow_in_label_studio(
    server: RunningServer, curator: Person, tmp_path: Path
) -> None:
    with workspace_at(tmp_path, server.url, server.token) as workspace:
        push(workspace, now=now(), progress=no_progress)
        at = tasks(workspace)
        pulled = curator.annotate(at["p-0"], {"habitat": ["sea", "forest"], "diet.v2": ["3d"]})
        pull(workspace, now=now(), progress=no_progress)
        unpulled = curator.annotate(at["p-1"], {"habitat": ["sea"]})
        changed = tag_changes.rename(workspace, "habitat:sea", "ocean", None, Apply(workspace, now(), no_progress))
        assert changed.annotations == 1 and "renamed" in changed.studio
    with open_workspace(tmp_path) as workspace:
        assert labels(workspace) == {"p-0": ("ocean", "forest"), "p-1": ("ocean",)}
        assert choices(curator, pulled) == [["ocean", "forest"], ["3d"]] and choices(curator, unpulled) == [["ocean"]]
        assert 'alias="ocean"' in curator.call("GET", f"/api/projects/{project_of(workspace)}/")["label_config"]
        again = pull(workspace, now=now(), progress=no_progress)
        assert (again.annotations, again.withdrawn, again.problems) == (0, 0, [])
        apply = Apply(workspace, now(), no_progress)
        tag_changes.split(workspace, "habitat:ocean", [Part("reef", "Corals"), Part("deep", "No light")], apply)
    with open_workspace(tmp_path) as workspace:
        assert labels(workspace) == {"p-0": ("forest",), "p-1": ()}
        assert choices(curator, pulled) == [["forest"], ["3d"]] and choices(curator, unpulled) == []
        curator.change(unpulled, {"habitat": ["reef"]})
        assert pull(workspace, now=now(), progress=no_progress).annotations == 1
        (first, said) = (workspace.store.labels.annotations()[i][-1] for i in ("p-0", "p-1"))
        assert first.unasked == {("habitat", "reef"), ("habitat", "deep")} and said.unasked == set()
        assert said.tags["habitat"] == ("reef",)
        tag_changes.retire(workspace, ["habitat:forest"], Apply(workspace, now(), no_progress))
    with open_workspace(tmp_path) as workspace:
        assert labels(workspace)["p-0"] == () and choices(curator, pulled) == [["3d"]]
        assert pull(workspace, now=now(), progress=no_progress).annotations == 0


def test_what_was_answered_on_the_old_page_is_not_held_against_a_new_tag(
    server: RunningServer, curator: Person, tmp_path: Path
) -> None:
    with workspace_at(tmp_path, server.url, server.token) as workspace:
        push(workspace, now=now(), progress=no_progress)
        at = tasks(workspace)
        curator.annotate(at["p-0"], {"habitat": ["sea"]})
        apply = Apply(workspace, now(), no_progress)
        tag_changes.add(workspace, "habitat", Tag("cave", "Cave", "Under the ground"), apply)
    with open_workspace(tmp_path) as workspace:
        curator.annotate(at["p-1"], {"habitat": ["sea"]})
        pull(workspace, now=now(), progress=no_progress)
        said = workspace.store.labels.annotations()
        assert said["p-0"][-1].unasked == {("habitat", "cave")} and said["p-1"][-1].unasked == set()


def test_a_file_changed_while_nobody_looked_is_caught_up_with_by_pull(
    server: RunningServer, curator: Person, tmp_path: Path
) -> None:
    with workspace_at(tmp_path, server.url, server.token) as workspace:
        push(workspace, now=now(), progress=no_progress)
        at = tasks(workspace)
        kept = curator.annotate(at["p-2"], {"habitat": ["forest"]})
        file = workspace.settings.tag_set_file
        text = file.read_text().replace("version: 1", "version: 2", 1)
        file.write_text(text.replace("{id: forest, name: Forest}", "{id: wood, name: Forest, was: [forest]}"))
    with open_workspace(tmp_path) as workspace:
        late = curator.annotate(at["p-3"], {"habitat": ["forest"]})
        assert pull(workspace, now=now(), progress=no_progress).annotations == 2
        assert labels(workspace) == {"p-2": ("wood",), "p-3": ("wood",)}
        assert choices(curator, kept) == [["wood"]] and choices(curator, late) == [["wood"]]


def project_of(workspace: Workspace) -> int:
    project = studio_status(workspace.settings, workspace.store).project
    assert project is not None
    return project
