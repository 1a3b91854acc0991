import pytest

from tagger.review.binomial import at_least, at_most, fewest_to_pass, interval, lower_limit, upper_limit

CASES = [(0, 0), (0, 1), (1, 1), (3, 7), (39, 40), (59, 59), (0, 30), (712, 760), (2900, 3000)]


@pytest.mark.parametrize(("successes", "trials"), CASES)
def test_tails_and_limits_are_those_of_scipy(successes: int, trials: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    for chance in (0.0, 0.02, 0.5, 0.95, 1.0):
        assert at_most(successes, trials, chance) == pytest.approx(stats.binom.cdf(successes, trials, chance), abs=1e-9)
        assert at_least(successes, trials, chance) == pytest.approx(
            stats.binom.sf(successes - 1, trials, chance), abs=1e-9
        )
    for miss in (0.025, 0.05, 0.2):
        low = stats.beta.ppf(miss, successes, trials - successes + 1) if successes else 0
        high = stats.beta.ppf(1 - miss, successes + 1, trials - successes) if successes < trials else 1
        assert lower_limit(successes, trials, miss) == pytest.approx(low, abs=1e-9)
        assert upper_limit(successes, trials, miss) == pytest.approx(high, abs=1e-9)


def test_the_interval_is_two_sided() -> None:
    low, high = interval(39, 40)
    assert (round(low, 4), round(high, 4)) == (0.8684, 0.9994)


def test_nothing_passes_below_59_of_59_for_95_per_cent() -> None:
    assert fewest_to_pass(58, 0.95, 0.05) == 59
    assert fewest_to_pass(59, 0.95, 0.05) == 59
    assert fewest_to_pass(93, 0.95, 0.05) == 92
    assert fewest_to_pass(0, 0.95, 0.05) == 1


def test_a_share_passes_where_its_lower_limit_reaches_the_target() -> None:
    for trials in (59, 93, 200, 801):
        fewest = fewest_to_pass(trials, 0.95, 0.05)
        assert lower_limit(fewest, trials, 0.05) >= 0.95 > lower_limit(fewest - 1, trials, 0.05)
