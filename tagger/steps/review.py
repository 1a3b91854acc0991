"""People's verdicts on suggestions, from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tagger.domain.labels import Decision
from tagger.domain.paper import Paper
from tagger.errors import ReviewError
from tagger.review import PaperState, accepting, rejecting
from tagger.steps.workspace import Workspace
from tagger.tagset import find_tag

ALL_SURE = "all-sure"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How many papers a verdict was given on, and how many decisions that made."""

    papers: int
    decisions: int


def waiting(workspace: Workspace, *, day: date | None = None) -> list[tuple[Paper, PaperState]]:
    """Return the papers that await review with their states, those the model isn't sure of first."""
    found = workspace.digest_papers(day) if day else workspace.store.papers.all()
    papers = {paper.id: paper for paper in found}
    states = [s for s in workspace.states(list(papers)).values() if s.status == "waiting"]
    states.sort(key=lambda s: not (s.suggestion and s.suggestion.needs_review))
    return [(papers[state.paper_id], state) for state in states]


def accept(workspace: Workspace, paper_ids: Sequence[str], tags: Sequence[str], *, by: str, now: datetime) -> Reviewed:
    """Accept the suggested tags of papers, or just ``tags``, which needn't be suggested. Raises ReviewError."""
    chosen = [find_tag(workspace.tag_set, tag) for tag in tags]
    decisions = []
    for state in _named(workspace, paper_ids):
        wanted = chosen or _suggested(state)
        held = {(t.dimension, t.tag) for t in state.effective if t.rule is None}
        new = [key for key in wanted if key not in held]
        decisions += accepting(state.paper_id, new, state.suggestion, by=by, at=now)
    return _save(workspace, decisions, len(set(paper_ids)), now)


def reject(workspace: Workspace, paper_ids: Sequence[str], tags: Sequence[str], *, by: str, now: datetime) -> Reviewed:
    """Reject the suggested tags of papers, or just ``tags``. Raises ReviewError for a tag that isn't there."""
    chosen = [find_tag(workspace.tag_set, tag) for tag in tags]
    decisions = []
    for state in _named(workspace, paper_ids):
        held = [(t.dimension, t.tag) for t in state.effective]
        standing = [*held, *(key for key in state.undecided if key not in held)]
        for dimension, tag in chosen:
            if (dimension, tag) not in standing:
                raise ReviewError(f"{state.paper_id} doesn't carry {dimension}:{tag}, so it can't be rejected")
        decisions += rejecting(state.paper_id, chosen or standing, state.suggestion, by=by, at=now)
    return _save(workspace, decisions, len(set(paper_ids)), now)


def accept_all_sure(workspace: Workspace, *, day: date | None, by: str, now: datetime) -> Reviewed:
    """Accept every waiting suggestion that the model is sure of. It is recorded as a rule that ``by`` set going."""
    decisions: list[Decision] = []
    papers = 0
    for _, state in waiting(workspace, day=day):
        if state.suggestion and not state.suggestion.needs_review and state.undecided:
            decisions += accepting(state.paper_id, state.undecided, state.suggestion, by=by, at=now, rule=ALL_SURE)
            papers += 1
    return _save(workspace, decisions, papers, now)


def _named(workspace: Workspace, paper_ids: Sequence[str]) -> list[PaperState]:
    ids = list(dict.fromkeys(paper_ids))
    known = {paper.id for paper in workspace.store.papers.of(ids)}
    for paper_id in ids:
        if paper_id not in known:
            raise ReviewError(f"there is no paper '{paper_id}'", "`tagger review list` shows the ids")
    return list(workspace.states(ids).values())


def _suggested(state: PaperState) -> list[tuple[str, str]]:
    if state.suggestion is None:
        raise ReviewError(
            f"nothing is suggested for {state.paper_id}", "`tagger predict` suggests tags; `--tag` names some yourself"
        )
    return [(dimension, tag) for dimension, tags in state.suggestion.tags.items() for tag in tags]


def _save(workspace: Workspace, decisions: list[Decision], papers: int, now: datetime) -> Reviewed:
    with workspace.store.write():
        return Reviewed(papers, workspace.store.labels.decide(decisions, now))
