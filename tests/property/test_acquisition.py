import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tagger.learning.acquisition import NEAR_DUPLICATE, greedy_order

Arrays = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]


@st.composite
def desks(draw: st.DrawFn) -> Arrays:
    """Return what is likely and carried, and the meanings of papers and of labelled ones."""
    papers, tags, labelled = draw(st.integers(0, 12)), draw(st.integers(1, 8)), draw(st.integers(0, 5))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    meanings = random.normal(size=(papers + labelled, draw(st.integers(1, 4)))).astype(np.float32)
    meanings /= np.linalg.norm(meanings, axis=1, keepdims=True)
    carried = random.integers(0, 30, tags).astype(np.float64)
    return random.random((papers, tags)), carried, meanings[:papers], meanings[papers:]


@given(desks(), st.integers(0, 15))
def test_no_paper_is_picked_twice_or_near_another_and_less_is_left_to_teach(desk: Arrays, size: int) -> None:
    likely, _, meanings, known = desk
    order = list(greedy_order(*desk, size))
    rows = [row for row, _ in order]
    assert len(rows) == len(set(rows)) <= min(size, len(likely))
    assert rows == [row for row, _ in greedy_order(*desk, size)]
    gains = [float(of.sum()) for _, of in order]
    assert all(before >= after - 1e-9 for before, after in itertools.pairwise(gains))
    for number, row in enumerate(rows):
        others = np.concatenate([known, meanings[rows[:number]]])
        assert (others @ meanings[row] < NEAR_DUPLICATE).all()


@given(desks())
def test_a_longer_list_begins_like_a_shorter_one(desk: Arrays) -> None:
    long, short = ([row for row, _ in greedy_order(*desk, size)] for size in (12, 5))
    assert long[:5] == short
