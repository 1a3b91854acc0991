"""What people did in a project, back; and out again what a server has lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from tagger.domain.labels import Annotation
from tagger.domain.model import Progress
from tagger.domain.text import clean
from tagger.studio.connection import talking
from tagger.studio.payloads import StudioAnnotation, annotation_of, renamed_result, restoration_key, result_of
from tagger.studio.project import ONCE, Project, query, time_of

PAGE = 100
# The cursor before everything that was ever done.
BEGINNING = "2000-01-01T00:00:00+00:00"
# A change is stamped before it is committed, so a pull looks back by this much; what it meets again is recognised.
OVERLAP = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Page:
    """Some changed tasks: their annotations, all annotation ids by task, and the cursor once this page is saved.

    ``changed`` is when each task last did. Times are this machine's, the cursor is the server's.
    """

    annotations: tuple[StudioAnnotation, ...]
    annotation_ids: Mapping[int, frozenset[int]]
    changed: Mapping[int, datetime]
    problems: tuple[str, ...]
    cursor: str


def restore_annotation(project: Project, task_id: int, annotation: Annotation) -> int:
    """Put an annotation on a task and return its id; one that was put there before, by a cut run, is recognised."""
    from label_studio_sdk.core.api_error import ApiError

    unique_id, number = restoration_key(annotation, project.name)
    with talking(project.url):
        try:
            made = project.client.annotations.create(
                task_id,
                result=result_of(annotation.tags),
                was_cancelled=annotation.skipped,
                unique_id=str(unique_id),
                import_id=number,
                request_options=ONCE,
            )
        except ApiError as error:
            there = [a for a in project.client.annotations.list(task_id) if a.import_id == number]
            if not there:
                raise error
            made = there[0]
    return int(made.id or 0)


def rename_tags(project: Project, annotation_id: int) -> None:
    """Rewrite an annotation with the ids that its tags have now, if it is still there; all else in it stays."""
    from label_studio_sdk.core.api_error import ApiError

    with talking(project.url):
        try:
            found = project.client.annotations.get(annotation_id)
            renamed = renamed_result([dict(item) for item in found.result or []], project.tag_set)
            project.client.annotations.update(annotation_id, result=renamed, request_options=ONCE)
        except ApiError as error:
            if error.status_code != HTTPStatus.NOT_FOUND:
                raise


def number_of_annotations(project: Project) -> int:
    """Return how many annotations and skips the project holds."""
    with talking(project.url):
        found = project.client.projects.get(project.id)
    return int(found.total_annotations_number or 0) + int(found.skipped_annotations_number or 0)


def changed_since(project: Project, cursor: str | None, progress: Progress) -> Iterator[Page]:
    """Yield the tasks that changed since a cursor, in the order they did; without one, all that have annotations.

    Each page starts behind the last one's final change, so a task that changes meanwhile comes again at the end. A
    cursor that the server's clock hasn't reached is of a time before that was set back: then all tasks come again.
    """
    position = datetime.fromisoformat(cursor) - OVERLAP if cursor else None
    if position and position > project.clock.now():
        position = datetime.fromisoformat(BEGINNING)
    seen: set[tuple[int, str]] = set()
    size = PAGE
    while True:
        progress("taking annotations", len(seen), max(len(seen), 1))
        with talking(project.url):
            tasks = _tasks_after(project, position, size)
        fresh = [task for task in tasks if (int(task["id"]), str(task["updated_at"])) not in seen]
        if fresh:
            position = max(time_of(task["updated_at"]) for task in fresh)
            seen |= {(int(task["id"]), str(task["updated_at"])) for task in fresh}
            yield _page(project, fresh, position)
        if len(tasks) < size:
            return
        size = PAGE if fresh else size * 2  # a page full of one instant hides what comes behind it


def _tasks_after(project: Project, position: datetime | None, size: int) -> list[dict[str, Any]]:
    if position is None:
        chosen = query("total_annotations", "greater", "Number", 0, or_column="cancelled_annotations")
    else:
        after = (position - timedelta(microseconds=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        chosen = query("updated_at", "greater", "Datetime", after)
    pager: Any = project.client.tasks.list(project=project.id, query=chosen, fields="all", page=1, page_size=size)
    return [task.model_dump() for task in pager.items or []]


def _page(project: Project, tasks: Sequence[Mapping[str, Any]], position: datetime) -> Page:
    annotations: list[StudioAnnotation] = []
    problems: list[str] = []
    ids: dict[int, frozenset[int]] = {}
    for task in tasks:
        task_id = int(task["id"])
        models = {p["id"]: p.get("model_version") for p in task.get("predictions") or []}
        ids[task_id] = frozenset(int(item["id"]) for item in task.get("annotations") or [])
        for item in task.get("annotations") or []:
            annotation, found = annotation_of(
                item,
                task_id=task_id,
                paper_id=str(task["data"].get("paper_id", "")),
                annotator=_annotator(project, item.get("completed_by")),
                model=models.get(item.get("parent_prediction")),
                tag_set=project.tag_set,
            )
            said = replace(annotation.annotation, at=project.clock.to_ours(annotation.annotation.at))
            number = item.get("import_id")
            annotations.append(replace(annotation, annotation=said, import_id=number, whole=not found))
            problems += found
    cursor = min(position, project.clock.now())  # what is stamped later than that must not hide what comes before it
    changed = {int(task["id"]): project.clock.to_ours(time_of(task["updated_at"])) for task in tasks}
    return Page(tuple(annotations), ids, changed, tuple(problems), cursor.astimezone(UTC).isoformat())


def _annotator(project: Project, completed_by: object) -> str:
    if isinstance(completed_by, Mapping):
        return clean(str(completed_by.get("email") or completed_by.get("id")))
    number = int(str(completed_by)) if completed_by is not None else 0
    if number not in project.annotators:
        with talking(project.url):
            project.annotators = {int(user.id): clean(str(user.email)) for user in project.client.users.list()}
    return project.annotators.get(number, f"user {number}")
