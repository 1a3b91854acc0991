"""Thresholds, metrics and folds on any numbers."""

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import average_precision_score, f1_score

from tagger.domain.tags import Tag
from tagger.learning.examples import folds_of
from tagger.learning.metrics import average_precision, calibration_error, figures_of, recall_at
from tagger.learning.options import Aim
from tagger.learning.thresholds import (
    FEW_PAPERS,
    FEW_TAKEN,
    LEAST_THRESHOLD,
    SHRINKAGE,
    SURE_AGREEMENT,
    UNTAUGHT_THRESHOLD,
    best_threshold,
    choose,
    expected_disagreement,
    floor_threshold,
    sure_bound,
    tag_thresholds,
)
from tagger.learning.words import tag_words, text_of

Labels = np.typing.NDArray[np.bool_]
Scores = np.typing.NDArray[np.float64]


@st.composite
def judged(draw: st.DrawFn) -> tuple[Labels, Scores]:
    shape = (draw(st.integers(1, 25)), draw(st.integers(1, 6)))
    labels = draw(arrays.arrays(bool, shape))
    scores = draw(arrays.arrays(float, shape, elements=st.floats(0, 1).map(lambda x: round(x, 3))))
    return labels, scores


def micro(labels: Labels, chosen: Labels) -> float:
    return float(f1_score(labels.ravel(), chosen.ravel(), zero_division=0.0))


@given(judged(), st.booleans())
def test_no_other_threshold_gives_a_better_micro_f1(drawn: tuple[Labels, Scores], required: bool) -> None:
    labels, scores = drawn
    best = micro(labels, choose(scores, best_threshold(labels, scores, required=required), required=required))
    for other in np.linspace(0.02, 0.98, 33):
        assert micro(labels, choose(scores, float(other), required=required)) <= best + 1e-9 or not labels.any()


@given(judged(), st.floats(0, 1))
def test_a_required_dimension_is_never_empty(drawn: tuple[Labels, Scores], threshold: float) -> None:
    _, scores = drawn
    assert choose(scores, threshold, required=True).any(1).all()


@given(judged(), st.booleans())
def test_a_tag_with_few_labels_keeps_near_its_dimensions_threshold(
    drawn: tuple[Labels, Scores], required: bool
) -> None:
    labels, scores = drawn
    best = best_threshold(labels, scores, required=required)
    shared = (len(labels) * best + FEW_PAPERS * UNTAUGHT_THRESHOLD) / (len(labels) + FEW_PAPERS)
    own = tag_thresholds(labels, scores, required=required)
    support = labels.sum(0)
    assert (abs(own - shared) <= support / (support + SHRINKAGE) + 1e-9).all()


@given(judged(), st.floats(0.05, 0.99))
def test_from_a_floor_on_tags_are_right_often_enough_and_no_lower_score_would_do(
    drawn: tuple[Labels, Scores], precision: float
) -> None:
    labels, scores = drawn[0], drawn[1] * 0.999  # no score that a model gives is 1
    threshold = floor_threshold(labels, scores, precision)

    def right(least: float) -> float:
        taken = scores >= least
        return float((labels[taken].sum() + FEW_TAKEN * scores[taken].mean()) / (taken.sum() + FEW_TAKEN))

    if (scores >= threshold).any():
        assert right(threshold) >= precision - 1e-9 or threshold == LEAST_THRESHOLD
    assert all(right(lower) < precision + 1e-9 for lower in scores[scores < threshold] if lower > LEAST_THRESHOLD)


@given(judged(), st.booleans(), st.lists(st.floats(0.3, 0.99), min_size=2, max_size=2))
def test_a_higher_floor_never_lowers_a_threshold(
    drawn: tuple[Labels, Scores], required: bool, floors: list[float]
) -> None:
    lower, higher = (tag_thresholds(*drawn, required=required, aim=Aim(floor)) for floor in sorted(floors))
    assert (higher >= lower - 1e-9).all()


@given(st.floats(0.05, 0.99))
def test_without_labels_a_floor_is_held_by_the_scores_themselves(precision: float) -> None:
    nothing = np.zeros((0, 4))
    assert np.allclose(tag_thresholds(nothing > 0, nothing, required=True, aim=Aim(precision)), precision)


@given(judged())
def test_figures_agree_with_scikit_learn(drawn: tuple[Labels, Scores]) -> None:
    labels, scores = drawn
    chosen = scores >= 0.5
    figures = figures_of(labels, chosen, scores)
    assert abs(figures.micro_f1 - micro(labels, chosen)) < 1e-9
    used = [
        f1_score(labels[:, i], chosen[:, i], zero_division=0.0) for i in range(labels.shape[1]) if labels[:, i].any()
    ]
    assert abs(figures.macro_f1_all - (np.mean(used) if used else 0)) < 1e-9
    if labels.any():
        assert (
            abs(
                average_precision(labels.ravel(), scores.ravel())
                - average_precision_score(labels.ravel(), scores.ravel())
            )
            < 1e-9
        )


@given(judged(), st.floats(0.05, 1))
def test_recall_at_a_precision_is_the_best_there_is(drawn: tuple[Labels, Scores], precision: float) -> None:
    labels, scores = drawn[0].ravel(), drawn[1].ravel()
    if labels.any():
        cuts = [scores >= cut for cut in scores]
        reached = [(labels & c).sum() / labels.sum() for c in cuts if (labels & c).sum() / c.sum() >= precision]
        assert abs(recall_at(precision, labels, scores) - max(reached, default=0)) < 1e-9


@given(judged())
def test_disagreement_is_a_share_and_certainty_has_none(drawn: tuple[Labels, Scores]) -> None:
    labels, scores = drawn
    expected = expected_disagreement(scores, scores >= 0.5)
    assert ((expected >= -1e-9) & (expected <= 1 + 1e-9)).all()
    certain = labels.astype(float)
    assert np.allclose(expected_disagreement(certain, labels)[labels.any(1)], 0)
    assert calibration_error(labels.ravel(), certain.ravel()) == 0


@given(judged())
def test_lists_within_the_bound_agreed_well_enough(drawn: tuple[Labels, Scores]) -> None:
    labels, scores = drawn
    chosen = scores >= 0.5
    bound = sure_bound(labels, scores, chosen)
    inside = expected_disagreement(scores, chosen) <= bound
    agreed = figures_of(labels[inside], chosen[inside], scores[inside]).example_f1 if inside.any() else None
    assert bound == -1 if agreed is None else agreed >= SURE_AGREEMENT - 1e-9


@settings(max_examples=30)
@given(st.lists(st.text(min_size=1), unique=True, max_size=30), st.integers(2, 6))
def test_no_paper_changes_its_fold_as_data_grows(ids: list[str], folds: int) -> None:
    whole = folds_of(ids, folds, "salt")
    assert whole[: len(ids) // 2].tolist() == folds_of(ids[: len(ids) // 2], folds, "salt").tolist()
    assert all(0 <= fold < folds for fold in whole)


@given(
    st.lists(st.text("ab- _é", min_size=1, max_size=4), min_size=1, max_size=5, unique=True),
    st.text("ab- _éA", max_size=40),
)
def test_words_are_found_as_a_regular_expression_finds_them(words: list[str], raw: str) -> None:
    searched = tag_words(Tag("t", words[0], also=tuple(words[1:])))
    longest_first = sorted(searched.loose, key=lambda word: (-len(word), word))
    text = text_of(raw)
    expected = re.findall(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", text.lowered)
    assert searched.found(text) == (expected if longest_first else [])
