"""What the student is given, and which papers a cascade hands over."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tagger.learning.evidence import FEATURES, OF_THE_ENCODER
from tagger.learning.student import MOST_HANDED, cascade_cut, without_encoder
from tagger.learning.thresholds import expected_disagreement


def test_all_that_the_encoder_finds_is_left_out_and_nothing_else() -> None:
    assert [name for name in FEATURES if "body" in name or "encoder" in name] == list(OF_THE_ENCODER)
    for width in (len(FEATURES), len(FEATURES) + 1):
        kept = without_encoder(np.ones((2, width)))[0].astype(bool)
        assert kept.sum() == width - len(OF_THE_ENCODER) and kept[len(FEATURES) :].all()


def papers(wrong: int, number: int = 120) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return labels, the whole model's choices, and a student's scores and choices; it is unsure of where it errs."""
    labels = np.zeros((number, 3), dtype=bool)
    labels[:, 0] = True
    scores = np.tile([0.9, 0.05, 0.01], (number, 1))
    scores[:, 0] += np.linspace(0, 0.05, number)
    scores[:wrong, :2] = [0.4, 0.6]
    return labels, labels, scores, scores > 0.5


@pytest.mark.parametrize("wrong", [3, 12])
def test_a_cascade_hands_over_what_the_student_gets_wrong(wrong: int) -> None:
    labels, whole, scores, chosen = papers(wrong)
    handed = expected_disagreement(scores, chosen) > cascade_cut(labels, whole, scores, chosen)
    assert handed[wrong:].sum() == 0
    mixed = np.where(handed[:, None], whole, chosen)
    assert (mixed != labels).any(1).mean() <= 0.01


def test_no_more_than_a_sixth_is_handed_over() -> None:
    labels, whole, scores, chosen = papers(60)
    handed = expected_disagreement(scores, chosen) > cascade_cut(labels, whole, scores, chosen)
    assert handed.mean() <= MOST_HANDED


def test_a_student_as_good_as_the_model_hands_nothing_over() -> None:
    labels, _, scores, chosen = papers(5)
    assert not (expected_disagreement(scores, chosen) > cascade_cut(labels, chosen, scores, chosen)).any()
