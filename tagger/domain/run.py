"""A run of a command: what was asked for, when, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["running", "done", "failed", "interrupted", "crashed", "killed"]


@dataclass(frozen=True, slots=True)
class Process:
    """A process by its number and by when it was born, as `tagger.liveness.birth` tells."""

    pid: int
    born: str


@dataclass(frozen=True, slots=True)
class Run:
    """One run of ``command``, the words after ``tagger``, by a ``version`` of it.

    ``told`` is the first line that it printed, or why it failed. It ``failed`` with a reason, ``crashed`` of a bug, or
    was ``killed``, which it didn't live to tell. ``seconds`` is None until it ends.
    """

    id: str
    command: str
    version: str
    process: Process
    began_at: datetime
    outcome: Outcome = "running"
    seconds: float | None = None
    told: str = ""
