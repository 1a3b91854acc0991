"""Brings a Label Studio project to what the store holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tagger.domain.labels import Annotation, standing_annotations
from tagger.domain.model import Progress
from tagger.domain.paper import Entry, Paper
from tagger.steps.studio import open_linked_project, studio_status
from tagger.steps.workspace import Workspace
from tagger.store.studio_links import LinkedAnnotation, LinkedProject
from tagger.studio.annotations import restore_annotation
from tagger.studio.payloads import task_data
from tagger.studio.project import Project
from tagger.studio.tasks import add_suggestions, create_tasks, find_tasks, single_tasks, texts_of, update_task


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
        digests = workspace.store.papers.digests_of(ids)
        created = create_tasks(project, [Entry(paper, digests.get(paper.id)) for paper in missing], progress)
        updated = _update_texts(workspace, project, link, papers, tasks, progress)
        with workspace.store.write():
            for paper in missing:
                workspace.store.studio.save_task(link, created[paper.id], paper.id, paper.text_hash)
        tasks |= created
        restored = _restore(workspace, project, link, tasks, found, progress)
        suggestions = _suggest(workspace, project, ids, tasks, progress)
        return Pushed(len(created), len(papers) - len(created), updated, suggestions, restored, project.labelling_url)


def _papers(workspace: Workspace, day: date | None, only: Sequence[str] | None) -> list[Paper]:
    if only is not None:
        return list(workspace.store.papers.of(only))
    return workspace.digest_papers(day) if day else list(workspace.store.papers.all())


def _update_texts(
    workspace: Workspace,
    project: Project,
    link: LinkedProject,
    papers: Sequence[Paper],
    tasks: Mapping[str, int],
    progress: Progress,
) -> int:
    """Give tasks the present text of their papers where it has changed; returns how many had."""
    links = workspace.store.studio
    known = links.task_hashes(link)
    digests = workspace.store.papers.digests_of([p.id for p in papers])
    adopted = [p for p in papers if p.id in tasks and tasks[p.id] not in known.get(p.id, {})]
    shown = texts_of(project, [p.id for p in adopted])  # a push that was cut may have sent them with a former text
    stale = [p for p in papers if p.id in tasks and known.get(p.id, {}).get(tasks[p.id], p.text_hash) != p.text_hash]
    stale += [p for p in adopted if not _shows(shown.get(tasks[p.id]), p)]
    for number, paper in enumerate(stale):
        progress("updating texts", number, len(stale))
        update_task(project, tasks[paper.id], Entry(paper, digests.get(paper.id)))
        with workspace.store.write():
            links.save_task(link, tasks[paper.id], paper.id, paper.text_hash)
    with workspace.store.write():
        for paper in adopted:
            links.save_task(link, tasks[paper.id], paper.id, paper.text_hash)
    return len(stale)


def _shows(text: tuple[str, str] | None, paper: Paper) -> bool:
    sent = task_data(Entry(paper))
    return text == (sent["title"], sent["abstract"])


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


def _suggest(
    workspace: Workspace, project: Project, ids: Sequence[str], tasks: Mapping[str, int], progress: Progress
) -> int:
    """Send the current model version's suggestions for papers that await review; returns how many were new."""
    model = workspace.store.models.current_name()
    if model is None:
        return 0
    states = workspace.states(list(ids))
    found = workspace.store.suggestions.of(list(ids), model=model)
    items = [(tasks[i], found[i][-1]) for i in ids if i in found and states[i].status == "waiting"]
    return add_suggestions(project, items, progress)
