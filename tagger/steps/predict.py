"""Auto-tags for new papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from tagger.domain.labels import Suggestion
from tagger.domain.model import Progress
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.errors import SourceError
from tagger.learning.prediction import load_predictor
from tagger.sources import Rejected, read_source
from tagger.steps.adapting import usable_model
from tagger.steps.audit import blind_papers
from tagger.steps.ingest import rejections_in_words
from tagger.steps.standings import standings
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Predicted:
    """Suggestions with their papers, in the order of the source. ``new`` is how many were made by this run.

    ``blind`` are the papers that a person has to judge without seeing what is suggested.
    """

    model: str
    tag_set: TagSet
    papers: tuple[tuple[Paper, Suggestion], ...]
    new: int
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()
    blind: frozenset[str] = frozenset()

    def rows(self, *, explain: bool = False) -> list[dict[str, object]]:
        """Return the predictions in the public format, dimensions and tags in the tag set's order.

        With ``explain``, what speaks for each suggested tag comes along as ``evidence``.
        """
        return [self._row(paper, suggestion, explain=explain) for paper, suggestion in self.papers]

    def _row(self, paper: Paper, suggestion: Suggestion, *, explain: bool) -> dict[str, object]:
        chosen = self.tag_set.ordered(suggestion.tags)
        row = {
            "id": paper.id,
            "title": paper.title,
            "model": suggestion.model,
            "needs_review": suggestion.needs_review,
            "tags": {dimension: list(tags) for dimension, tags in chosen.items()},
            "scores": {
                d.id: {tag: round(suggestion.scores[d.id][tag], 4) for tag in d.tag_ids}
                for d in self.tag_set.dimensions
            },
        }
        if explain:
            row["evidence"] = suggestion.evidence.document(chosen)
        return row


def predict(workspace: Workspace, *, day: date | None, every: bool, now: datetime, progress: Progress) -> Predicted:
    """Suggest tags for a digest's papers, for ``every`` paper, or for those no person has tagged yet, and save them.

    A paper whose present text the current model version has seen keeps that suggestion. Raises ModelError if there is
    no usable model version, and StoreError if there is no such digest.
    """
    store = workspace.store
    folder = usable_model(workspace, now)
    papers = _papers(workspace, day, progress, every=every)
    known = store.suggestions.of([p.id for p in papers], model=folder.name)
    fresh = [paper for paper in papers if paper.id not in known]
    made = {}
    if fresh:
        predictor = load_predictor(folder, workspace.tag_set)
        made = {s.paper_id: s for s in predictor.predict(fresh, at=now, progress=progress)}
        with store.write():
            store.models.save(predictor.version)
            store.suggestions.save((paper, made[paper.id]) for paper in fresh)
    pairs = tuple((paper, made.get(paper.id) or known[paper.id][-1]) for paper in papers)
    return Predicted(folder.name, workspace.tag_set, pairs, len(made), blind=frozenset(blind_papers(workspace)))


def predict_source(
    workspace: Workspace, source: str, *, now: datetime, stdin: BinaryIO | None, progress: Progress
) -> Predicted:
    """Suggest tags for the papers of a source; nothing is saved.

    Raises ModelError, and SourceError if the source can't be read or not one of its records can be used.
    """
    predictor = load_predictor(usable_model(workspace, now), workspace.tag_set)
    parsed = read_source(source, today=now.date(), stdin=stdin)
    if parsed.rejected and not parsed.entries:
        raise SourceError(f"nothing was tagged: {rejections_in_words(parsed.rejected)}")
    papers = list({entry.paper.id: entry.paper for entry in parsed.entries}.values())
    suggestions = predictor.predict(papers, at=now, progress=progress)
    pairs = tuple(zip(papers, suggestions, strict=True))
    name = predictor.version.name
    return Predicted(name, workspace.tag_set, pairs, len(pairs), parsed.rejected, parsed.notes)


def _papers(workspace: Workspace, day: date | None, progress: Progress, *, every: bool) -> Sequence[Paper]:
    papers = workspace.store.papers
    if day is not None:
        return workspace.digest_papers(day)
    if every:
        return list(papers.all())
    return list(papers.of(standings(workspace, progress).unlabelled()))
