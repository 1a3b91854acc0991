"""Takes what people did in Label Studio into the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from tagger.domain.labels import Annotation, Suggestion
from tagger.domain.model import Progress
from tagger.review import from_annotation
from tagger.steps.audit import FROM_SCRATCH, PREFILLED
from tagger.steps.studio import open_linked_project, studio_status
from tagger.steps.workspace import Workspace
from tagger.store.studio_links import LinkedAnnotation, LinkedProject
from tagger.studio.annotations import BEGINNING, Page, changed_since, number_of_annotations, rename_tags
from tagger.studio.payloads import StudioAnnotation, restoration_key
from tagger.studio.project import Project


@dataclass(slots=True)
class Pulled:
    """What a pull took: new or changed annotations, decisions, withdrawals, and what it couldn't make sense of."""

    annotations: int = 0
    decisions: int = 0
    withdrawn: int = 0
    problems: list[str] = field(default_factory=list)


def pull(workspace: Workspace, *, now: datetime, progress: Progress) -> Pulled:
    """Save every annotation that is new, changed or deleted since the last pull, with the decisions it makes.

    Each page of tasks is one transaction together with the cursor behind it, so a pull that is cut goes on from there.
    What can't be made sense of holds the cursor back, and is taken by the pull that can. Where the server holds another
    number of annotations than were seen, all tasks are looked at: one that was stopped, or whose disk was full, in the
    middle of a submission has the annotation, but may not count its task as changed. Raises StudioError; a project
    that is gone, or was put back to a backup, is never taken for deleted annotations.
    """
    pulled = Pulled()
    status = studio_status(workspace.settings)
    links = workspace.store.studio
    with open_linked_project(workspace, status, now=now, rebuild=False) as (project, link):
        # What push put back may have been deleted before the first pull, so then every task is looked at.
        since = link.cursor or (BEGINNING if links.annotations(link) else None)
        since = _take(workspace, project, link, since, now, pulled, progress)
        if not pulled.problems and not _all_seen(workspace, project, link):
            since = _take(workspace, project, link, since, now, pulled, progress)  # someone may just have submitted
            if not pulled.problems and not _all_seen(workspace, project, link):
                _take(workspace, project, link, BEGINNING, now, pulled, progress)
        if links.page_version(link, now) != workspace.tag_set.version:
            _bring_up_to_date(workspace, project, link, now, progress)
    return pulled


def _bring_up_to_date(
    workspace: Workspace, project: Project, link: LinkedProject, now: datetime, progress: Progress
) -> None:
    """Give the project's annotations the ids that tags have now, which alone its page can show.

    What was said before, and when, is in the store by then. From now on people answer the present page.
    """
    links = workspace.store.studio
    outdated = links.outdated(link)
    for number, linked in enumerate(outdated):
        progress("renaming tags", number, len(outdated))
        rename_tags(project, linked.annotation_id)
        with workspace.store.write():
            links.save_annotations(link, [linked])
    with workspace.store.write():
        links.save_page(link, workspace.tag_set.version, now)


def _take(
    workspace: Workspace,
    project: Project,
    link: LinkedProject,
    since: str | None,
    now: datetime,
    pulled: Pulled,
    progress: Progress,
) -> str | None:
    """Take what changed since a cursor; returns the cursor behind it, which isn't saved where something was left."""
    seen: set[int] = set()
    for page in changed_since(project, since, progress):
        with workspace.store.write():
            _take_page(workspace, project, link, page, now, pulled)
            if not pulled.problems:
                workspace.store.studio.save_cursor(link, page.cursor)
        seen.update(page.annotation_ids)
        cursor = page.cursor
    if since == BEGINNING:
        _forget_tasks(workspace, link, seen)
    return cursor if seen else since


def _all_seen(workspace: Workspace, project: Project, link: LinkedProject) -> bool:
    known = workspace.store.studio.annotations(link).values()
    return number_of_annotations(project) == sum(linked.present for linked in known)


def _forget_tasks(workspace: Workspace, link: LinkedProject, there: set[int]) -> None:
    """Remember that annotations went with their tasks, which takes back nobody's word."""
    links = workspace.store.studio
    gone = [a for a in links.annotations(link).values() if a.present and a.task_id not in there]
    with workspace.store.write():
        links.save_annotations(link, [replace(a, present=False) for a in gone])


