"""A workspace with papers and suggestions, but without a model, for the tests of the steps."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from tagger.domain.labels import Annotation, Suggestion
from tagger.domain.model import ModelVersion
from tagger.domain.paper import Entry, Paper
from tagger.review import PaperState
from tagger.steps.init import init
from tagger.steps.review import Reviewed, accept, reject
from tagger.steps.workspace import Workspace, open_workspace
from tests.conftest import NOW

DAY = date(2026, 8, 7)
TAGS = """\
version: 1
dimensions:
  - {id: habitat, required: true, tags: [{id: sea}, {id: forest}, {id: lake}]}
  - {id: diet, required: false, tags: [{id: plants}, {id: meat}]}
"""
MODEL = ModelVersion("m1", NOW, "minilm", 1, "f" * 64, "d" * 64, 3, {"micro_f1": 0.5})


_MINUTES = itertools.count(1)


@dataclass
class Desk:
    """What a test does at the curator's desk; every word is said a minute after the last."""

    workspace: Workspace
    now: datetime = NOW

    def later(self) -> datetime:
        self.now = NOW + timedelta(minutes=next(_MINUTES))
        return self.now

    def paper(self, paper_id: str, day: date | None = DAY) -> Paper:
        paper = Paper(paper_id, f"Title of {paper_id}", "An abstract")
        with self.workspace.store.write():
            self.workspace.store.papers.save([Entry(paper, day)], self.later())
        return paper

    def suggest(self, paper_id: str, *tags: str, sure: bool = True, day: date | None = DAY) -> None:
        """Save a paper with a suggestion of ``dimension:tag``."""
        chosen: dict[str, tuple[str, ...]] = {"habitat": (), "diet": ()}
        for dimension, _, tag in (name.partition(":") for name in tags):
            chosen[dimension] = (*chosen.get(dimension, ()), tag)
        scores = {dimension: dict.fromkeys((*ids, "meat"), 0.9) for dimension, ids in chosen.items()}
        paper = self.paper(paper_id, day)
        store = self.workspace.store
        with store.write():
            store.models.save(MODEL)
            store.models.promote(MODEL.name, NOW)
            made = Suggestion(paper_id, MODEL.name, self.later(), chosen, scores, needs_review=not sure)
            store.suggestions.save([(paper, made)])

    def annotate(
        self, paper_id: str, *, by: str = "ann", skipped: bool = False, source: str = "test", **tags: tuple[str, ...]
    ) -> None:
        said = Annotation(paper_id, by, self.later(), tags, skipped=skipped)
        with self.workspace.store.write():
            self.workspace.store.labels.annotate([said], source=source, tag_set_version=1, now=self.now)

    def accept(self, paper_id: str, *tags: str, by: str = "bob") -> Reviewed:
        return accept(self.workspace, [paper_id], tags, by=by, now=self.later())

    def reject(self, paper_id: str, *tags: str, by: str = "bob") -> Reviewed:
        return reject(self.workspace, [paper_id], tags, by=by, now=self.later())

    def state(self, paper_id: str) -> PaperState:
        return self.workspace.states([paper_id])[paper_id]

    def tags(self, paper_id: str) -> list[str]:
        return [f"{t.dimension}:{t.tag}" for t in self.state(paper_id).effective]


@contextlib.contextmanager
def open_desk(folder: Path, tags: str | None = None) -> Iterator[Desk]:
    """Open a workspace in ``folder``, made where there is none; ``tags`` become its tag set."""
    if not (folder / "tagger.toml").exists():
        folder.mkdir(exist_ok=True)
        (folder / "mine.yaml").write_text(tags or TAGS)
        init(folder, folder / "mine.yaml", NOW)
    elif tags:
        (folder / "tags.yaml").write_text(tags)
    with open_workspace(folder) as workspace:
        yield Desk(workspace)
