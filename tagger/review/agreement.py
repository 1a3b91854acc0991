"""How far people who annotated the same papers agree."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tagger.domain.labels import Annotation, standing_annotations
from tagger.domain.tags import TagKey, TagSet
from tagger.review.decisions import keys_of

Labels = Mapping[str, Mapping[str, frozenset[TagKey]]]
"""By paper id and annotator: the tags that this one gives the paper. Who skipped it isn't there."""


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two people, how many papers both annotated, and micro F1 of one's tags against the other's on these."""

    one: str
    other: str
    papers: int
    f1: float | None


@dataclass(frozen=True, slots=True)
class TagAgreement:
    """A tag on the papers that two annotated: F1 of one's word against the other's, over all pairs of people.

    ``given`` is how often one of a pair gave it, ``both`` how often both did; F1 is 2 both / given, whoever comes
    first.
    """

    dimension: str
    tag: str
    f1: float | None
    given: int
    both: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """What people who annotated the same papers agree on; a figure of nothing is None.

    ``annotated`` are papers by annotator, ``shared`` those that two or more annotated. ``alpha`` is Krippendorff's
    alpha with MASI distance between sets of tags, by dimension, ``overall`` that of all dimensions together.
    """

    annotated: Mapping[str, int]
    shared: int
    alpha: Mapping[str, float | None]
    overall: float | None
    pairs: tuple[PairAgreement, ...]
    tags: tuple[TagAgreement, ...]


def labels_of(tag_set: TagSet, annotations: Mapping[str, Sequence[Annotation]]) -> Labels:
    """Return who gives which of the tag set's tags to which paper, from all annotations by paper id.

    What one of a paper's annotators wasn't asked for is left out there.
    """
    found = {}
    for paper_id, said in annotations.items():
        standing = [a for a in standing_annotations(said) if not a.skipped]
        if standing:
            asked = tag_set.keys.difference(*(a.unasked for a in standing))
            found[paper_id] = {a.annotator: asked.intersection(keys_of(a.tags)) for a in standing}
    return found


def agreement(tag_set: TagSet, labels: Labels) -> Agreement:
    """Return how far people agree on the papers that two or more of them annotated."""
    shared = {paper_id: said for paper_id, said in labels.items() if len(said) > 1}
    ids = [dimension.id for dimension in tag_set.dimensions]
    return Agreement(
        annotated=dict(sorted(Counter(who for said in labels.values() for who in said).items())),
        shared=len(shared),
        alpha={i: _alpha(shared, (i,)) for i in ids},
        overall=_alpha(shared, ids),
        pairs=tuple(_pairs(shared)),
        tags=tuple(_tags(tag_set, shared)),
    )


def _alpha(shared: Labels, dimensions: Iterable[str]) -> float | None:
    """Return Krippendorff's alpha with MASI distance (Passonneau 2006) of the tags in some dimensions.

    It compares the disagreement there is with that of words dealt out at random. Where all say one and the same, there
    would be none either, and nothing to be said: None.
    """
    wanted = set(dimensions)
    rows = [
        (who, paper_id, frozenset(key for key in tags if key[0] in wanted))
        for paper_id, said in shared.items()
        for who, tags in said.items()
    ]
    if len({tags for _, _, tags in rows}) < 2:
        return None
    from nltk.metrics.agreement import AnnotationTask

    return float(AnnotationTask(data=rows, distance=_masi_distance).alpha())


def _masi_distance(one: frozenset[TagKey], other: frozenset[TagKey]) -> float:
    from nltk.metrics.distance import masi_distance

    return 0.0 if one == other else float(masi_distance(one, other))  # two empty sets would be divided by nothing


def _pairs(shared: Labels) -> list[PairAgreement]:
    papers: Counter[tuple[str, str]] = Counter()
    both: Counter[tuple[str, str]] = Counter()
    given: Counter[tuple[str, str]] = Counter()
    for pair, one, other in _compared(shared):
        papers[pair] += 1
        both[pair] += len(one & other)
        given[pair] += len(one) + len(other)
    return [PairAgreement(*pair, papers[pair], _f1(both[pair], given[pair])) for pair in sorted(papers)]


def _tags(tag_set: TagSet, shared: Labels) -> list[TagAgreement]:
    both: Counter[TagKey] = Counter()
    given: Counter[TagKey] = Counter()
    for _, one, other in _compared(shared):
        both.update(one & other)
        given.update([*one, *other])
    keys = [(dimension.id, tag) for dimension in tag_set.dimensions for tag in dimension.tag_ids]
    return [TagAgreement(*key, _f1(both[key], given[key]), given[key], both[key]) for key in keys]


def _compared(shared: Labels) -> Iterable[tuple[tuple[str, str], frozenset[TagKey], frozenset[TagKey]]]:
    """Yield each two people with the tags that both gave, paper by paper."""
    for said in shared.values():
        for one, other in itertools.combinations(sorted(said), 2):
            yield (one, other), said[one], said[other]


def _f1(both: int, given: int) -> float | None:
    return 2 * both / given if given else None
