"""Brings a Label Studio project to what the store holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tagger.domain.labels import Annotation, Suggestion, standing_annotations
from tagger.domain.model import Progress
from tagger.domain.paper import Entry, Paper
from tagger.steps.audit import blind_papers
from tagger.steps.studio import open_linked_project, studio_status
from tagger.steps.workspace import Workspace
from tagger.store.studio_links import LinkedAnnotation, LinkedProject
from tagger.studio.annotations import restore_annotation
from tagger.studio.overlap import share_papers
from tagger.studio.payloads import data_hash, task_data
from tagger.studio.project import Project
from tagger.studio.tasks import (
    add_suggestions,
    create_tasks,
    find_tasks,
    single_tasks,
    update_task,
    withdraw_suggestions,
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did. ``page`` is where people label; ``restored`` annotations were lost on the server."""

    created: int
    existing: int
    updated: int
    suggestions: int
    restored: int
    page: str


def push(
    workspace: Workspace,
    *,
    day: date | None = None,
    only: Sequence[str] | None = None,
    now: datetime,
    progress: Progress,
) -> Pushed:
    """Send all papers, a digest's, or ``only`` some; then suggestions, then annotations the server has lost.

    What has to be judged blind gets no suggestion, and loses what it was sent before.

    It can be cut anywhere and run again: what is there is looked up first, and nothing is sent twice. A project
    that was deleted, or a server that was wiped, is filled again. Raises StudioError, and StoreError if there is no
    such digest.
    """
    papers = _papers(workspace, day, only)
    status = studio_status(workspace.settings)
    with open_linked_project(workspace, status, now=now, rebuild=True) as (project, link):
        ids = [paper.id for paper in papers]
        found = find_tasks(project, ids)
        tasks = single_tasks(project, found)
        missing = [paper for paper in papers if paper.id not in tasks]
        blind = set(blind_papers(workspace)).intersection(ids)
        if blind:
            withdraw_suggestions(project, {tasks[i] for i in blind if i in tasks})
        shown = {i: suggestion for i, suggestion in _suggestions(workspace, ids).items() if i not in blind}
        digests = workspace.store.papers.digests_of(ids)
        data = {p.id: task_data(Entry(p, digests.get(p.id)), shown.get(p.id), workspace.tag_set) for p in papers}
        updated = _update_data(workspace, project, link, data, tasks, progress)
        for created in create_tasks(project, [data[paper.id] for paper in missing], progress):
            with workspace.store.write():
                for paper_id, task in created.items():
                    workspace.store.studio.save_task(link, task, paper_id, data_hash(data[paper_id]))
            tasks |= created
        if workspace.settings.overlap is not None:
            share_papers(project, workspace.settings.overlap)
        restored = _restore(workspace, project, link, tasks, found, progress)
        suggestions = add_suggestions(project, [(tasks[i], suggestion) for i, suggestion in shown.items()], progress)
        return Pushed(len(missing), len(papers) - len(missing), updated, suggestions, restored, project.labelling_url)


def _papers(workspace: Workspace, day: date | None, only: Sequence[str] | None) -> list[Paper]:
    if only is not None:
        return list(workspace.store.papers.of(only))
    return workspace.digest_papers(day) if day else list(workspace.store.papers.all())


def _suggestions(workspace: Workspace, ids: Sequence[str]) -> dict[str, Suggestion]:
    """Return what the current model version suggests for those of the papers that await review, by paper id."""
    model = workspace.store.models.current_name()
    if model is None:
        return {}
    states = workspace.states(list(ids))
    found = workspace.store.suggestions.of(list(ids), model=model)
    return {i: found[i][-1] for i in ids if i in found and states[i].status == "waiting"}


def _update_data(
    workspace: Workspace,
    project: Project,
    link: LinkedProject,
    data: Mapping[str, Mapping[str, str]],
    tasks: Mapping[str, int],
    progress: Progress,
) -> int:
    """Give tasks their papers' present data where those have changed, or aren't known; returns how many had."""
    links = workspace.store.studio
    known = links.task_hashes(link)
    hashes = {paper_id: data_hash(data[paper_id]) for paper_id in tasks}
    stale = [i for i in tasks if known.get(i, {}).get(tasks[i]) != hashes[i]]
    for number, paper_id in enumerate(stale):
        progress("updating papers", number, len(stale))
        update_task(project, tasks[paper_id], data[paper_id])
        with workspace.store.write():
            links.save_task(link, tasks[paper_id], paper_id, hashes[paper_id])
    return len(stale)


def _restore(
    workspace: Workspace,
    project: Project,
    link: LinkedProject,
    tasks: Mapping[str, int],
    found: Mapping[str, Sequence[int]],
    progress: Progress,
) -> int:
    """Put standing annotations on the server that the papers' tasks never had; returns how many.

    One that a task had, and hasn't any more, was deleted there by someone: `pull` takes that as a withdrawal. One whose
    task is gone went with it, which takes back nobody's word. ``found`` are all tasks there were, doubles included.
    """
    links = workspace.store.studio
    linked = [a for a in links.annotations(link).values() if a.annotation.paper_id in tasks]
    gone = [a for a in linked if a.task_id not in found.get(a.annotation.paper_id, ())]
    seen = {(a.annotation.paper_id, a.annotation.annotator) for a in linked if a not in gone}
    with workspace.store.write():
        links.save_annotations(link, [replace(a, present=False) for a in gone])
    lost: list[tuple[int, Annotation]] = []
    for paper_id, said in workspace.store.labels.annotations(list(tasks)).items():
        for annotation in standing_annotations(said):
            if (paper_id, annotation.annotator) not in seen:
                lost.append((tasks[paper_id], annotation))
    for number, (task_id, annotation) in enumerate(lost):
        progress("putting annotations back", number, len(lost))
        annotation_id = restore_annotation(project, task_id, annotation)
        with workspace.store.write():
            links.save_annotations(link, [LinkedAnnotation(annotation_id, task_id, annotation)])
    return len(lost)
