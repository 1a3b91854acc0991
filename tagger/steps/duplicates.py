"""Papers that may be one, for a person to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tagger.domain.duplicates import Pair, near_duplicates
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Pairs that may be one paper, those most alike first, and the sources of each paper by its id."""

    pairs: tuple[Pair, ...]
    sources: Mapping[str, tuple[str, ...]]


def duplicates(workspace: Workspace) -> Duplicates:
    """Return which papers of the workspace may be one. Nothing is changed."""
    papers = workspace.store.papers
    pairs = tuple(near_duplicates(list(papers.all())))
    return Duplicates(pairs, papers.sources_of({paper.id for pair in pairs for paper in pair.papers}))
