"""Keeps requests to one service apart, also those of processes run at the same time or one after another."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable
from pathlib import Path

ARXIV_PACE_S = 3.0  # what arXiv's terms ask for


def wait_for_turn(
    file: Path, seconds: float, *, now: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Wait until ``seconds`` have passed since the last turn that ``file`` tells of, and write this one there.

    Raises OSError if the file can't be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as state:
        fcntl.flock(state, fcntl.LOCK_EX)  # the next process waits here until this one has had its turn
        state.seek(0)
        try:
            passed = now() - float(state.read())
        except ValueError:
            passed = seconds
        if passed < seconds:
            sleep(min(seconds - passed, seconds))  # a clock that was put back would make it long
        state.truncate(0)
        state.write(repr(now()))
