"""Views of the data manager that hand out some of a project's tasks in an order of ours.

The data manager orders tasks by one column, so each such view has one in the tasks' data, and a mark that begins the
values of its tasks. Where a view is opened for labelling, the page sends its filter and its ordering with every request
for the next task, and gets the first that nobody has labelled, whatever the project's sampling is. (A request that only
names the view gets tasks by their ids.) It passes over the locks that keep two people from the same task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tagger.domain.model import Progress
from tagger.studio.connection import talking
from tagger.studio.project import ONCE, Project, query

# The data manager opens its first view where none is named; so that this stays one of everything, it is made first.
_EVERYTHING = {"title": "All papers", "type": "list", "target": "tasks"}
# Of the data manager's own columns and those of tasks' data, views show the others.
_HIDDEN = (
    "id inner_id completed_at cancelled_annotations total_predictions annotations_results annotations_ids "
    "predictions_model_versions predictions_results file_upload storage_filename created_at updated_at updated_by "
    "avg_lead_time draft_exists"
).split()
_SHOWN_DATA = "title"


@dataclass(frozen=True, slots=True)
class OrderedView:
    """A view, known by its title, of the tasks in whose data ``column`` begins with ``mark``, ordered by it."""

    title: str
    column: str
    mark: str

    def place(self, rank: int) -> str:
        """Return the column's value for the task of that rank; as texts they stand in the order of the ranks."""
        return f"{self.mark} {rank:05d}"

    @property
    def data(self) -> dict[str, Any]:
        """The view as the data manager keeps it."""
        chosen = {"filter": f"filter:tasks:data.{self.column}", "operator": "contains", "type": "String"}
        return {
            "title": self.title,
            "type": "list",
            "target": "tasks",
            "filters": {"conjunction": "and", "items": [chosen | {"value": f"{self.mark} "}]},
            "ordering": [f"tasks:data.{self.column}"],
        }


def show_in_order(project: Project, view: OrderedView, task_ids: Sequence[int], progress: Progress) -> str:
    """Make the view show just these tasks, in their order, and return the link that hands them out for labelling.

    A view that is there is brought up to date, one that was deleted is made again; tasks that it showed before leave
    it. Nothing is sent where nothing differs. Raises StudioError.
    """
    with talking(project.url):
        return _show_in_order(project, view, task_ids, progress)


def _show_in_order(project: Project, view: OrderedView, task_ids: Sequence[int], progress: Progress) -> str:
    places = {task_id: view.place(rank) for rank, task_id in enumerate(task_ids, 1)}
    client, chosen = project.client, query(f"data.{view.column}", "contains", "String", f"{view.mark} ")
    shown: Any = client.tasks.list(project=project.id, query=chosen, fields="task_only", page_size=1000)
    data: dict[int, dict[str, Any]] = {int(task.id): task.data for task in shown}
    data |= {task_id: dict(client.tasks.get(str(task_id)).data) for task_id in places if task_id not in data}
    moved = [task_id for task_id, fields in data.items() if fields.get(view.column, "") != places.get(task_id, "")]
    for number, task_id in enumerate(moved):
        progress("putting papers in order", number, len(moved))
        placed = data[task_id] | {view.column: places.get(task_id, "")}
        client.tasks.update(str(task_id), data=placed, request_options=ONCE)
    fields = sorted({name for each in data.values() for name in each} | {view.column})
    hidden = [f"tasks:{name}" for name in (*_HIDDEN, *(f"data.{name}" for name in fields if name != _SHOWN_DATA))]
    return f"{project.url}/projects/{project.id}/data?tab={_make_view(project, view, hidden)}&labeling=1"


def _make_view(project: Project, view: OrderedView, hidden: Sequence[str]) -> int:
    """Make the view, or give it its filter and order again; returns its id. How people arranged its columns stays."""
    views: Any = project.client.views
    there = views.list(project=project.id)
    found = next((each for each in there if (each.data or {}).get("title") == view.title), None)
    if found is not None:
        if found.data | view.data != found.data:
            views.update(str(found.id), project=project.id, data=found.data | view.data, request_options=ONCE)
        return int(found.id)
    if not there:
        views.create(project=project.id, data=_EVERYTHING, request_options=ONCE)
    # The data manager breaks where one of the two lists is there and the other isn't.
    columns = {"hiddenColumns": {"explore": list(hidden), "labeling": list(hidden)}}
    return int(views.create(project=project.id, data=view.data | columns, request_options=ONCE).id)
