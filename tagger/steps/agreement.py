"""Where people who judged the same papers agree, where they don't, and what that makes of their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tagger.domain.paper import Paper
from tagger.domain.tags import Tags
from tagger.review import Agreement, Conflict, Trust, labels_of, paper_weight, standing_words, trust
from tagger.review import agreement as measure
from tagger.review.decisions import keys_of
from tagger.steps.standings import standings
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far people agree, how far each is trusted, and what they differ on, with the papers of it."""

    agreement: Agreement
    trust: tuple[Trust, ...]
    conflicts: tuple[tuple[Paper, Conflict], ...]


def agreement(workspace: Workspace) -> Agreed:
    """Return how far people agree who annotated the same papers."""
    labels = labels_of(workspace.tag_set, workspace.store.labels.annotations())
    figures = measure(workspace.tag_set, labels)
    return Agreed(figures, tuple(trust(labels)), tuple(conflicts(workspace)))


def conflicts(workspace: Workspace, *, day: date | None = None) -> list[tuple[Paper, Conflict]]:
    """Return the tags that people differ on and nobody has settled, paper by paper, of a digest or of all papers.

    Raises StoreError if there is no such digest.
    """
    if day:
        workspace.check_digest(day)
    ids = standings(workspace).in_conflict(day)
    found = [conflict for state in workspace.states(ids).values() for conflict in state.conflicts]
    papers = {paper.id: paper for paper in workspace.store.papers.of([conflict.paper_id for conflict in found])}
    return [(papers[conflict.paper_id], conflict) for conflict in found]


def trust_of_people(workspace: Workspace) -> dict[str, float]:
    """Return the trust in everyone whose word is worth less than 1."""
    labels = labels_of(workspace.tag_set, workspace.store.labels.annotations())
    return {found.annotator: found.trust for found in trust(labels) if found.trust < 1}


def paper_weights(workspace: Workspace, tags: Mapping[str, Tags], trusted: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of labelled papers, given the tags that hold for each, from the trust in who says so.

    Where a paper has no tag, it is the trust in those who say that.
    """
    if not trusted:
        return dict.fromkeys(tags, 1.0)
    annotations = workspace.store.labels.annotations(list(tags))
    decisions = workspace.store.labels.decisions(list(tags))
    weights = {}
    for paper_id, held in tags.items():
        said, decided = annotations.get(paper_id, []), decisions.get(paper_id, [])
        carriers = []
        for key in keys_of(held):
            carriers.append([word.by for word in standing_words(key, said, decided) if word.carries])
        if not carriers:
            empty = labels_of(workspace.tag_set, {paper_id: said}).get(paper_id, {})
            carriers = [[who for who, own in empty.items() if not own]]
        weights[paper_id] = paper_weight(carriers, trusted)
    return weights
