"""Whose word holds, after any history of words."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.labels import Annotation, Decision, effective_tags
from tagger.review.words import conflicts, differ, standing_words
from tests.conftest import NOW
from tests.property.test_effective_tags import TAGS, annotations, decisions
from tests.property.test_states import OPTIONAL

HISTORIES = st.tuples(st.lists(annotations, unique_by=lambda a: a.at), st.lists(decisions, unique_by=lambda d: d.at))


def apart(history: tuple[list[Annotation], list[Decision]]) -> tuple[list[Annotation], list[Decision]]:
    """Return a history in which no two words are said at once, as no two of one person ever are."""
    said, decided = history
    taken = {a.at for a in said}
    return said, [d for d in decided if d.at not in taken]


@given(HISTORIES.map(apart), st.sampled_from(TAGS))
def test_the_last_of_the_standing_words_is_what_holds(
    history: tuple[list[Annotation], list[Decision]], tag: str
) -> None:
    said, decided = history
    by_people = [d for d in decided if d.rule is None]
    words = standing_words(("habitat", tag), said, decided)
    held = {t.tag for t in effective_tags(said, by_people)}
    assert (tag in held) == (bool(words) and words[-1].carries)
    assert len({word.by for word in words}) == len(words)


@given(HISTORIES.map(apart), st.sampled_from(("sea", "forest")), st.sampled_from(("accepted", "rejected")))
def test_a_decision_settles_whatever_people_differ_on(
    history: tuple[list[Annotation], list[Decision]], tag: str, verdict: str
) -> None:
    said, decided = history
    before = {(c.dimension, c.tag) for c in conflicts("p", OPTIONAL, said, decided)}
    assert all(differ(standing_words(key, said, decided)) for key in before)
    last = Decision("p", "habitat", tag, verdict, "zoe", NOW + timedelta(days=1))  # type: ignore[arg-type]
    after = {(c.dimension, c.tag) for c in conflicts("p", OPTIONAL, said, [*decided, last])}
    if ("habitat", tag) in before:
        assert after == before - {("habitat", tag)}


@given(HISTORIES.map(apart), st.randoms())
def test_the_order_of_rows_does_not_matter(history: tuple[list[Annotation], list[Decision]], random: object) -> None:
    said, decided = ([*part] for part in history)
    found = conflicts("p", OPTIONAL, said, decided)
    random.shuffle(said)  # type: ignore[attr-defined]
    random.shuffle(decided)  # type: ignore[attr-defined]
    assert conflicts("p", OPTIONAL, said, decided) == found
