"""A project on a Label Studio server: tasks and predictions out, annotations back.

Nothing is sent twice, whatever is cut: the SDK's own retries are off, what is there is looked up before anything is
sent and again after any failure, and every answer is counted.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tagger.domain.labels import Annotation, Suggestion
from tagger.domain.model import Progress
from tagger.domain.paper import Entry
from tagger.domain.tags import TagSet
from tagger.errors import StudioError
from tagger.studio.connection import ProjectGone, client_of, not_label_studio, talking
from tagger.studio.page import labelling_page
from tagger.studio.payloads import (
    StudioAnnotation,
    annotation_of,
    prediction_of,
    restoration_key,
    result_of,
    task_data,
)

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio
    from label_studio_sdk.core.request_options import RequestOptions

BATCH = 250
PAGE = 100
# A change is stamped before it is committed, so a pull looks back by this much; what it meets again is recognised.
OVERLAP = timedelta(seconds=60)
_ONCE: RequestOptions = {"max_retries": 0, "timeout_in_seconds": 180}
# How often, and how far apart, to look whether a batch whose answer was lost has arrived.
LOOKS, LOOK_PAUSE_S = 3, 2.0


@dataclass(frozen=True, slots=True)
class Page:
    """Some changed tasks: their annotations, all annotation ids by task, and the cursor once this page is saved."""

    annotations: tuple[StudioAnnotation, ...]
    annotation_ids: Mapping[int, frozenset[int]]
    problems: tuple[str, ...]
    cursor: str


class Project:
    """An open project. ``born`` is when it was made, which tells it from a later one with the same id."""

    def __init__(self, client: LabelStudio, url: str, project_id: int, born: str, tag_set: TagSet) -> None:
        self._client = client
        self._tag_set = tag_set
        self._annotators: dict[int, str] = {}
        self.url = url
        self.id = project_id
        self.born = born

    @property
    def labelling_url(self) -> str:
        """Where people label. (The server's home page would fetch something from the web.)"""
        return f"{self.url}/projects/{self.id}/data?labeling=1"

    def find_tasks(self, paper_ids: Sequence[str]) -> dict[str, list[int]]:
        """Return the tasks of papers, oldest first, by paper id; papers without one are left out."""
        found: dict[str, list[int]] = {}
        with talking(self.url):
            for start in range(0, len(paper_ids), BATCH):
                batch = list(paper_ids[start : start + BATCH])
                query = _query("data.paper_id", "in_list", "String", batch)
                tasks: Any = self._client.tasks.list(project=self.id, query=query, fields="task_only", page_size=1000)
                for task in tasks:
                    found.setdefault(str(task.data["paper_id"]), []).append(int(task.id))
        return {paper_id: sorted(task_ids) for paper_id, task_ids in found.items()}

    def create_tasks(self, entries: Sequence[Entry], progress: Progress) -> dict[str, int]:
        """Send papers that have no task yet, and return the task of each by paper id. Raises StudioError.

        A batch whose answer is lost is looked up; if it hasn't arrived the error is raised, for a later push to go on.
        """
        created: dict[str, int] = {}
        for start in range(0, len(entries), BATCH):
            progress("sending papers", start, len(entries))
            batch = entries[start : start + BATCH]
            self._import(batch)
            found = self.find_tasks([entry.paper.id for entry in batch])
            created |= {paper_id: tasks[0] for paper_id, tasks in found.items()}
        progress("sending papers", len(entries), len(entries))
        return created

    def single_tasks(self, found: Mapping[str, Sequence[int]]) -> dict[str, int]:
        """Return one task a paper of those found; doubles that someone made and nobody annotated are removed."""
        single = {}
        for paper_id, task_ids in found.items():
            single[paper_id] = task_ids[0]
            if len(task_ids) > 1:
                with talking(self.url):
                    tasks: list[Any] = [self._client.tasks.get(str(task_id)) for task_id in task_ids]
                    kept = next((t for t in tasks if t.annotations), tasks[0])
                    single[paper_id] = int(kept.id)
                    for task in tasks:
                        if task is not kept and not task.annotations:
                            self._client.tasks.delete(str(task.id), request_options=_ONCE)
        return single

    def update_task(self, task_id: int, entry: Entry) -> None:
        """Give a task the present text of its paper."""
        with talking(self.url):
            self._client.tasks.update(str(task_id), data=task_data(entry), request_options=_ONCE)

    def add_suggestions(self, items: Sequence[tuple[int, Suggestion]], progress: Progress) -> int:
        """Send suggestions of one model version for tasks, show that version to annotators; returns how many were new.

        What the tasks have already of that version isn't sent again; what they have of others is removed.
        """
        if not items:
            return 0
        model = items[0][1].model
        with talking(self.url):
            wanted = {task_id for task_id, _ in items}
            there = [p for p in self._client.predictions.list(project=self.id) if p.task in wanted]
            for stale in [p for p in there if p.model_version != model]:
                self._client.predictions.delete(stale.id, request_options=_ONCE)
            have = {p.task for p in there if p.model_version == model}
            new: Any = [prediction_of(task_id, suggestion) for task_id, suggestion in items if task_id not in have]
            for start in range(0, len(new), BATCH):
                progress("sending suggestions", start, len(new))
                batch = new[start : start + BATCH]
                answer = self._client.projects.import_predictions(self.id, request=batch, request_options=_ONCE)
                if answer.created != len(batch):
                    told = f"Label Studio took {answer.created} of {len(batch)} suggestions"
                    raise StudioError(told, "`tagger push` again sends what is missing")
            self._client.projects.update(self.id, model_version=model, show_collab_predictions=True)
        progress("sending suggestions", len(new), len(new))
        return len(new)

    def restore_annotation(self, task_id: int, annotation: Annotation) -> int:
        """Put an annotation on a task and return its id; one that was put there before, by a cut run, is recognised."""
        from label_studio_sdk.core.api_error import ApiError

        unique_id, number = restoration_key(annotation, f"{self.id} {self.born}")
        with talking(self.url):
            try:
                made = self._client.annotations.create(
                    task_id,
                    result=result_of(annotation.tags),
                    was_cancelled=annotation.skipped,
                    unique_id=str(unique_id),
                    import_id=number,
                    request_options=_ONCE,
                )
            except ApiError as error:
                there = [a for a in self._client.annotations.list(task_id) if a.import_id == number]
                if not there:
                    raise error
                made = there[0]
        return int(made.id or 0)

    def changed_since(self, cursor: str | None, progress: Progress) -> Iterator[Page]:
        """Yield the tasks that changed since a cursor, in the order they did; without one, all that have annotations.

        Each page starts behind the last one's final change, so a task that changes meanwhile comes again at the end.
        """
        position = datetime.fromisoformat(cursor) - OVERLAP if cursor else None
        seen: set[tuple[int, str]] = set()
        size = PAGE
        while True:
            progress("taking annotations", len(seen), max(len(seen), 1))
            with talking(self.url):
                tasks = self._tasks_after(position, size)
            fresh = [task for task in tasks if (int(task["id"]), str(task["updated_at"])) not in seen]
            if fresh:
                position = max(_time(task["updated_at"]) for task in fresh)
                seen |= {(int(task["id"]), str(task["updated_at"])) for task in fresh}
                yield self._page(fresh, position)
            if len(tasks) < size:
                return
            size = PAGE if fresh else size * 2  # a page full of one instant hides what comes behind it

    def _import(self, batch: Sequence[Entry]) -> None:
        there = self.find_tasks([entry.paper.id for entry in batch])
        missing = [entry for entry in batch if entry.paper.id not in there]
        if not missing:
            return
        try:
            with talking(self.url):
                data: Any = [{"data": task_data(entry)} for entry in missing]
                answer = self._client.projects.import_tasks(self.id, request=data, request_options=_ONCE)
        except StudioError:
            # The server may have taken them and only its answer was lost. To send again at once could double them.
            if not self._arrived([entry.paper.id for entry in missing]):
                raise
            return
        if answer.task_count != len(missing):
            told = f"Label Studio took {answer.task_count} of {len(missing)} papers"
            raise StudioError(told, "`tagger push` again sends what is missing")

    def _arrived(self, paper_ids: Sequence[str]) -> bool:
        for _ in range(LOOKS):
            if len(self.find_tasks(paper_ids)) == len(paper_ids):
                return True
            time.sleep(LOOK_PAUSE_S)
        return False

    def _tasks_after(self, position: datetime | None, size: int) -> list[dict[str, Any]]:
        if position is None:
            query = _query("total_annotations", "greater", "Number", 0, or_column="cancelled_annotations")
        else:
            after = (position - timedelta(microseconds=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            query = _query("updated_at", "greater", "Datetime", after)
        pager: Any = self._client.tasks.list(project=self.id, query=query, fields="all", page=1, page_size=size)
        return [task.model_dump() for task in pager.items or []]

    def _page(self, tasks: Sequence[Mapping[str, Any]], position: datetime) -> Page:
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
                    annotator=self._annotator(item.get("completed_by")),
                    model=models.get(item.get("parent_prediction")),
                    tag_set=self._tag_set,
                )
                annotations.append(annotation)
                problems += found
        return Page(tuple(annotations), ids, tuple(problems), position.astimezone(UTC).isoformat())

    def _annotator(self, completed_by: object) -> str:
        if isinstance(completed_by, Mapping):
            return str(completed_by.get("email") or completed_by.get("id"))
        number = int(str(completed_by)) if completed_by is not None else 0
        if number not in self._annotators:
            with talking(self.url):
                self._annotators = {int(user.id): str(user.email) for user in self._client.users.list()}
        return self._annotators.get(number, f"user {number}")


@contextlib.contextmanager
def open_project(url: str, token: str, known: tuple[int, str] | None, tag_set: TagSet, title: str) -> Iterator[Project]:
    """Open the project known by its id and birth, or make one, for as long as the context lasts.

    Its page is brought up to date with the tag set. Raises ProjectGone if the known one isn't there any more, and
    StudioError with what to do for anything else.
    """
    page = labelling_page(tag_set)
    with client_of(url, token) as client:
        if known is None:
            known = _new_project(client, url, title, page)
        with talking(url):
            found = client.projects.get(known[0])
            if _born(found.created_at) != known[1]:
                hint = "`tagger push` makes it again from the store; no label is lost"
                raise ProjectGone(f"project {known[0]} at {url} is another one than before", hint)
            if found.label_config != page:
                client.projects.update(known[0], label_config=page, request_options=_ONCE)
        yield Project(client, url, known[0], known[1], tag_set)


def _new_project(client: LabelStudio, url: str, title: str, page: str) -> tuple[int, str]:
    """Make a project and return its id and birth."""
    try:
        with talking(url):
            made = client.projects.create(title=f"{title} tags"[:50], label_config=page, request_options=_ONCE)
            return int(made.id or 0), _born(made.created_at)
    except ProjectGone as error:  # a Label Studio would have taken it
        raise not_label_studio(url) from error


def _query(column: str, operator: str, kind: str, value: object, *, or_column: str | None = None) -> str:
    """Return the data manager's query for tasks with such a column, or such another one, in the order of changes."""
    items = [
        {"filter": f"filter:tasks:{name}", "operator": operator, "type": kind, "value": value}
        for name in (column, or_column)
        if name
    ]
    filters = {"conjunction": "or" if or_column else "and", "items": items}
    return json.dumps({"filters": filters, "ordering": ["tasks:updated_at"]})


def _born(created_at: object) -> str:
    return _time(created_at).astimezone(UTC).isoformat()


def _time(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
