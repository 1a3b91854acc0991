"""Proposes tags that a tag set lacks: topics that stand in many titles and that no tag's papers are about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tagger.domain.paper import Paper
from tagger.domain.tags import TagKey, Tags, TagSet
from tagger.learning.word_proposals import phrase_key, terms
from tagger.learning.word_vectors import word_vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A topic stands in so many titles at least, and in this share of the titles of papers that have its words at all:
# words that everybody uses stand in abstracts. A single word says little, so it has to stand in more of them.
LEAST_TITLES, LEAST_TITLE_SHARE, LEAST_OF_A_WORD = 4, 0.2, 0.4
# From this F1 on between its papers and a tag's, it is that tag by another name.
MOST_OVERLAP = 0.5
# Phrases are one topic if this share of their papers is common to both (Jaccard), or their words mean so much the same.
SAME_PAPERS, SAME_MEANING = 0.35, 0.8
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class TagProposal:
    """A topic: what papers call it, how many speak of it, in how many titles, and the tag whose papers are likest.

    ``overlap`` is the F1 between its papers and that tag's; ``examples`` are titles.
    """

    name: str
    words: tuple[str, ...]
    papers: int
    titles: int
    nearest: TagKey
    overlap: float
    examples: tuple[str, ...]


def propose_tags(papers: Sequence[Paper], carried: Sequence[Tags], tag_set: TagSet, most: int) -> list[TagProposal]:
    """Return up to ``most`` topics that no tag covers, those in most titles first; ``carried`` are the papers' tags.

    Phrases of one to three words are counted, whatever their number and hyphens; those that share their papers or their
    meaning are one topic. Left out are names and other words of tags. The same papers give the same topics.
    """
    found = _phrases(papers)
    known = {phrase_key(word) for d in tag_set.dimensions for tag in d.tags for word in (tag.name, *tag.also)}
    tagged = _papers_of(carried)
    ranked = []
    for key, phrase in found.items():
        if key in known or len(phrase.in_titles) < LEAST_TITLES:
            continue
        single = " " not in phrase.name
        if single and _mostly_begins(phrase, papers):
            continue
        if len(phrase.in_titles) >= (LEAST_OF_A_WORD if single else LEAST_TITLE_SHARE) * len(phrase.papers):
            nearest, overlap = _nearest(phrase.papers, tagged, tag_set)
            if overlap < MOST_OVERLAP:
                ranked.append((phrase, nearest, overlap))
    ranked.sort(key=lambda each: (-len(each[0].in_titles) * (1 - each[2]), -len(each[0].name), each[0].name))
    topics: list[tuple[TagProposal, _Phrase]] = []
    vectors = word_vectors().embed([Paper("", phrase.name, "") for phrase, _, _ in ranked])
    meanings: list[NDArray[np.float32]] = []
    for (phrase, nearest, overlap), meaning in zip(ranked, vectors, strict=True):
        at = _same(phrase, meaning, [other for _, other in topics], meanings)
        if at is not None:
            topic, first = topics[at]
            topics[at] = (replace(topic, words=(*topic.words, phrase.name)), first)
        elif len(topics) < most:
            titles = tuple(papers[row].title for row in sorted(phrase.in_titles)[:EXAMPLES])
            told = TagProposal(
                phrase.name, (), len(phrase.papers), len(phrase.in_titles), nearest, round(overlap, 3), titles
            )
            topics.append((told, phrase))
            meanings.append(meaning)
    return [topic for topic, _ in topics]


@dataclass(frozen=True)
class _Phrase:
    """A phrase in its usual spelling, and the rows of the papers and titles it stands in."""

    name: str
    papers: frozenset[int]
    in_titles: frozenset[int]


def _phrases(papers: Sequence[Paper]) -> dict[str, _Phrase]:
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    anywhere: dict[str, set[int]] = defaultdict(set)
    in_titles: dict[str, set[int]] = defaultdict(set)
    for row, paper in enumerate(papers):
        for term in terms(replace(paper, abstract=""))[0]:
            key = phrase_key(term)
            spellings[key][term] += 1
            in_titles[key].add(row)
    enough = {key for key, rows in in_titles.items() if len(rows) >= LEAST_TITLES}
    for row, paper in enumerate(papers):
        for term in terms(paper)[0]:
            if (key := phrase_key(term)) in enough:
                anywhere[key].add(row)
    return {
        key: _Phrase(
            min(spellings[key], key=lambda term: (-spellings[key][term], term)),
            frozenset(anywhere[key]),
            frozenset(in_titles[key]),
        )
        for key in enough
    }


def _mostly_begins(phrase: _Phrase, papers: Sequence[Paper]) -> bool:
    """Return whether most titles begin with it, or go on with it after a colon, as with "Rethinking": no topic does."""
    starts = (part.strip().lower() for row in phrase.in_titles for part in papers[row].title.split(":"))
    return 2 * sum(start.startswith(phrase.name) for start in starts) > len(phrase.in_titles)


def _papers_of(carried: Sequence[Tags]) -> dict[TagKey, set[int]]:
    found: dict[TagKey, set[int]] = defaultdict(set)
    for row, tags in enumerate(carried):
        for dimension, chosen in tags.items():
            for tag in chosen:
                found[dimension, tag].add(row)
    return found


def _nearest(rows: frozenset[int], tagged: Mapping[TagKey, set[int]], tag_set: TagSet) -> tuple[TagKey, float]:
    """Return the tag whose papers are likest, and the F1 between both."""
    keys = [(d.id, tag) for d in tag_set.dimensions for tag in d.tag_ids]
    overlaps = [2 * len(rows & tagged.get(key, set())) / (len(rows) + len(tagged.get(key, ()))) for key in keys]
    best = max(range(len(keys)), key=lambda i: overlaps[i])
    return keys[best], overlaps[best]


def _same(
    phrase: _Phrase, meaning: NDArray[np.float32], others: Sequence[_Phrase], meanings: Sequence[NDArray[np.float32]]
) -> int | None:
    """Return which topic a phrase belongs to, or None."""
    for at, (other, its) in enumerate(zip(others, meanings, strict=True)):
        shared = len(phrase.papers & other.papers) / len(phrase.papers | other.papers)
        inside = len(phrase.papers & other.papers) / min(len(phrase.papers), len(other.papers))
        nested = phrase.name in other.name or other.name in phrase.name
        if shared >= SAME_PAPERS or float(meaning @ its) >= SAME_MEANING or (nested and inside >= SAME_MEANING):
            return at
    return None