def _take_page(
    workspace: Workspace, project: Project, link: LinkedProject, page: Page, now: datetime, pulled: Pulled
) -> None:
    links = workspace.store.studio
    known = links.annotations(link, list(page.annotation_ids))
    pulled.problems += [problem for problem in page.problems if problem not in pulled.problems]
    ids = workspace.store.papers.resolve(a.annotation.paper_id for a in page.annotations)
    for seen in sorted(page.annotations, key=lambda a: a.annotation.at):
        if seen.annotation.paper_id not in ids:
            reason = f"task {seen.task_id} is of the paper '{seen.annotation.paper_id}', which isn't in the workspace"
            pulled.problems += [reason] if reason not in pulled.problems else []
            continue
        own_id = ids[seen.annotation.paper_id]  # the task may have a name that the paper had before
        seen = replace(seen, annotation=replace(seen.annotation, paper_id=own_id))
        if _says_nothing_new(known.get(seen.annotation_id), seen):
            continue
        elif put_back := _put_back(workspace, project, seen):
            links.save_annotations(link, [LinkedAnnotation(seen.annotation_id, seen.task_id, put_back)])
        else:
            source = PREFILLED if seen.prefilled else FROM_SCRATCH
            as_said = replace(seen.annotation, tags=seen.said)
            version = links.page_version(link, seen.annotation.at)
            pulled.annotations += _annotate(workspace, replace(as_said, tag_set=version), now, source)
            pulled.decisions += _decide(workspace, seen.annotation, seen.from_suggestion, now)
            links.save_annotations(link, [LinkedAnnotation(seen.annotation_id, seen.task_id, as_said)])
    gone = [a for a in known.values() if a.present and a.annotation_id not in page.annotation_ids[a.task_id]]
    # A deletion changes the task. Where it hasn't changed since, the server was put back to an earlier backup.
    lost = [a for a in gone if page.changed[a.task_id] < a.annotation.at]
    links.forget_annotations(link, lost)
    _take_deletions(workspace, link, [a for a in gone if a not in lost], now, pulled)


def _says_nothing_new(linked: LinkedAnnotation | None, seen: StudioAnnotation) -> bool:
    if not seen.whole and not any(seen.said.values()):
        return True  # all it says is unknown: that isn't the same as no tags
    if linked is None or not linked.present or linked.task_id != seen.task_id:
        return False  # a server that was put back to a backup gives numbers anew
    return _content(linked.annotation) == _content(seen.annotation)


def _content(said: Annotation) -> tuple[dict[str, set[str]], bool]:
    return {dimension: set(tags) for dimension, tags in said.tags.items() if tags}, said.skipped


def _put_back(workspace: Workspace, project: Project, seen: StudioAnnotation) -> Annotation | None:
    """Return the annotation that a push put there and was killed before it could remember that; or None."""
    if seen.import_id is None:
        return None
    said = seen.annotation
    for former in workspace.store.labels.annotations([said.paper_id]).get(said.paper_id, []):
        if _content(former) == _content(said) and restoration_key(former, project.name)[1] == seen.import_id:
            return former
    return None


def _take_deletions(
    workspace: Workspace, link: LinkedProject, gone: Iterable[LinkedAnnotation], now: datetime, pulled: Pulled
) -> None:
    """Withdraw what was deleted; where its annotator has said something else for the paper, that holds instead."""
    links = workspace.store.studio
    for deleted in gone:
        former = deleted.annotation
        at = max(now, former.at)  # what is taken back was said before, whatever the clocks say
        links.save_annotations(link, [replace(deleted, present=False)])
        others = links.of_annotator(link, former.paper_id, former.annotator)
        if others:
            said = replace(others[-1].annotation, at=at)
        else:
            said = Annotation(former.paper_id, former.annotator, at, withdrawn=True)
            pulled.withdrawn += 1
        _annotate(workspace, said, now)
        _decide(workspace, said, None, now)


def _annotate(workspace: Workspace, annotation: Annotation, now: datetime, source: str = FROM_SCRATCH) -> int:
    version = workspace.tag_set.version
    saved = workspace.store.labels.annotate([annotation], source=source, tag_set_version=version, now=now)
    return saved.new + saved.changed


def _decide(workspace: Workspace, annotation: Annotation, model: str | None, now: datetime) -> int:
    store = workspace.store
    suggestion = _suggestion_seen(workspace, annotation, model)
    former = store.labels.decisions([annotation.paper_id]).get(annotation.paper_id, [])
    return store.labels.decide(from_annotation(annotation, suggestion, former), now)


def _suggestion_seen(workspace: Workspace, annotation: Annotation, model: str | None) -> Suggestion | None:
    """Return the suggestion that stood beside the annotator: the one told, or the last that was there by then."""
    found = workspace.store.suggestions.of([annotation.paper_id]).get(annotation.paper_id, [])
    seen = [s for s in found if s.model == model] or [s for s in found if s.at <= annotation.at]
    return seen[-1] if seen else None
