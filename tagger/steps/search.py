"""Finding papers again by their words, tags and days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from tagger.domain.model import Progress, no_progress
from tagger.domain.paper import Paper
from tagger.domain.tags import TagKey
from tagger.steps.audit import blind_papers
from tagger.steps.standings import standings
from tagger.steps.workspace import Workspace
from tagger.tagset import find_tag


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """A paper that was found, with its day and how well it fits; ``blind``: its tags may not be shown yet.

    ``tags`` are those that people or a rule decided, ``suggested`` those that nobody has decided on.
    """

    paper: Paper
    day: date | None
    score: float
    tags: tuple[TagKey, ...]
    suggested: tuple[TagKey, ...]
    blind: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The best of so many papers (``total``) that were found."""

    total: int
    papers: tuple[FoundPaper, ...]


def search(
    workspace: Workspace,
    text: str,
    *,
    tags: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    limit: int,
    progress: Progress = no_progress,
) -> Found:
    """Return the papers with all the words of ``text`` and all the ``tags``, decided or suggested, best first.

    Of a paper that a person has to judge blind no tags are told, and it is of no tag. Raises TagSetError for a tag that
    isn't in the tag set, and StoreError for a text without any word.
    """
    wanted = {find_tag(workspace.tag_set, tag) for tag in tags}
    blind = blind_papers(workspace)
    if wanted:
        standings(workspace, progress)
    hits = workspace.store.search.find(text, since=since, until=until, tags=wanted, untold=blind, limit=limit)
    ids = [hit.paper_id for hit in hits.best]
    papers = {paper.id: paper for paper in workspace.store.papers.of(ids)}
    carried = tags_of(workspace, ids, blind)
    found = (
        FoundPaper(papers[h.paper_id], h.day, h.score, *carried[h.paper_id], h.paper_id in blind) for h in hits.best
    )
    return Found(hits.total, tuple(found))


def tags_of(
    workspace: Workspace, paper_ids: list[str], blind: Collection[str]
) -> dict[str, tuple[tuple[TagKey, ...], tuple[TagKey, ...]]]:
    """Return the decided and the undecided suggested tags of papers in the tag set's order; none of ``blind`` ones."""
    order = {key: place for place, key in enumerate((d.id, t) for d in workspace.tag_set.dimensions for t in d.tag_ids)}
    found: dict[str, tuple[tuple[TagKey, ...], tuple[TagKey, ...]]] = dict.fromkeys(paper_ids, ((), ()))
    for paper_id, state in workspace.states([i for i in paper_ids if i not in blind]).items():
        decided = [(tag.dimension, tag.tag) for tag in state.effective]
        suggested = [key for key in state.undecided if key not in decided]
        ordered = (sorted(keys, key=lambda key: order.get(key, len(order))) for keys in (decided, suggested))
        found[paper_id] = (tuple(next(ordered)), tuple(next(ordered)))
    return found
