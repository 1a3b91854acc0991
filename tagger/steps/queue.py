"""What to label next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tagger.domain.model import Progress
from tagger.errors import ReviewError
from tagger.learning.acquisition import Pick, pick_next
from tagger.steps.audit import blind_papers
from tagger.steps.predict import predict
from tagger.steps.push import Pushed
from tagger.steps.train import labelled_papers
from tagger.steps.views import LABEL_NEXT, push_in_order
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Queue:
    """Papers to label next, in order, out of so many ``candidates``; ``labelled`` is how many are labelled already."""

    model: str
    labelled: int
    candidates: int
    picks: tuple[Pick, ...]


def queue(workspace: Workspace, *, size: int, day: date | None, now: datetime, progress: Progress) -> Queue:
    """Return the ``size`` papers, of a digest or of all, that are expected to teach the current model version most.

    Papers that people tagged, decided or skipped are left out, and those to be judged blind, of which nothing may be
    shown. Those without a suggestion of the version get one first,
    as `tagger predict` gives it. Raises ModelError if there is no usable model version, and StoreError if there is no
    such digest.
    """
    predicted = predict(workspace, day=day, every=False, now=now, progress=progress)
    states = workspace.states([paper.id for paper, _ in predicted.papers])
    open_ids = {i for i, state in states.items() if state.status == "waiting" and not state.annotated}
    open_ids.difference_update(blind_papers(workspace))
    papers = [(paper, suggestion) for paper, suggestion in predicted.papers if paper.id in open_ids]
    labelled = labelled_papers(workspace)
    scores = [suggestion.scores for _, suggestion in papers]
    picks = pick_next([paper for paper, _ in papers], scores, labelled, workspace.tag_set, size)
    return Queue(predicted.model, len(labelled), len(papers), tuple(picks))


def send_queue(workspace: Workspace, found: Queue, *, now: datetime, progress: Progress) -> Pushed:
    """Send a queue's papers to Label Studio, where the view "Label next" hands them out in their order.

    Raises ReviewError if there is none, and StudioError.
    """
    if not found.picks:
        raise ReviewError("there is nothing left to label", "`tagger ingest` brings papers")
    ids = [pick.paper.id for pick in found.picks]
    return push_in_order(workspace, LABEL_NEXT, ids, now=now, progress=progress)
