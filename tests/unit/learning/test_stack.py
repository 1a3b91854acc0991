import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tagger.learning.evidence import FEATURES
from tagger.learning.stack import fit_stack, fit_weights, mixed_weights, prior_weights, weigh

RANDOM = np.random.default_rng(0)


def test_weights_agree_with_scikit_learn() -> None:
    features = RANDOM.normal(size=(400, 5)) * [1, 2, 3, 1, 1]
    labels = features @ [1.0, -1.0, 0.5, 0.0, 0.0] - 1 + RANDOM.logistic(size=400) > 0
    # scikit-learn doesn't penalise its intercept, so a column of ones stands in for it.
    with_ones = np.concatenate([features, np.ones((400, 1))], axis=1)
    expected = LogisticRegression(C=1 / 2.0, fit_intercept=False, tol=1e-8, max_iter=1000).fit(with_ones, labels)
    assert np.allclose(fit_weights(features, labels, np.zeros(6), 2.0), expected.coef_[0], atol=1e-3)


def test_without_labels_the_prior_stands() -> None:
    prior = prior_weights(0)
    weights = fit_stack(np.zeros((0, 4, len(FEATURES))), np.zeros((0, 4), dtype=bool), prior)
    assert np.allclose(weights, np.tile(prior, (4, 1)))


def test_a_tag_with_many_labels_strays_from_its_dimension_and_one_without_stays() -> None:
    features = RANDOM.normal(size=(600, 3, 2))
    labels = np.stack([features[:, 0, 0] > 0, features[:, 1, 1] > 0, np.zeros(600, dtype=bool)], axis=1)
    first, second, third = fit_stack(features, labels, np.zeros(3))
    assert first[0] > first[1] and second[1] > second[0]
    assert third[2] < min(first[2], second[2]), "nothing carries it, so it's less likely"
    assert weigh(features, np.stack([first, second, third])).shape == labels.shape


@pytest.mark.parametrize(("papers", "expected"), [(0, 1.0), (3, 2.0), (500, 3.0)])
def test_weights_between_two_sizes_are_mixed(papers: int, expected: float) -> None:
    learnt = {0: np.array([1.0]), 15: np.array([3.0])}
    assert mixed_weights(learnt, papers) == pytest.approx([expected])
