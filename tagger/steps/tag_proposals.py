"""Proposals for tags that the tag set lacks."""

from __future__ import annotations

from tagger.domain.tags import Tags
from tagger.errors import LearningError
from tagger.learning.tag_proposals import TagProposal, propose_tags
from tagger.learning.words import tags_by_words
from tagger.steps.workspace import Workspace

LEAST_PAPERS = 30


def propose(workspace: Workspace, most: int) -> list[TagProposal]:
    """Return up to ``most`` topics of the workspace's papers that no tag covers.

    A paper's tags are those that hold, else those suggested, else those whose words stand in it. Raises LearningError
    if there are too few papers.
    """
    papers = list(workspace.store.papers.all())
    if len(papers) < LEAST_PAPERS:
        reason = f"{len(papers)} papers tell no topics: it takes {LEAST_PAPERS}"
        raise LearningError(reason, "`tagger ingest` brings more")
    carried: dict[str, Tags] = {}
    for paper_id, state in workspace.states().items():
        held: dict[str, tuple[str, ...]] = {}
        for tag in state.effective:
            held[tag.dimension] = (*held.get(tag.dimension, ()), tag.tag)
        if held:
            carried[paper_id] = held
        elif state.suggestion:
            carried[paper_id] = state.suggestion.tags
    bare = [paper for paper in papers if paper.id not in carried]
    carried |= zip((paper.id for paper in bare), tags_by_words(bare, workspace.tag_set), strict=True)
    return propose_tags(papers, [carried[paper.id] for paper in papers], workspace.tag_set, most)
