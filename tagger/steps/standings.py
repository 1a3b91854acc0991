"""Keeps where papers stand in step with what was said of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager

from tagger import __version__
from tagger.domain.model import Progress, no_progress
from tagger.errors import StoreError
from tagger.review import PaperState
from tagger.steps.workspace import Workspace
from tagger.store import Standing, Standings, StandingTag

# So many papers are worked out in one transaction, which other commands wait for.
PORTION = 1_000
# What only looks doesn't wait longer for what writes.
WAIT_S = 0.2


def standings(workspace: Workspace, progress: Progress = no_progress) -> Standings:
    """Return where all papers stand, after working out anew those of which something was said since they were kept.

    Where another command is writing, or nothing can be written, that is done on a copy, which holds until
    the next call.
    """
    store = workspace.store
    kept = store.standings
    kept.come_back()
    if kept.are_present(basis_of(workspace)):
        return kept
    try:
        _work_out(workspace, lambda: store.write(wait_s=WAIT_S), progress)
    except StoreError:
        with store.snapshot():
            kept.set_apart()
            _work_out(workspace, contextlib.nullcontext, progress)
    return kept


def basis_of(workspace: Workspace) -> str:
    """Return what every standing rests on beside what was said of its paper."""
    return f"{__version__} {workspace.tag_set.fingerprint} {workspace.store.models.current_name()}"


def standing_of(state: PaperState) -> Standing:
    """Return what is kept of a paper's state."""
    held = {(t.dimension, t.tag): StandingTag(t.dimension, t.tag, True, t.rule, t.model) for t in state.effective}
    suggested = {key: StandingTag(*key, False) for key in state.undecided}
    tags = tuple((suggested | held).values())
    return Standing(state.paper_id, state.status, state.annotated, len(state.conflicts), tags)


def _work_out(
    workspace: Workspace, transaction: Callable[[], AbstractContextManager[None]], progress: Progress
) -> None:
    kept, done = workspace.store.standings, 0
    while True:
        with transaction():
            kept.rest_on(basis_of(workspace))
            stale = kept.stale(PORTION)
            if not stale:
                return
            kept.keep([standing_of(state) for state in workspace.states(stale, only_tags=True).values()])
            done += len(stale)
            progress("Looking at papers", done, done + kept.stale_count())
