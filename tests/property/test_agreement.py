"""Agreement of any people on any papers."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.review import Labels, agreement, trust

TAG_SET = TagSet(1, (Dimension("d", "", False, tuple(Tag(tag, tag) for tag in ("x", "y", "cs.CV"))),))
tags = st.frozensets(st.sampled_from(sorted(TAG_SET.keys)))
labels = st.dictionaries(
    st.sampled_from([f"p{i}" for i in range(8)]),
    st.dictionaries(st.sampled_from(("ann", "bob", "cid", "dan")), tags, min_size=1),
)


def masi(one: frozenset[object], other: frozenset[object]) -> float:
    """Return MASI distance as Passonneau 2006 defines it."""
    if one == other:
        return 0
    if not one & other:
        return 1
    return 1 - len(one & other) / len(one | other) * (2 / 3 if one <= other or other <= one else 1 / 3)


def krippendorff(said: Labels) -> float | None:
    """Return alpha from its definition: over coincidences within papers, and over all pairs of words."""
    units = [list(of.values()) for of in said.values() if len(of) > 1]
    words = [word for of in units for word in of]
    expected = sum(masi(a, b) for a, b in itertools.permutations(words, 2))
    if not expected:
        return None
    observed = sum(sum(masi(a, b) for a, b in itertools.permutations(of, 2)) / (len(of) - 1) for of in units)
    return 1 - (len(words) - 1) * observed / expected


@settings(max_examples=60)
@given(labels)
def test_alpha_is_krippendorffs(said: Labels) -> None:
    found, expected = agreement(TAG_SET, said).overall, krippendorff(said)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-9))


@settings(max_examples=60)
@given(labels)
def test_names_do_not_matter_and_trust_is_a_share(said: Labels) -> None:
    swapped = {p: {who.translate(str.maketrans("ad", "da")): t for who, t in of.items()} for p, of in said.items()}
    one, other = agreement(TAG_SET, said), agreement(TAG_SET, swapped)
    assert one.overall == pytest.approx(other.overall) and sorted(one.tags, key=str) == sorted(other.tags, key=str)
    shared = {who for of in said.values() if len(of) > 1 for who in of}
    for found in trust(said):
        assert 0 < found.trust <= 1
        assert found.annotator in shared or found.trust == 1
