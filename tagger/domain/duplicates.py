"""Finds papers that may be one, for a person to look at: titles alike, and abstracts that are the same."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tagger.domain.identity import against, title_key
from tagger.domain.paper import Paper, normalised_title

ALIKE = 0.75
_SHORT = 40  # letters and digits: less is "Abstract not available"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two papers that may be one, how alike their titles are, from 0 to 1, and what speaks for and against it."""

    papers: tuple[Paper, Paper]
    likeness: float
    reason: str
    against: str | None


def near_duplicates(papers: Sequence[Paper]) -> list[Pair]:
    """Return pairs of papers of one title or abstract, or whose titles share most words; those most alike first.

    Titles are compared as sets of words by Jaccard's index, at least ``ALIKE``. The pairs are found by their rarest
    words, of which so many must be shared (Chaudhuri, Ganti and Kaushik 2006, "A primitive operator for similarity
    joins in data cleaning"), so that not each paper is held against each other.
    """
    words = [frozenset(normalised_title(paper.title).split()) for paper in papers]
    alike = {pair: _jaccard(words[pair[0]], words[pair[1]]) for pair in _candidates(words)}
    found = {pair: "the titles are alike" for pair, likeness in alike.items() if likeness >= ALIKE}
    found |= dict.fromkeys(_same([_abstract_key(paper) for paper in papers]), "the abstracts are the same")
    found |= dict.fromkeys(_same([title_key(paper.title) for paper in papers]), "the titles are the same")
    pairs = []
    for (a, b), reason in found.items():
        one, other = papers[a], papers[b]
        speaks = against([one], [other]) if reason == "the titles are the same" else None
        pairs.append(Pair((one, other), _jaccard(words[a], words[b]), reason, speaks))
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.papers[0].id, pair.papers[1].id))


def _candidates(words: Sequence[frozenset[str]]) -> Iterator[tuple[int, int]]:
    uses = Counter(word for each in words for word in each)
    holders: dict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(words):
        rarest = sorted(each, key=lambda word: (uses[word], word))
        seen = set()
        for word in rarest[: len(each) - math.ceil(ALIKE * len(each)) + 1]:
            for other in holders[word]:
                if other not in seen and ALIKE * len(each) <= len(words[other]) <= len(each) / ALIKE:
                    yield other, place
                seen.add(other)
            holders[word].append(place)


def _same(keys: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield each paper with the next one of the same key, so that a thousand of one key aren't half a million pairs."""
    last: dict[str, int] = {}
    for place, key in enumerate(keys):
        if key and key in last:
            yield last[key], place
        last[key] = place


def _abstract_key(paper: Paper) -> str:
    key = re.sub(r"[\W_]+", "", paper.abstract.casefold())
    return key if len(key) >= _SHORT else ""


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 1.0
