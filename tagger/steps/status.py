"""Where the work stands, and what to do next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class DigestStatus:
    """How far one day's papers are."""

    day: date
    papers: int
    decided: int
    waiting: int
    untagged: int


@dataclass(frozen=True, slots=True)
class Status:
    """Where a workspace stands. ``labelled_since`` counts papers that people tagged after the model was trained."""

    papers: int
    annotated: int
    waiting: int
    model: str | None
    labelled_since: int
    digests: tuple[DigestStatus, ...]
    next: str


def status(workspace: Workspace) -> Status:
    """Return where the workspace stands."""
    store = workspace.store
    states = workspace.states()
    annotated = sum(state.annotated for state in states.values())
    waiting = sum(state.status == "waiting" for state in states.values())
    digests = []
    for day in store.papers.digest_days():
        ids = [paper.id for paper in store.papers.in_digest(day)]
        tally = Counter(states[paper_id].status for paper_id in ids)
        decided = tally["decided"] + tally["skipped"]
        digests.append(DigestStatus(day, len(ids), decided, tally["waiting"], tally["untagged"]))
    name = store.models.current_name()
    version = store.models.find(name) if name else None
    since = annotated - version.papers if version else annotated
    return Status(
        papers=len(states),
        annotated=annotated,
        waiting=waiting,
        model=name,
        labelled_since=max(since, 0),
        digests=tuple(digests),
        next=_next(len(states), annotated, name, digests),
    )


def _next(papers: int, annotated: int, model: str | None, digests: list[DigestStatus]) -> str:
    """Return the one thing to do now, as a command with its reason."""
    if not papers:
        return "tagger ingest FILE: there are no papers yet"
    if not annotated and model is None:
        return "tagger studio start, then tagger push: people label the first papers in Label Studio"
    if model is None:
        return f"tagger train: {annotated} annotated papers are there to learn from"
    for digest in digests:
        if digest.untagged:
            return f"tagger predict --digest {digest.day}: {digest.untagged} of its papers have no tags yet"
        if digest.waiting:
            return f"tagger review list --digest {digest.day}: {digest.waiting} of its papers await review"
    if digests:
        return f"tagger publish --digest {digests[0].day} --out site: everything in it is decided"
    return "tagger predict: suggest tags for the papers that have none"
