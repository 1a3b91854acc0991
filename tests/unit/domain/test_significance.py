from tagger.domain.significance import holm_corrected


def test_each_is_corrected_for_the_tests_that_are_left_in_the_order_they_came() -> None:
    assert holm_corrected([0.04, 0.01, 0.03]) == [0.06, 0.03, 0.06]
    assert holm_corrected([0.5, 0.9]) == [1.0, 1.0]
    assert holm_corrected([]) == []
