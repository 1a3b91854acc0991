from tagger.domain.model import TrackRecord
from tagger.review.guarantee import find_bounds

TARGET = 0.95
KEY, OTHER, SMALL = ("habitat", "sea"), ("habitat", "cs.CV"), ("diet", "plants")


def record(right: dict[float, int], wrong: dict[float, int] | None = None, threshold: float = 0.3) -> TrackRecord:
    def scores(counts: dict[float, int]) -> tuple[float, ...]:
        return tuple(score for score, times in counts.items() for _ in range(times))

    return TrackRecord(threshold, scores(right), scores(wrong or {}))


def test_a_tag_with_labels_enough_has_its_own_bound_at_the_lowest_score_that_passes() -> None:
    known = record({0.995: 200, 0.905: 100, 0.505: 30}, {0.905: 2, 0.505: 30})
    bound = find_bounds({KEY: known}, TARGET)[KEY]
    assert (bound.how, bound.right, bound.seen) == ("own", 300, 302)
    assert bound.score == 0.905, "it is a score that was met"
    assert bound.allows(0.905) and not bound.allows(0.9) and not bound.allows(0.505)


def test_tags_with_few_labels_share_one_bound_and_say_so() -> None:
    few = {("d", f"t{i}"): record({0.97: 10}) for i in range(12)}
    bounds = find_bounds(few, TARGET)
    assert {(b.how, b.right, b.seen) for b in bounds.values()} == {("pooled", 120, 120)}
    alone = find_bounds({SMALL: record({0.97: 10})}, TARGET)[SMALL]
    assert (alone.score, alone.how, alone.right, alone.seen) == (None, "none", 10, 10)


def test_a_tag_that_failed_its_own_test_is_not_let_in_by_the_pool() -> None:
    few = {("d", f"t{i}"): record({0.97: 10}) for i in range(12)}
    bounds = find_bounds(few | {KEY: record({0.995: 300}, {0.995: 60})}, TARGET)
    assert (bounds[KEY].how, bounds[KEY].score) == ("none", None)
    assert bounds["d", "t0"].how == "pooled"


def test_a_tag_that_is_known_to_be_worse_leaves_the_pool() -> None:
    few = {("d", f"t{i}"): record({0.97: 20}) for i in range(30)}
    bounds = find_bounds(few | {SMALL: record({0.97: 6}, {0.97: 4})}, TARGET)
    assert bounds[SMALL].how == "none" and bounds["d", "t0"].how == "pooled"


def test_a_tag_that_was_never_suggested_at_the_pools_bound_has_no_part_in_its_promise() -> None:
    few = {("d", f"t{i}"): record({0.97: 10}) for i in range(12)}
    unseen, lower = ("d", "never suggested"), ("d", "suggested with less")
    bounds = find_bounds(few | {unseen: record({}), lower: record({0.5: 5}, {0.5: 5})}, TARGET)
    assert (bounds["d", "t0"].how, bounds["d", "t0"].score) == ("pooled", 0.97)
    assert [(bounds[key].score, bounds[key].how) for key in (unseen, lower)] == [(None, "none")] * 2


def test_no_bound_lies_below_the_score_from_which_a_tag_is_suggested() -> None:
    bounds = find_bounds({KEY: record({0.99: 300}, threshold=0.995), OTHER: record({}, threshold=0.7)}, TARGET)
    assert bounds[KEY].score == 0.995
    assert find_bounds({OTHER: record({})}, TARGET)[OTHER].how == "none"


def test_a_higher_target_never_lowers_a_bound() -> None:
    known = {KEY: record({0.995: 400, 0.905: 300, 0.755: 200}, {0.905: 4, 0.755: 30})}
    found = [find_bounds(known, target)[KEY].score for target in (0.8, 0.9, 0.95, 0.98)]
    scores = [score for score in found if score is not None]
    assert len(scores) == 4 and scores == sorted(scores)
