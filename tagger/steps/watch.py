"""Takes what people do in Label Studio as they do it, and learns from it when there is enough."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tagger.domain.model import Progress
from tagger.errors import StudioError, TaggerError
from tagger.files import held
from tagger.learning.options import TrainingOptions
from tagger.learning.starter import STARTER
from tagger.settings import read_settings
from tagger.steps.pull import Pulled, pull
from tagger.steps.studio import open_linked_project, studio_status
from tagger.steps.train import labelled_papers, train
from tagger.steps.workspace import Workspace, open_workspace
from tagger.studio.project import Project
from tagger.studio.webhooks import Receiver, can_call_us, keep_registered, receiving, unregister

# Several people submit at once, and one submits again within seconds: a pull waits until it is quiet for a moment.
QUIET_S, LONGEST_S = 0.5, 5.0
# How often a server that is away is tried again.
RETRY_S = 5.0


@dataclass(slots=True)
class Watched:
    """What came while it was watched: pulls that took something, what they took, and the versions trained."""

    pulls: int = 0
    annotations: int = 0
    decisions: int = 0
    withdrawn: int = 0
    trained: list[str] = field(default_factory=list)


class Watch:
    """Watches one workspace's project. ``tell`` is called with a line for people whenever something happened."""

    def __init__(
        self,
        folder: Path,
        *,
        every_s: float,
        retrain_after: int | None,
        tell: Callable[[str], None],
        progress: Progress,
    ) -> None:
        self.watched = Watched()
        self.stop = threading.Event()
        self._folder = folder
        self._every_s = every_s
        self._retrain_after = retrain_after
        self._tell = tell
        self._progress = progress
        self._trouble = ""
        self._told: set[str] = set()
        self._tried = 0

    def run(self) -> Watched:
        """Pull at the start, on every call of the server, and every so often, until ``stop`` is set.

        Ctrl-C ends it as well. A server that goes away is waited for. Raises a TaggerError where it can't begin.
        """
        with held(_lock(self._folder), _refuse), receiving() as receiver:
            try:
                with open_workspace(self._folder):
                    pass
                while not self.stop.is_set():
                    self._round(receiver)
                    _wait(receiver, self.stop, RETRY_S if self._trouble else self._every_s)
            finally:
                with contextlib.suppress(TaggerError), self._project() as project:
                    unregister(project, receiver)
        return self.watched

    def _round(self, receiver: Receiver) -> None:
        called = receiver.news.is_set() and not self._trouble
        receiver.news.clear()  # what comes from here on may be missed by this pull
        try:
            with open_workspace(self._folder) as workspace:
                if not called:
                    self._register(workspace, receiver)
                pulled = pull(workspace, now=datetime.now().astimezone(), progress=self._progress)
                self._count(pulled)
                if self._trouble:
                    self._trouble = ""
                    self._tell("going on")
                self._retrain(workspace)
        except TaggerError as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                self._tell(f"{error} (watching on)")

    def _register(self, workspace: Workspace, receiver: Receiver) -> None:
        status = studio_status(workspace.settings)
        if not can_call_us(status.url):
            self._tell_once(f"{status.url} can't call this machine: pulling every {self._every_s:.0f} s")
            return
        now = datetime.now().astimezone()
        with open_linked_project(workspace, status, now=now, rebuild=False) as (project, _):
            try:
                keep_registered(project, receiver)
            except StudioError as error:
                hint = "A local server is restarted for that by `tagger studio stop` and `start`"
                self._tell_once(f"it may not call us: {error.message}. {hint}; pulling every {self._every_s:.0f} s")

    @contextlib.contextmanager
    def _project(self) -> Iterator[Project]:
        with open_workspace(self._folder) as workspace:
            status, now = studio_status(workspace.settings), datetime.now().astimezone()
            with open_linked_project(workspace, status, now=now, rebuild=False) as (project, _):
                yield project

    def _count(self, pulled: Pulled) -> None:
        for problem in pulled.problems:
            self._tell_once(f"note: {problem}")
        if not (pulled.annotations or pulled.decisions or pulled.withdrawn):
            return
        self.watched.pulls += 1
        self.watched.annotations += pulled.annotations
        self.watched.decisions += pulled.decisions
        self.watched.withdrawn += pulled.withdrawn
        gone = f", {pulled.withdrawn} withdrawn" if pulled.withdrawn else ""
        self._tell(f"took annotations: {pulled.annotations}, decisions: {pulled.decisions}{gone}")

    def _retrain(self, workspace: Workspace) -> None:
        """Train where enough papers were labelled since the current model version, or since a training that failed."""
        if self._retrain_after is None:
            return
        labelled = len(labelled_papers(workspace))
        if labelled - max(_learnt_from(workspace), self._tried) < self._retrain_after:
            return
        self._tried = labelled
        self._tell(f"training on {labelled} labelled papers")
        now = datetime.now().astimezone()
        try:
            trained = train(workspace, options=TrainingOptions(), now=now, progress=self._progress)
        except TaggerError as error:
            self._tell(f"{error} (watching on)")
            return
        self.watched.trained.append(trained.version.name)
        self._tell(f"trained {trained.version.name} in {trained.seconds:.0f} s. Next: tagger predict, tagger push")

    def _tell_once(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            self._tell(line)


def _learnt_from(workspace: Workspace) -> int:
    """Return how many of the workspace's labelled papers the current version learnt from; the starter from none."""
    name = workspace.store.models.current_name()
    version = workspace.store.models.find(name) if name and name != STARTER else None
    return version.papers if version else 0


def _wait(receiver: Receiver, stop: threading.Event, seconds: float) -> None:
    """Wait for a call, for so long, then until no more calls come."""
    deadline = time.monotonic() + seconds
    while not stop.is_set() and time.monotonic() < deadline:
        if receiver.news.wait(min(0.2, seconds)):
            break
    else:
        return
    latest = time.monotonic() + LONGEST_S
    while not stop.is_set() and time.monotonic() < latest:
        receiver.news.clear()
        if not receiver.news.wait(QUIET_S):
            break
    receiver.news.set()


def _lock(folder: Path) -> Path:
    studio = read_settings(folder).studio
    studio.mkdir(exist_ok=True)
    return studio / "watch.lock"


def _refuse(_: float) -> None:
    raise StudioError("another `tagger studio watch` is at work in this workspace", "One is enough")
