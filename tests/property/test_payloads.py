"""Annotations survive the way to Label Studio and back, for any tag set."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.labels import Annotation, Suggestion
from tagger.domain.paper import Entry, Paper
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.studio.payloads import annotation_of, prediction_of, restoration_key, result_of, task_data

ids = st.from_regex(r"[A-Za-z0-9._-]{1,8}", fullmatch=True)
AT = datetime(2026, 8, 7, tzinfo=UTC)


@st.composite
def tagged(draw: st.DrawFn) -> tuple[TagSet, Annotation]:
    dimensions = tuple(
        Dimension(
            d, d, draw(st.booleans()), tuple(Tag(t, t) for t in sorted(draw(st.sets(ids, min_size=1, max_size=5))))
        )
        for d in sorted(draw(st.sets(ids, min_size=1, max_size=4)))
    )
    tag_set = TagSet(1, dimensions)
    skipped = draw(st.booleans())
    chosen = {d.id: draw(st.lists(st.sampled_from(d.tag_ids), unique=True)) for d in dimensions}
    tags = {} if skipped else tag_set.ordered(chosen)
    return tag_set, Annotation(draw(ids), draw(st.text(min_size=1)), AT, tags, skipped)


@given(tagged())
def test_an_annotation_comes_back_as_it_went(drawn: tuple[TagSet, Annotation]) -> None:
    tag_set, said = drawn
    item = {"id": 5, "was_cancelled": said.skipped, "result": result_of(said.tags), "updated_at": AT.isoformat()}
    back, problems = annotation_of(
        item, task_id=7, paper_id=said.paper_id, annotator=said.annotator, model="m", tag_set=tag_set
    )
    assert back.annotation == said and problems == []


@given(tagged())
def test_what_the_tag_set_does_not_know_is_told_and_the_rest_is_kept(drawn: tuple[TagSet, Annotation]) -> None:
    tag_set = drawn[0]
    dimension = tag_set.dimensions[0]
    known = dimension.tag_ids[0]
    result = [
        {"from_name": dimension.id, "type": "choices", "value": {"choices": [known, "no such tag"]}},
        {"from_name": "no such dimension", "type": "choices", "value": {"choices": ["x"]}},
        {"from_name": "note", "type": "textarea", "value": {"text": ["hello"]}},
    ]
    back, problems = annotation_of(
        {"id": 5, "result": result, "updated_at": AT},
        task_id=7,
        paper_id="p",
        annotator="a",
        model=None,
        tag_set=tag_set,
    )
    assert back.annotation.tags[dimension.id] == (known,)
    assert len(problems) == 2 and "no such tag" in problems[0] and "no such dimension" in problems[1]


@given(tagged(), tagged())
def test_a_restored_annotation_is_known_by_what_it_says(
    one: tuple[TagSet, Annotation], two: tuple[TagSet, Annotation]
) -> None:
    first, second = one[1], two[1]
    same = (first.paper_id, first.annotator, first.skipped, dict(first.tags)) == (
        second.paper_id,
        second.annotator,
        second.skipped,
        dict(second.tags),
    )
    assert (restoration_key(first, "p") == restoration_key(second, "p")) == same
    assert restoration_key(first, "p") != restoration_key(first, "q")
    assert 0 <= restoration_key(first, "p")[1] < 2**31


@given(tagged())
def test_a_prediction_is_as_sure_as_its_least_sure_tag(drawn: tuple[TagSet, Annotation]) -> None:
    _, said = drawn
    scores = {d: {t: 1 / (n + 2) for n, t in enumerate(tags)} for d, tags in said.tags.items()}
    made = prediction_of(3, Suggestion("p", "m", AT, said.tags, scores, needs_review=False))
    chosen = [score for of in scores.values() for score in of.values()]
    assert made["score"] == round(min(chosen, default=0.0), 4)
    assert made["result"] == result_of(said.tags) and made["task"] == 3 and made["model_version"] == "m"


@given(st.text(), st.text())
def test_task_data_is_text_in_every_field(title: str, abstract: str) -> None:
    data = task_data(Entry(Paper("2405.14906", title, abstract)))
    assert all(isinstance(value, str) for value in data.values())
    assert data["abstract"] and data["link"] == "https://arxiv.org/abs/2405.14906"
