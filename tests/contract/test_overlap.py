"""A share of the papers is given to two people, by the real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tagger.domain.model import no_progress
from tagger.steps.agreement import agreement
from tagger.steps.pull import pull
from tagger.steps.push import push
from tagger.steps.workspace import Workspace
from tests.contract.conftest import Person, RunningServer, join
from tests.contract.test_loop import PAPERS, now, tasks, workspace_at

pytestmark = [pytest.mark.slow, pytest.mark.studio]


@pytest.fixture
def third(server: RunningServer, curator: Person) -> Iterator[Person]:
    with join(server, curator, "third@example.org") as person:
        yield person


def project_of(workspace: Workspace, person: Person) -> int:
    return int(person.call("GET", f"/api/tasks/{tasks(workspace)['p-0']}/")["project"])


def next_task(project: int, person: Person) -> int | None:
    """Return the task that the labelling stream hands a person."""
    try:
        return int(person.call("GET", f"/api/projects/{project}/next")["id"])
    except httpx.HTTPStatusError as error:
        if error.response.status_code == 404:
            return None
        raise


def all_given(project: int, person: Person, tags: list[str]) -> set[int]:
    """Let a person label all that the stream hands them; returns the tasks."""
    given: set[int] = set()
    while (task := next_task(project, person)) is not None:
        assert task not in given, "a paper was given to the same person twice"
        given.add(task)
        shown = person.call("GET", f"/api/projects/{project}/next")["annotations"]
        assert shown == [], "the other's tags were shown"
        person.annotate(task, {"habitat": tags})
    return given


def test_a_share_of_the_papers_goes_to_two_people_and_no_paper_to_three(
    server: RunningServer, tmp_path: Path, curator: Person, second: Person, third: Person
) -> None:
    with workspace_at(tmp_path, server.url, server.token) as opened:
        workspace = replace(opened, settings=replace(opened.settings, overlap=50))
        push(workspace, now=now(), progress=no_progress)
        push(workspace, now=now(), progress=no_progress)
        project = project_of(workspace, curator)
        every = set(tasks(workspace).values())
        assert all_given(project, curator, ["sea"]) == every
        shared = all_given(project, second, ["forest"])
        assert len(shared) == len(PAPERS) // 2
        assert next_task(project, third) is None
        pull(workspace, now=now(), progress=no_progress)
        found = agreement(workspace)
        assert found.agreement.shared == len(shared)
        assert found.agreement.annotated == {curator.email: len(every), second.email: len(shared)}
        assert found.agreement.alpha["habitat"] is not None and found.agreement.alpha["habitat"] < 0
        assert len({paper.id for paper, _ in found.conflicts}) == len(shared)

        everyone = replace(opened, settings=replace(opened.settings, overlap=100))
        push(everyone, now=now(), progress=no_progress)
        assert all_given(project, third, ["sea"]) == every - shared
        push(opened, now=now(), progress=no_progress)
        assert curator.call("GET", f"/api/projects/{project}/")["maximum_annotations"] == 2, "nobody asked for that"
        alone = replace(opened, settings=replace(opened.settings, overlap=0))
        push(alone, now=now(), progress=no_progress)
        assert curator.call("GET", f"/api/projects/{project}/")["maximum_annotations"] == 1
