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
from tagger.studio.annotations import Page, changed_since
from tagger.studio.payloads import StudioAnnotation

BEGINNING = "2000-01-01T00:00:00+00:00"


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
    Raises StudioError; a project that is gone is never taken for deleted annotations.
    """
    pulled = Pulled()
    status = studio_status(workspace.settings)
    with open_linked_project(workspace, status, now=now, rebuild=False) as (project, link):
        # What push put back may have been deleted before the first pull, so then every task is looked at.
        since = link.cursor or (BEGINNING if workspace.store.studio.annotations(link) else None)
        for page in changed_since(project, since, progress):
            with workspace.store.write():
                _take_page(workspace, link, page, now, pulled)
                workspace.store.studio.save_cursor(link, page.cursor)
    return pulled


def _take_page(workspace: Workspace, link: LinkedProject, page: Page, now: datetime, pulled: Pulled) -> None:
    links = workspace.store.studio
    known = links.annotations(link, list(page.annotation_ids))
    pulled.problems += page.problems
    papers = {paper.id for paper in workspace.store.papers.of([a.annotation.paper_id for a in page.annotations])}
    for seen in sorted(page.annotations, key=lambda a: a.annotation.at):
        if seen.annotation.paper_id not in papers:
            reason = f"task {seen.task_id} is of the paper '{seen.annotation.paper_id}', which isn't in the workspace"
            pulled.problems.append(reason)
        elif not _is_known(known.get(seen.annotation_id), seen):
            source = PREFILLED if seen.prefilled else FROM_SCRATCH
            pulled.annotations += _annotate(workspace, seen.annotation, now, source)
            pulled.decisions += _decide(workspace, seen.annotation, seen.from_suggestion, now)
            links.save_annotations(link, [LinkedAnnotation(seen.annotation_id, seen.task_id, seen.annotation)])
    gone = [a for a in known.values() if a.present and a.annotation_id not in page.annotation_ids[a.task_id]]
    _take_deletions(workspace, link, gone, now, pulled)


def _is_known(linked: LinkedAnnotation | None, seen: StudioAnnotation) -> bool:
    if linked is None or not linked.present:
        return False
    return (linked.annotation.tags, linked.annotation.skipped) == (seen.annotation.tags, seen.annotation.skipped)


def _take_deletions(
    workspace: Workspace, link: LinkedProject, gone: Iterable[LinkedAnnotation], now: datetime, pulled: Pulled
) -> None:
    """Withdraw what was deleted; where its annotator has said something else for the paper, that holds instead."""
    links = workspace.store.studio
    for deleted in gone:
        former = deleted.annotation
        links.save_annotations(link, [replace(deleted, present=False)])
        others = links.of_annotator(link, former.paper_id, former.annotator)
        if others:
            said = replace(others[-1].annotation, at=now)
        else:
            said = Annotation(former.paper_id, former.annotator, now, withdrawn=True)
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
