import numpy as np
import pytest

from tagger.learning.bootstrap import DRAWS, draw_papers, interval, redraw
from tagger.learning.metrics import figures_of

RANDOM = np.random.default_rng(0)


def test_every_draw_is_of_as_many_papers() -> None:
    drawn = draw_papers(7, 0)
    assert drawn.shape == (DRAWS, 7)
    assert (drawn.sum(1) == 7).all() and drawn.std() > 0.5
    assert np.array_equal(drawn, draw_papers(7, 0)) and not np.array_equal(drawn, draw_papers(7, 1))


def test_a_draw_is_judged_like_the_papers_it_repeats() -> None:
    labels, chosen = RANDOM.random((40, 3)) < 0.5, RANDOM.random((40, 3)) < 0.5
    draws = draw_papers(40, 0)[:20]
    found = redraw(labels, chosen, draws)
    for i, draw in enumerate(draws):
        rows = np.repeat(np.arange(40), draw.astype(int))
        figures = figures_of(labels[rows], chosen[rows], np.zeros((40, 3)))
        assert found.micro_f1[i] == pytest.approx(figures.micro_f1)
        assert found.macro_f1[i] == pytest.approx(figures.macro_f1)


def test_a_rare_tag_counts_in_no_draw_and_one_that_was_not_drawn_not_in_that_draw() -> None:
    labels = np.zeros((10, 2), dtype=bool)
    labels[:5, 0], labels[0, 1] = True, True
    draws = np.zeros((2, 10))
    draws[0, :5], draws[1, 5:] = 2, 2
    found = redraw(labels, labels, draws)
    assert found.macro_f1.tolist() == [1, 0]
    assert found.tags[0].tolist() == [1, 1] and np.isnan(found.tags[1]).all()
    assert interval(found.tags[1:, 0]) is None


def test_an_interval_holds_what_a_normal_approximation_holds() -> None:
    """Of papers with one tag each, taken or not, recall is a share; its standard error is known."""
    right = np.arange(400)[:, None] < 300
    found = interval(redraw(right, np.ones_like(right), draw_papers(400, 0)).micro_f1)
    assert found is not None
    # F1 is 2p / (1 + p), whose slope at p = .75 is 2 / 1.75².
    half = 1.96 * np.sqrt(0.75 * 0.25 / 400) * 2 / 1.75**2
    assert found == pytest.approx((6 / 7 - half, 6 / 7 + half), abs=0.005)
