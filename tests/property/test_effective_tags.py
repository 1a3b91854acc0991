"""What holds after any history of words."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.labels import Annotation, Decision, effective_tags
from tests.conftest import NOW

TAGS = ("sea", "forest", "desert")
times = st.integers(0, 50).map(lambda minutes: NOW + timedelta(minutes=minutes))
people = st.sampled_from(("ann", "bob", "cid"))
annotations = st.builds(
    Annotation,
    paper_id=st.just("p"),
    annotator=people,
    at=times,
    tags=st.lists(st.sampled_from(TAGS), unique=True).map(lambda chosen: {"habitat": tuple(chosen)}),
    skipped=st.booleans(),
    withdrawn=st.booleans(),
)
decisions = st.builds(
    Decision,
    paper_id=st.just("p"),
    dimension=st.just("habitat"),
    tag=st.sampled_from(TAGS),
    verdict=st.sampled_from(("accepted", "rejected", "withdrawn")),
    by=people,
    at=times,
    rule=st.sampled_from((None, None, "all-sure")),
)


@given(st.lists(annotations), st.lists(decisions))
def test_no_tag_holds_that_nobody_accepted(said: list[Annotation], decided: list[Decision]) -> None:
    accepted = {d.tag for d in decided if d.verdict == "accepted"}
    chosen = {tag for a in said if not (a.skipped or a.withdrawn) for tag in a.tags["habitat"]}
    assert {t.tag for t in effective_tags(said, decided)} <= accepted | chosen


@given(st.lists(annotations), st.lists(decisions), people, st.sampled_from(TAGS))
def test_a_persons_last_word_counts(said: list[Annotation], decided: list[Decision], who: str, tag: str) -> None:
    later = NOW + timedelta(days=1)
    rejected = Decision("p", "habitat", tag, "rejected", who, later)
    assert tag not in {t.tag for t in effective_tags(said, [*decided, rejected])}
    accepted = Decision("p", "habitat", tag, "accepted", who, later)
    assert tag in {t.tag for t in effective_tags(said, [*decided, accepted])}
    everything = Annotation("p", who, later, {"habitat": (tag,)})
    assert [t.tag for t in effective_tags([*said, everything], decided)] == [tag]


@given(st.lists(annotations), st.lists(decisions), st.sampled_from(TAGS))
def test_a_rule_changes_nothing_where_a_person_annotated(
    said: list[Annotation], decided: list[Decision], tag: str
) -> None:
    standing = [*said, Annotation("p", "zoe", NOW + timedelta(days=1), {"habitat": ("sea",)})]
    rule = Decision("p", "habitat", tag, "accepted", "ann", NOW + timedelta(days=2), rule="all-sure")
    assert effective_tags(standing, [*decided, rule]) == effective_tags(standing, decided)


@given(st.lists(annotations, unique_by=lambda a: a.at), st.randoms())
def test_the_order_of_rows_does_not_matter(said: list[Annotation], random: object) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert effective_tags(shuffled, []) == effective_tags(said, [])
