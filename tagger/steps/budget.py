"""Picks what to review in the time there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tagger.domain.paper import Paper
from tagger.review import PaperState, keys_of, pace_of, pick
from tagger.review.budget import PAPER_S, TAG_S
from tagger.steps.audit import AUDITED, FROM_SCRATCH, PREFILLED
from tagger.steps.workspace import Workspace

# Times at which an import says that someone spoke are no times of work at this desk.
_AT_WORK = (FROM_SCRATCH, PREFILLED, AUDITED, "review")


@dataclass(frozen=True, slots=True)
class Session:
    """What to look at in one sitting: its papers, how long they take, the errors to expect, whether times are known.

    ``measured``: the time is estimated from what people took here, not from a general guess.
    """

    papers: tuple[tuple[Paper, PaperState], ...]
    seconds: float
    errors: float
    measured: bool

    @property
    def told(self) -> str:
        """The session in words."""
        basis = "at your pace so far" if self.measured else f"at {PAPER_S:.0f} s a paper and {TAG_S:.0f} s a tag"
        minutes = max(round(self.seconds / 60), 1)
        return f"About {minutes} min {basis}; some {self.errors:.1f} wrong or missing tags are to be found there."


def within(workspace: Workspace, found: Sequence[tuple[Paper, PaperState]], minutes: float) -> Session:
    """Return those of the papers that await review where so many minutes mend most."""
    papers = {paper.id: paper for paper, _ in found}
    pace = _pace(workspace)
    states = [state for _, state in found]
    picked = pick(states, workspace.tag_set, seconds=60 * minutes, pace=pace or 1.0)
    chosen = tuple((papers[state.paper_id], state) for state in picked.states)
    return Session(chosen, picked.seconds, picked.errors, pace is not None)


def _pace(workspace: Workspace) -> float | None:
    suggestions = workspace.store.suggestions.of()
    tags = {paper_id: len(keys_of(found[-1].tags)) for paper_id, found in suggestions.items()}
    return pace_of(_words(workspace), tags)


def _words(workspace: Workspace) -> Iterator[tuple[str, str, datetime]]:
    """Yield who spoke of which paper when: one word for all that was said at one time."""
    labels = workspace.store.labels
    said = {(a.annotator, a.paper_id, a.at) for of in labels.annotations(sources=_AT_WORK).values() for a in of}
    said |= {(d.by, d.paper_id, d.at) for of in labels.decisions().values() for d in of if d.rule is None}
    yield from said
