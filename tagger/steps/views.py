"""Papers that Label Studio hands out in an order of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from tagger.domain.model import Progress
from tagger.review import PaperState
from tagger.steps.push import Pushed, push
from tagger.steps.studio import open_linked_project, studio_status
from tagger.steps.workspace import Workspace
from tagger.studio.tasks import find_tasks, single_tasks
from tagger.studio.views import OrderedView, show_in_order

LABEL_NEXT = OrderedView("Label next", "label_next", "next")


def review_view(day: date) -> OrderedView:
    """Return the view of a digest's papers that await review. A tab shows the first letters of its title alone."""
    return OrderedView(f"{day} review", "review", day.isoformat())


def push_in_order(
    workspace: Workspace, view: OrderedView, paper_ids: Sequence[str], *, now: datetime, progress: Progress
) -> Pushed:
    """Push some papers and show them in a view, in their order; the ``page`` returned hands them out so.

    It may be cut anywhere and run again. Raises StudioError.
    """
    pushed = push(workspace, only=paper_ids, now=now, progress=progress)
    status = studio_status(workspace.settings)
    with open_linked_project(workspace, status, now=now, rebuild=False) as (project, _):
        tasks = single_tasks(project, find_tasks(project, paper_ids))
        page = show_in_order(project, view, [tasks[i] for i in paper_ids if i in tasks], progress)
    return replace(pushed, page=page)


def push_review(
    workspace: Workspace,
    states: Sequence[PaperState],
    day: date,
    *,
    others: Sequence[str] = (),
    now: datetime,
    progress: Progress,
) -> Pushed:
    """Push what of a digest awaits review, and show it in a view of its own: what needs a person on top.

    Of these, and of the rest, those whose least sure tag is least sure come first; ``others`` stand behind them. Raises
    StudioError.
    """
    order = [state.paper_id for state in sorted(states, key=lambda s: (not s.needs_person, _least_score(s)))]
    return push_in_order(workspace, review_view(day), [*order, *others], now=now, progress=progress)


def _least_score(state: PaperState) -> float:
    return min(state.suggestion.suggested_scores, default=0.0) if state.suggestion else 0.0
