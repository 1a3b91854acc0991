"""Which commands ran in a workspace, and how each ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tagger.domain.run import Run
from tagger.liveness import birth
from tagger.settings import CONFIG_NAME, HISTORY_NAME
from tagger.store import Runs


def begin_run(folder: Path, run: Run) -> bool:
    """Keep a run in the history of the workspace in ``folder``; return False if there is none. Raises StoreError."""
    if not (folder / CONFIG_NAME).is_file():
        return False
    Runs(folder / HISTORY_NAME).begin(run)
    return True


def end_run(folder: Path, run: Run) -> None:
    """Keep how a run ended. Raises StoreError."""
    Runs(folder / HISTORY_NAME).end(run)


def history(folder: Path, since: datetime | None = None, until: datetime | None = None) -> list[Run]:
    """Return the runs that began from ``since`` to before ``until``, latest first.

    One that didn't tell its end and isn't there any more was killed. Raises StoreError if the history can't be read.
    """
    return [
        replace(run, outcome="killed") if run.outcome == "running" and not _runs(run) else run
        for run in Runs(folder / HISTORY_NAME).between(since, until)
    ]


def _runs(run: Run) -> bool:
    return birth(run.process.pid) == run.process.born
