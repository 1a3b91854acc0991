"""How much weight an annotator's word has in training."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tagger.domain.tags import TagKey
from tagger.review.agreement import Labels

# Trust starts at 1 as if it had been earned on so many papers.
EARNED_BEFOREHAND = 10


@dataclass(frozen=True, slots=True)
class Trust:
    """An annotator's trust, 0 to 1, and what it comes from: the likeness with others' tags on the papers they share.

    ``agreement`` is None where they share none; then trust is 1.
    """

    annotator: str
    papers: int
    agreement: float | None
    trust: float


def trust(labels: Labels) -> list[Trust]:
    """Return everyone's trust, by name.

    It is the worker-media-unit agreement of CrowdTruth (Dumitrache et al. 2018, "CrowdTruth 2.0: Quality Metrics for
    Crowdsourcing with Disagreement", arXiv:1808.06080) without its rounds of mutual weighting: the cosine between
    someone's tags on a paper and the sum of the others', averaged over papers, and pulled towards 1 where these are
    few. Of two people who differ nobody can say who is right, so both lose. Models of the truth behind annotations
    (Dawid and Skene, MACE) want one label an item and several annotators each, which a small team doesn't have.
    """
    likenesses: dict[str, list[float]] = {}
    for said in labels.values():
        total = Counter(key for tags in said.values() for key in tags)
        for who, tags in said.items():
            found = likenesses.setdefault(who, [])
            if len(said) > 1:
                found.append(_cosine(tags, {key: n - (key in tags) for key, n in total.items()}))
    return [_trust(who, found) for who, found in sorted(likenesses.items())]


def paper_weight(carriers: Iterable[Iterable[str]], trusted: Mapping[str, float]) -> float:
    """Return a labelled paper's weight, given who says each of its tags: the mean over tags of the trust in them.

    A tag that several say is as sure as that not all of them err, each by themselves. Who isn't in ``trusted`` has 1.
    """
    sure = [1 - math.prod(1 - trusted.get(who, 1.0) for who in people) for people in carriers]
    return sum(sure) / len(sure) if sure else 1.0


def _trust(who: str, found: list[float]) -> Trust:
    if not found:
        return Trust(who, 0, None, 1.0)
    total, papers = math.fsum(found), len(found)
    return Trust(who, papers, total / papers, (total + EARNED_BEFOREHAND) / (papers + EARNED_BEFOREHAND))


def _cosine(own: frozenset[TagKey], others: Mapping[TagKey, int]) -> float:
    """Return the cosine between some tags and how often others gave each; two that are empty are alike."""
    length = math.sqrt(len(own)) * math.sqrt(sum(n * n for n in others.values()))
    if not length:
        return float(not own and not any(others.values()))
    return min(sum(others[key] for key in own) / length, 1.0)
