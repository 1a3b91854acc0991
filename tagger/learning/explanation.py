"""Tells people what speaks for a suggested tag: the words, what was looked at, like papers, each source's share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tagger.domain.evidence import Evidence, TagEvidence
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.learning.attention import AttentionHead
from tagger.learning.evidence import SOURCES
from tagger.learning.scoring import Fitted, Scored
from tagger.learning.stack import shares
from tagger.learning.word_vectors import word_vectors
from tagger.learning.words import found_words, text_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_TERMS = 4


def explain(
    fitted: Fitted, tag_set: TagSet, papers: Sequence[Paper], embeddings: NDArray[np.float32], scored: Scored
) -> list[Evidence]:
    """Return what speaks for the chosen tags of each paper, given embeddings, (papers, dims), and what was scored."""
    import numpy as np

    labelled = fitted.neighbours
    support = labelled.labels.sum(0)
    nearest = labelled.nearest(tag_set, papers, embeddings, scored.meanings)
    tags: list[dict[str, dict[str, TagEvidence]]] = [{d.id: {} for d in tag_set.dimensions} for _ in papers]
    texts = [(text_of(paper.title), text_of(paper.abstract)) for paper in papers]
    looked_at = _looked_at(fitted.attention_head, papers, np.concatenate(scored.chosen, axis=1))
    first = 0
    for i, (dimension, model) in enumerate(zip(tag_set.dimensions, fitted.dimensions, strict=True)):
        rows, columns = np.nonzero(scored.chosen[i])
        parts = shares(scored.evidence[i][rows, columns], model.weights[columns], model.evidence_means[columns])
        for row, column, logits in zip(rows.tolist(), columns.tolist(), parts.tolist(), strict=True):
            tag = dimension.tags[column]
            tags[row][dimension.id][tag.id] = TagEvidence(
                labelled_papers=int(support[first + column]),
                shares=dict(zip(SOURCES, logits, strict=True)),
                words=found_words(tag, *texts[row]),
                looked_at=looked_at[row].get(first + column, ()),
            )
        first += len(dimension.tags)
    return [Evidence(*each) for each in zip(tags, nearest, strict=True)]


def _looked_at(
    head: AttentionHead, papers: Sequence[Paper], chosen: NDArray[np.bool_]
) -> list[dict[int, tuple[str, ...]]]:
    """Return, for each paper, the terms that speak most for each chosen tag, by its column among all tags."""
    import numpy as np

    vectors = word_vectors()
    found = []
    for paper, wanted in zip(papers, chosen, strict=True):
        columns = np.flatnonzero(wanted)
        terms = vectors.known(paper)
        weightiest = _weightiest(vectors.names(terms), head.pulls(vectors.of(terms), columns))
        found.append(dict(zip(columns.tolist(), weightiest, strict=True)))
    return found


def _weightiest(terms: Sequence[str], pulls: NDArray[np.float32]) -> list[tuple[str, ...]]:
    """Return, for each tag, the terms that pull its score up most; of those sharing a word, one.

    Pulls are (terms, tags); all occurrences of a term count together.
    """
    import numpy as np

    places = {term: place for place, term in enumerate(dict.fromkeys(terms))}
    together = np.zeros((len(places), pulls.shape[1]))
    np.add.at(together, [places[term] for term in terms], pulls)
    different = list(places)
    return [
        _apart(different[place] for place in order if together[place, tag] > 0)
        for tag, order in enumerate(np.argsort(-together, axis=0, kind="stable").T.tolist())
    ]


def _apart(terms: Iterable[str]) -> tuple[str, ...]:
    """Return the first terms of which no two share a word."""
    taken: list[str] = []
    words: set[str] = set()
    for term in terms:
        if words.isdisjoint(term.split()):
            taken.append(term)
            words.update(term.split())
        if len(taken) == MOST_TERMS:
            break
    return tuple(taken)
