"""A project's tasks and predictions, out.

Nothing is sent twice, whatever is cut: the SDK's own retries are off, what is there is looked up before anything is
sent and again after any failure, and every answer is counted.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tagger.domain.labels import Suggestion
from tagger.domain.model import Progress
from tagger.errors import StudioError
from tagger.studio.connection import ProjectGone, talking
from tagger.studio.payloads import prediction_of
from tagger.studio.project import ONCE, Project, query, time_of

if TYPE_CHECKING:
    from label_studio_sdk import Prediction

BATCH = 250
# How long a suggestion stays beside a later one.
KEPT = timedelta(days=1)
# How often, and how far apart, to look whether a batch whose answer was lost has arrived.
LOOKS, LOOK_PAUSE_S = 3, 2.0


def find_tasks(project: Project, paper_ids: Sequence[str]) -> dict[str, list[int]]:
    """Return the tasks of papers, oldest first, by paper id; papers without one are left out."""
    found: dict[str, list[int]] = {}
    for task in _tasks_of(project, paper_ids):
        found.setdefault(str(task.data["paper_id"]), []).append(int(task.id))
    return {paper_id: sorted(task_ids) for paper_id, task_ids in found.items()}


def _tasks_of(project: Project, paper_ids: Sequence[str]) -> Iterator[Any]:
    with talking(project.url):
        for start in range(0, len(paper_ids), BATCH):
            batch = list(paper_ids[start : start + BATCH])
            chosen = query("data.paper_id", "in_list", "String", batch)
            tasks: Any = project.client.tasks.list(project=project.id, query=chosen, fields="task_only", page_size=1000)
            yield from list(tasks)


def create_tasks(project: Project, papers: Sequence[Mapping[str, str]], progress: Progress) -> Iterator[dict[str, int]]:
    """Send the data of papers that have no task yet; yield the tasks by paper id, batch by batch. Raises StudioError.

    A batch whose answer is lost is looked up; if it hasn't arrived the error is raised, for a later push to go on.
    """
    for start in range(0, len(papers), BATCH):
        progress("sending papers", start, len(papers))
        batch = papers[start : start + BATCH]
        _import(project, batch)
        yield single_tasks(project, find_tasks(project, [data["paper_id"] for data in batch]))
    progress("sending papers", len(papers), len(papers))


def single_tasks(project: Project, found: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Return one task a paper of those found; doubles that nobody annotated or began to annotate are removed."""
    single = {}
    for paper_id, task_ids in found.items():
        single[paper_id] = task_ids[0]
        if len(task_ids) > 1:
            with talking(project.url):
                tasks: list[Any] = [project.client.tasks.get(str(task_id)) for task_id in task_ids]
            kept = next((t for t in tasks if t.annotations or t.drafts), tasks[0])
            single[paper_id] = int(kept.id)
            for task in tasks:
                if task is not kept and not (task.annotations or task.drafts):
                    with contextlib.suppress(ProjectGone), talking(project.url):  # another push may have been faster
                        project.client.tasks.delete(str(task.id), request_options=ONCE)
    return single


def update_task(project: Project, task_id: int, data: Mapping[str, str]) -> None:
    """Give a task other data. What else its data hold, such as its places in views, stays."""
    with talking(project.url):
        present: Any = project.client.tasks.get(str(task_id)).data
        project.client.tasks.update(str(task_id), data=present | dict(data), request_options=ONCE)


def add_suggestions(project: Project, items: Sequence[tuple[int, Suggestion]], progress: Progress) -> int:
    """Send suggestions of one model version for tasks, show that version to annotators; returns how many were new.

    What the tasks have already of that version isn't sent again. Of other versions the tasks keep what is younger than
    a day: a page that was opened with it can't be submitted any more once it is gone.
    """
    if not items:
        return 0
    model = items[0][1].model
    with talking(project.url):
        wanted = {task_id for task_id, _ in items}
        there = [p for p in project.client.predictions.list(project=project.id) if p.task in wanted]
        have: set[int] = set()
        for prediction in sorted(there, key=lambda p: int(p.id or 0)):
            doubled = prediction.model_version == model and prediction.task in have
            if doubled or (prediction.model_version != model and _is_old(project, prediction)):
                project.client.predictions.delete(prediction.id, request_options=ONCE)
            elif prediction.model_version == model:
                have.add(prediction.task)
        new: Any = [prediction_of(task_id, suggestion) for task_id, suggestion in items if task_id not in have]
        for start in range(0, len(new), BATCH):
            progress("sending suggestions", start, len(new))
            batch = new[start : start + BATCH]
            answer = project.client.projects.import_predictions(project.id, request=batch, request_options=ONCE)
            if answer.created != len(batch):
                told = f"Label Studio took {answer.created} of {len(batch)} suggestions"
                raise StudioError(told, "`tagger push` again sends what is missing")
        project.client.projects.update(project.id, model_version=model, show_collab_predictions=True)
    progress("sending suggestions", len(new), len(new))
    return len(new)


def withdraw_suggestions(project: Project, task_ids: Collection[int]) -> None:
    """Delete what is suggested on some tasks, so that people judge them unaided."""
    with talking(project.url):
        for prediction in [p for p in project.client.predictions.list(project=project.id) if p.task in task_ids]:
            project.client.predictions.delete(prediction.id, request_options=ONCE)


def _is_old(project: Project, prediction: Prediction) -> bool:
    return prediction.created_at is None or time_of(prediction.created_at) < project.clock.now() - KEPT


def _import(project: Project, batch: Sequence[Mapping[str, str]]) -> None:
    there = find_tasks(project, [data["paper_id"] for data in batch])
    missing = [data for data in batch if data["paper_id"] not in there]
    if not missing:
        return
    try:
        with talking(project.url):
            tasks: Any = [{"data": dict(data)} for data in missing]
            answer = project.client.projects.import_tasks(project.id, request=tasks, request_options=ONCE)
    except StudioError:
        # The server may have taken them and only its answer was lost. To send again at once could double them.
        if not _arrived(project, [data["paper_id"] for data in missing]):
            raise
        return
    if answer.task_count != len(missing):
        told = f"Label Studio took {answer.task_count} of {len(missing)} papers"
        raise StudioError(told, "`tagger push` again sends what is missing")


def _arrived(project: Project, paper_ids: Sequence[str]) -> bool:
    for _ in range(LOOKS):
        if len(find_tasks(project, paper_ids)) == len(paper_ids):
            return True
        time.sleep(LOOK_PAUSE_S)
    return False
