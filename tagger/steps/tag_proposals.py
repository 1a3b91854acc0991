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
    states = workspace.states()
    by_words = tags_by_words(papers, workspace.tag_set)
    carried: list[Tags] = []
    for paper, found in zip(papers, by_words, strict=True):
        state, held = states[paper.id], dict[str, tuple[str, ...]]()
        for tag in state.effective:
            held[tag.dimension] = (*held.get(tag.dimension, ()), tag.tag)
        carried.append(held or (state.suggestion.tags if state.suggestion else found))
    return propose_tags(papers, carried, workspace.tag_set, most)
