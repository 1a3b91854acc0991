"""A run of a command: what was asked for, when, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["running", "done", "failed", "interrupted", "killed", "crashed"]


@dataclass(frozen=True, slots=True)
class Run:
    """One run. ``told`` is the first line of what it printed, or why it failed; ``seconds`` is None until it ends.

    A ``killed`` one didn't live to tell, ``failed`` is what ended with a reason and exit code 1, ``crashed`` a bug.
    """

    id: str
    command: str
    began_at: datetime
    version: str
    outcome: Outcome
    seconds: float | None = None
    told: str = ""
