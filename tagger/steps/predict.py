"""Auto-tags for new papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from tagger.domain.labels import Suggestion
from tagger.domain.model import Progress
from tagger.domain.paper import Paper
from tagger.errors import ModelError
from tagger.learning.prediction import Predictor, load_predictor
from tagger.sources import Rejected, read_source
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Predicted:
    """Suggestions with their papers, in the order of the source. ``new`` is how many were made by this run."""

    model: str
    papers: tuple[tuple[Paper, Suggestion], ...]
    new: int
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, object]]:
        """Return the predictions in the public format."""
        return [
            {
                "id": paper.id,
                "title": paper.title,
                "model": suggestion.model,
                "needs_review": suggestion.needs_review,
                "tags": {dimension: list(tags) for dimension, tags in suggestion.tags.items()},
                "scores": {
                    dimension: {tag: round(score, 4) for tag, score in scores.items()}
                    for dimension, scores in suggestion.scores.items()
                },
            }
            for paper, suggestion in self.papers
        ]


def predict(workspace: Workspace, *, day: date | None, every: bool, now: datetime, progress: Progress) -> Predicted:
    """Suggest tags for a digest's papers, for ``every`` paper, or for those no person has tagged yet, and save them.

    A paper whose present text the current model version has seen keeps that suggestion. Raises ModelError if there is
    no usable model version, and StoreError if there is no such digest.
    """
    store = workspace.store
    folder = workspace.current_model()
    papers = _papers(workspace, day, every=every)
    known = store.suggestions.of([p.id for p in papers], model=folder.name)
    fresh = [paper for paper in papers if paper.id not in known]
    made = {}
    if fresh:
        predictor = _predictor(workspace, folder.name)
        made = {s.paper_id: s for s in predictor.predict(fresh, at=now, progress=progress)}
        with store.write():
            store.models.save(predictor.version)
            store.suggestions.save((paper, made[paper.id]) for paper in fresh)
    pairs = tuple((paper, made.get(paper.id) or known[paper.id][-1]) for paper in papers)
    return Predicted(folder.name, pairs, len(made))


def predict_source(
    workspace: Workspace, source: str, *, now: datetime, stdin: BinaryIO | None, progress: Progress
) -> Predicted:
    """Suggest tags for the papers of a source; nothing is saved. Raises SourceError or ModelError."""
    predictor = _predictor(workspace, workspace.current_model().name)
    parsed = read_source(source, today=now.date(), stdin=stdin)
    papers = [entry.paper for entry in parsed.entries]
    suggestions = predictor.predict(papers, at=now, progress=progress)
    pairs = tuple(zip(papers, suggestions, strict=True))
    return Predicted(predictor.version.name, pairs, len(pairs), parsed.rejected, parsed.notes)


def _papers(workspace: Workspace, day: date | None, *, every: bool) -> Sequence[Paper]:
    papers = workspace.store.papers
    if day is not None:
        return workspace.digest_papers(day)
    if every:
        return list(papers.all())
    states = workspace.states()
    return [p for p in papers.all() if states[p.id].status not in ("decided", "skipped") and not states[p.id].annotated]


def _predictor(workspace: Workspace, name: str) -> Predictor:
    predictor = load_predictor(workspace.settings.models / name)
    ours = [(d.id, d.tag_ids) for d in workspace.tag_set.dimensions]
    if ours != [(d.id, d.tag_ids) for d in predictor.tag_set.dimensions]:
        raise ModelError(f"the model version {name} was trained for another tag set", "`tagger train` makes a new one")
    return predictor
