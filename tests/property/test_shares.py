"""The shares of a score, whatever the evidence and the weights."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tagger.learning.evidence import FEATURES, FREQUENCY, SOURCES, mean_evidence
from tagger.learning.stack import shares, weigh

Numbers = np.typing.NDArray[np.float64]


@st.composite
def weighed(draw: st.DrawFn) -> tuple[Numbers, Numbers, Numbers]:
    pairs, numbers = draw(st.integers(1, 6)), st.floats(-8, 8)
    features = draw(arrays.arrays(float, (pairs, len(FEATURES)), elements=numbers))
    weights = draw(arrays.arrays(float, (pairs, len(FEATURES) + 1), elements=st.floats(-0.2, 0.2)))
    means = draw(arrays.arrays(float, (pairs, len(FEATURES)), elements=numbers))
    return features, weights, means


@given(weighed())
def test_shares_add_up_to_the_log_odds_of_the_score(drawn: tuple[Numbers, Numbers, Numbers]) -> None:
    features, weights, means = drawn
    found = shares(features, weights, means)
    assert found.shape == (len(features), len(SOURCES))
    score = np.array([weigh(features[None, [i]], weights[[i]])[0, 0] for i in range(len(features))])
    assert np.allclose(1 / (1 + np.exp(-found.sum(1))), score, atol=1e-9)


@given(weighed())
def test_the_mean_paper_scores_by_frequency_alone(drawn: tuple[Numbers, Numbers, Numbers]) -> None:
    _, weights, means = drawn
    found = shares(means, weights, means)
    assert not np.delete(found, SOURCES.index(FREQUENCY), axis=1).any()


@given(arrays.arrays(float, (40, 3, len(FEATURES)), elements=st.floats(-8, 8)), st.integers(0, 40))
def test_mean_evidence_goes_from_word_counts_to_the_papers_own(found: Numbers, papers: int) -> None:
    counts = np.ones((3, 4), dtype=np.float32)
    mean = mean_evidence(found[:papers], counts)
    assert mean.shape == (3, len(FEATURES)) and np.isfinite(mean).all()
    if not papers:
        assert mean.sum() == counts.sum()
