import pytest

from tagger.learning.curve import curve_sizes


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (4, []),
        (8, []),
        (9, [8]),
        (64, [8, 16, 32]),
        (151, [8, 16, 32, 64, 150]),
        (480, [8, 16, 32, 64, 150, 300]),
        (5000, [8, 16, 32, 64, 150, 300, 600, 1200, 2400, 4800]),
    ],
)
def test_sizes_double_up_to_what_there_is(most: int, expected: list[int]) -> None:
    assert curve_sizes(most) == expected
