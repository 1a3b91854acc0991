"""What holds of trends whatever the counts, and of the short way to a paper's tags whatever was said of it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.labels import Annotation, Decision, Suggestion, Verdict
from tagger.domain.tags import TagSet
from tagger.domain.trends import log_odds
from tagger.review import paper_state, plain_tags
from tests.conftest import NOW


@st.composite
def sides(draw: st.DrawFn) -> tuple[int, int, int, int]:
    papers, others = draw(st.integers(1, 10_000)), draw(st.integers(1, 10_000))
    return draw(st.integers(0, papers)), papers, draw(st.integers(0, others)), others


@given(sides())
def test_swapping_the_sides_turns_the_sign(counts: tuple[int, int, int, int]) -> None:
    hits, papers, other_hits, others = counts
    ratio, z = log_odds(*counts)
    assert log_odds(other_hits, others, hits, papers) == pytest.approx((-ratio, -z))
    gap = hits * others - other_hits * papers
    assert z == pytest.approx(0, abs=1e-9) if gap == 0 else z * gap > 0


@given(st.integers(0, 50), st.integers(1, 50), st.integers(1, 100), st.integers(1, 100))
def test_equal_shares_are_no_change(hits: int, papers: int, times: int, other_times: int) -> None:
    hits = min(hits, papers)
    _, z = log_odds(hits * times, papers * times, hits * other_times, papers * other_times)
    assert z == pytest.approx(0, abs=1e-9)


Said = tuple[tuple[str, str], Verdict, str, str | None]
KEYS = [("habitat", "sea"), ("habitat", "forest"), ("diet", "plants"), ("diet", "unknown")]
chosen = st.lists(st.sampled_from(KEYS), unique=True, max_size=3)
decisions = st.lists(
    st.tuples(
        st.sampled_from(KEYS),
        st.sampled_from(["accepted", "accepted", "rejected", "withdrawn"]),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from([None, "rule"]),
    ),
    max_size=4,
)


def tags_of(keys: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    return {dimension: tuple(tag for d, tag in keys if d == dimension) for dimension in ("habitat", "diet")}


@given(suggested=st.lists(chosen, max_size=2), decided=decisions, annotated=st.booleans(), sure=st.booleans())
def test_a_plain_story_has_the_tags_of_the_papers_state(
    small_tag_set: TagSet, suggested: list[list[tuple[str, str]]], decided: list[Said], annotated: bool, sure: bool
) -> None:
    suggestions = [
        Suggestion("p", f"m{n}", NOW + timedelta(hours=n), tags_of(keys), {}, needs_review=not sure)
        for n, keys in enumerate(suggested)
    ]
    said = [
        Decision("p", dimension, tag, verdict, by, NOW + timedelta(minutes=90 + n), rule)
        for n, ((dimension, tag), verdict, by, rule) in enumerate(decided)
    ]
    annotations = [Annotation("p", "ann", NOW, tags_of([KEYS[0]]))] if annotated else []
    found = plain_tags(
        (("p", s.tags) for s in suggestions),
        (("p", (d.dimension, d.tag), d.verdict) for d in said),
        {a.paper_id for a in annotations},
        small_tag_set.keys,
    )
    known = {key for keys in suggested for key in keys} | {key for key, *_ in decided}
    simple = len(suggestions) <= 1 and len({key for key, *_ in decided}) == len(decided)
    simple &= not annotated and ("diet", "unknown") not in known and all(v != "withdrawn" for _, v, *_ in decided)
    assert bool(found) == bool(simple and (suggestions or said))
    if found:
        state = paper_state("p", small_tag_set, suggestions, annotations, said)
        held = [(tag.dimension, tag.tag) for tag in state.effective]
        assert sorted(found["p"][0]) == held
        assert found["p"][1] == [key for key in state.undecided if key not in held]
