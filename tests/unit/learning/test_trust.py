"""Labels that weren't asked for, and labels of people who are trusted less."""

import numpy as np
from numpy.typing import NDArray

from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.learning.attention import fit_attention
from tagger.learning.evidence import frequency_logits
from tagger.learning.examples import Example, data_fingerprint, trust_of
from tagger.learning.heads import fit_head
from tagger.learning.stack import fit_stack

RANDOM = np.random.default_rng(1)
LABELS = RANDOM.random((40, 3)) < 0.4
TRUST = np.where(RANDOM.random((40, 3)) < 0.3, 0.0, 1.0)
OTHERWISE = np.where(TRUST > 0, LABELS, ~LABELS)
FEATURES = RANDOM.normal(size=(40, 6)).astype(np.float32) + LABELS @ RANDOM.normal(size=(3, 6)).astype(np.float32)
PAPER = Paper("p", "T", "A")


def test_a_label_that_counts_nothing_changes_nothing() -> None:
    def fitted(labels: NDArray[np.bool_]) -> list[NDArray[np.floating]]:
        head = fit_head(FEATURES, labels, 1.0, 0, trust=TRUST)
        terms = [row[None] for row in FEATURES]
        attention = fit_attention(terms, labels, np.eye(3, 6, dtype=np.float32), 0, TRUST)
        stack = fit_stack(np.repeat(FEATURES[:, None], 3, axis=1).astype(np.float64), labels, np.zeros(7), TRUST)
        return [head.weights, head.intercepts, *vars(attention).values(), stack, frequency_logits(labels, TRUST)]

    for one, other in zip(fitted(LABELS), fitted(OTHERWISE), strict=True):
        assert np.array_equal(one, other)
    assert not np.array_equal(fit_head(FEATURES, LABELS, 1.0, 0).weights, fitted(LABELS)[0]), "nothing was left out"


def test_labels_that_all_count_alike_are_as_without_trust() -> None:
    alike = np.ones(LABELS.shape)
    assert np.array_equal(
        fit_head(FEATURES, LABELS, 1.0, 0).weights, fit_head(FEATURES, LABELS, 1.0, 0, trust=alike).weights
    )


def test_a_trusted_label_outweighs_another() -> None:
    features, labels = np.ones((2, 1), dtype=np.float32), np.array([[True], [False]])
    leaning = [
        fit_head(features, labels, 10.0, 0, trust=np.array([[a], [b]]), balanced=False).logits(features[:1])[0, 0]
        for a, b in ((1.0, 0.2), (0.2, 1.0))
    ]
    assert leaning[0] > 0 > leaning[1]


def test_what_was_not_asked_counts_nothing_and_what_is_carried_counts(small_tag_set: TagSet) -> None:
    habitat, diet = small_tag_set.dimensions
    tags = {"habitat": ("sea",), "diet": ()}
    old = Example(PAPER, tags, asked=frozenset({("habitat", "forest"), ("diet", "plants")}), weight=0.5)
    assert trust_of([old], habitat).tolist() == [[0.5, 0.5, 0]]
    assert trust_of([old], diet).tolist() == [[0.5, 0]]
    assert trust_of([Example(PAPER, tags)], habitat).all()


def test_a_required_dimension_without_a_tag_was_not_answered(small_tag_set: TagSet) -> None:
    nothing = Example(PAPER, {"habitat": (), "diet": ()})
    habitat, diet = small_tag_set.dimensions
    assert not trust_of([nothing], habitat).any() and trust_of([nothing], diet).all()


def test_trust_is_part_of_what_is_learnt_from() -> None:
    tags = {"habitat": ("sea",)}
    kinds = [
        Example(PAPER, tags),
        Example(PAPER, tags, weight=0.5),
        Example(PAPER, tags, asked=frozenset({("habitat", "sea")})),
    ]
    assert len({data_fingerprint([each]) for each in kinds}) == 3
