"""What is never decided without a person, after any history of words."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.labels import Annotation, Decision, Suggestion
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.review import paper_state
from tests.conftest import NOW

TAGS = ("sea", "forest", "gone")
OPTIONAL = TagSet(1, (Dimension("habitat", "Where?", False, (Tag("sea", "Sea"), Tag("forest", "Forest"))),))
times = st.integers(0, 50).map(lambda minutes: NOW + timedelta(minutes=minutes))
chosen = st.lists(st.sampled_from(TAGS), unique=True).map(lambda tags: {"habitat": tuple(tags)})
suggestions = st.builds(
    Suggestion,
    paper_id=st.just("p"),
    model=st.sampled_from(("m1", "m2")),
    at=times,
    tags=chosen,
    scores=st.just({"habitat": dict.fromkeys(TAGS, 0.5)}),
    needs_review=st.booleans(),
)
by_rule = st.builds(
    Decision,
    paper_id=st.just("p"),
    dimension=st.just("habitat"),
    tag=st.sampled_from(TAGS),
    verdict=st.just("accepted"),
    by=st.just("ann"),
    at=times,
    rule=st.just("all-sure"),
)


@given(st.lists(suggestions), st.lists(by_rule))
def test_no_rule_decides_a_paper_that_no_suggestion_is_sure_of(said: list[Suggestion], decided: list[Decision]) -> None:
    found = paper_state("p", OPTIONAL, said, [], decided)
    if said and found.status == "decided":
        assert any(not s.needs_review and "gone" not in s.tags["habitat"] for s in said)


@given(st.lists(suggestions), st.lists(by_rule))
def test_no_rule_brings_a_skipped_paper_back(said: list[Suggestion], decided: list[Decision]) -> None:
    skip = Annotation("p", "bob", NOW + timedelta(minutes=25), skipped=True)
    assert paper_state("p", OPTIONAL, said, [skip], decided).status == "skipped"


@given(st.lists(suggestions, min_size=1), st.lists(by_rule), st.sampled_from(TAGS))
def test_a_rejected_tag_is_never_undecided(said: list[Suggestion], decided: list[Decision], tag: str) -> None:
    rejected = Decision("p", "habitat", tag, "rejected", "eve", NOW)
    found = paper_state("p", OPTIONAL, said, [], [*decided, rejected])
    assert ("habitat", tag) not in found.undecided
    assert all(t.tag != tag for t in found.effective)


@given(st.lists(suggestions), st.lists(by_rule))
def test_what_is_open_is_in_the_tag_set_and_of_the_last_suggestion(
    said: list[Suggestion], decided: list[Decision]
) -> None:
    found = paper_state("p", OPTIONAL, said, [], decided)
    suggested = said[-1].tags["habitat"] if said else ()
    assert all(tag in suggested and tag != "gone" for _, tag in found.undecided)
