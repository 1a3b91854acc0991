import numpy as np
import pytest
from scipy.stats import binomtest

from tagger.learning.comparison import _compared, _corrected

TRUE = np.array([True] * 12 + [False] * 8)


def test_a_tag_is_compared_by_the_papers_on_which_just_one_version_is_right() -> None:
    before, after = TRUE.copy(), TRUE.copy()
    before[0], after[2:10] = False, False
    found = _compared("d", "t", TRUE, before, after)
    assert (found.support, found.mended, found.broken) == (12, 1, 8)
    assert found.p_value == pytest.approx(binomtest(1, 9).pvalue) and found.is_worse
    assert found.f1_before == pytest.approx(22 / 23) and found.f1_after == pytest.approx(8 / 16)
    assert not _compared("d", "t", TRUE, after, before).is_worse


def test_versions_that_say_the_same_do_not_differ() -> None:
    found = _compared("d", "t", TRUE, ~TRUE, ~TRUE)
    assert (found.mended, found.broken, found.p_value) == (0, 0, 1.0)


def test_one_difference_among_many_tags_has_to_be_larger_to_count() -> None:
    worse = TRUE.copy()
    worse[:6] = False
    alone = _compared("d", "t", TRUE, TRUE, worse)
    assert alone.p_value == pytest.approx(2**-5) and alone.is_worse
    first, *others = _corrected([alone] + [_compared("d", f"t{i}", TRUE, TRUE, TRUE) for i in range(9)])
    assert first.p_value == pytest.approx(10 * 2**-5) and not first.is_worse
    assert all(other.p_value == 1 for other in others)
