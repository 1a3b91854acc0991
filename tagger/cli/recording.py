"""Keeps this run of a command in the workspace's history: when it began, and how it ended."""

from __future__ import annotations

import logging
import os
import shlex
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tagger import __version__
from tagger.domain.run import Outcome, Process, Run
from tagger.domain.text import without_secrets
from tagger.errors import StoreError, in_one_line
from tagger.liveness import birth

LONGEST_LINE = 300
_LOG = logging.getLogger(__name__)


class Recording:
    """The run that this process is. What can't be kept is logged: no command fails because of its history."""

    def __init__(self) -> None:
        self._run = Run(os.urandom(4).hex(), "", __version__, Process(os.getpid(), ""), datetime.now(UTC))
        self._clock = time.monotonic()
        self._folder: Path | None = None
        self._kept = False

    @property
    def id(self) -> str:
        """The run's id: eight hex digits."""
        return self._run.id

    def begin(self, folder: Path, arguments: list[str]) -> None:
        """Keep that it began, if there is a workspace in ``folder``; ``arguments`` begin with the command's name."""
        self._run = replace(self._run, command=_shown(shlex.join(arguments)))
        _LOG.info("tagger %s begins: %s", __version__, self._run.command)
        self._folder = folder
        self._keep()

    def tell(self, text: str) -> None:
        """Remember the first line of what is printed; of what is printed later, nothing."""
        if not self._run.told:
            self._run = replace(self._run, told=_shown(text.strip().partition("\n")[0]))

    def tell_failure(self, reason: str) -> None:
        """Remember why it failed, whatever it printed."""
        self._run = replace(self._run, told=_shown(reason))

    def end(self, outcome: Outcome) -> None:
        """Keep how it ended, also of `init`, which made the workspace only now."""
        if self._folder is None:
            return
        self._run = replace(self._run, outcome=outcome, seconds=round(time.monotonic() - self._clock, 3))
        self._keep()
        _LOG.info("%s after %.1f s", outcome, self._run.seconds)

    def _keep(self) -> None:
        from tagger.steps.history import begin_run, end_run

        assert self._folder is not None
        try:
            if self._kept:
                end_run(self._folder, self._run)
            else:
                process = Process(os.getpid(), birth(os.getpid()) or "")
                self._run = replace(self._run, process=process)
                self._kept = begin_run(self._folder, self._run)
        except (StoreError, OSError) as error:
            _LOG.info("the history isn't kept: %s", error)


current: Recording | None = None
"""This process's run, if it is one of the command line."""


def tell(text: str) -> None:
    """Remember the first line of what is printed, if this is a run."""
    if current:
        current.tell(text)


def tell_failure(reason: str) -> None:
    """Remember why this run failed, if it is one."""
    if current:
        current.tell_failure(reason)


def _shown(text: str) -> str:
    """Return text that can be kept: on one line, without secrets, and without what no encoding can write."""
    return in_one_line(without_secrets(text.encode(errors="replace").decode()), LONGEST_LINE)
