"""What the student is given, and which papers a cascade hands over."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tagger.learning.evidence import FEATURES, OF_THE_ENCODER
from tagger.learning.student import MOST_HANDED, Student, cascade_cut, without_encoder
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


def handed_over(disagreement: NDArray[Any], cut: float) -> list[int]:
    return list(Student((), (), 0.0, cut).handed_over(np.asarray(disagreement)))


@pytest.mark.parametrize("wrong", [3, 12])
def test_a_cascade_hands_over_what_the_student_gets_wrong(wrong: int) -> None:
    labels, whole, scores, chosen = papers(wrong)
    handed = expected_disagreement(scores, chosen) > cascade_cut(labels, whole, scores, chosen)
    assert handed[wrong:].sum() == 0
    mixed = np.where(handed[:, None], whole, chosen)
    assert (mixed != labels).any(1).mean() <= 0.01


def test_no_more_than_one_in_eight_labelled_papers_lies_beyond_the_cut() -> None:
    labels, whole, scores, chosen = papers(60)
    handed = expected_disagreement(scores, chosen) > cascade_cut(labels, whole, scores, chosen)
    assert handed.mean() <= MOST_HANDED


def test_a_student_as_good_as_the_model_hands_nothing_over() -> None:
    labels, _, scores, chosen = papers(5)
    assert not (expected_disagreement(scores, chosen) > cascade_cut(labels, chosen, scores, chosen)).any()


@pytest.mark.parametrize("number", [1, 7, 8, 9, 1000])
def test_however_doubtful_an_archive_is_one_in_eight_papers_are_handed_over_the_worst(number: int) -> None:
    disagreement = np.random.default_rng(number).permutation(np.linspace(0.5, 1, number))
    handed = handed_over(disagreement, 0.1)
    assert len(handed) == -(-number // 8) and handed == sorted(handed)
    assert set(handed) == set(np.argsort(-disagreement)[: len(handed)])


def test_of_papers_that_are_not_beyond_the_cut_none_is_handed_over() -> None:
    assert handed_over(np.array([0.2, 0.5, 0.3, 0.1] * 4), 0.5) == []
    assert handed_over(np.array([0.2, 0.6, 0.3, 0.1] * 4), 0.5) == [1, 5]
    assert handed_over(np.zeros(0), 0.5) == []


def test_of_equally_doubtful_papers_the_first_are_handed_over() -> None:
    assert handed_over(np.full(16, 0.7), 0.5) == [0, 1]
