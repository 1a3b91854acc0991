"""Annotations survive the way to Label Studio and back, for any tag set."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.evidence import Evidence, FoundWord, LabelledPaper, TagEvidence
from tagger.domain.labels import Annotation, Suggestion
from tagger.domain.latex import readable_latex
from tagger.domain.paper import Entry, Paper
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.studio.payloads import annotation_of, data_hash, prediction_of, restoration_key, result_of, task_data
from tests.unit.studio.markup import elements, shown_text

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


words = st.text(max_size=30)
hostile = st.one_of(
    words, st.sampled_from(["<b>x</b>", "</style><script>x</script>", '"><img src=x>', "&lt;", "a$b$c"])
)


@st.composite
def suggested(draw: st.DrawFn) -> tuple[TagSet, Suggestion]:
    tag_set, said = draw(tagged())
    scores = {d.id: {t: draw(st.floats(0, 1)) for t in d.tag_ids} for d in tag_set.dimensions}
    tags = tag_set.ordered(said.tags)
    found = {
        d: {
            t: TagEvidence(draw(st.integers(0, 3)), {}, (FoundWord(draw(hostile), 1, 1),), (draw(hostile),)) for t in of
        }
        for d, of in tags.items()
    }
    evidence = Evidence(found, (LabelledPaper("q", draw(hostile), 0.5, {d: of for d, of in tags.items()}),))
    return tag_set, Suggestion("p", "m", AT, tags, scores, needs_review=True, evidence=evidence)


@given(hostile, hostile, st.one_of(st.none(), hostile), suggested())
def test_nothing_that_papers_tags_or_models_say_becomes_markup(
    title: str, abstract: str, url: str | None, drawn: tuple[TagSet, Suggestion]
) -> None:
    tag_set, suggestion = drawn
    entry = Entry(Paper("p", title, abstract, url=url, categories=(title,)))
    data = task_data(entry, suggestion, tag_set)
    assert all(isinstance(value, str) for value in data.values())
    met = elements(data["page"])
    assert {tag for tag, _ in met} <= set("h3 p div ul li b i span a mark style".split())
    assert {name for _, attributes in met for name in attributes} <= {"class", "title", "href", "target", "rel"}
    links = [attributes["href"] or "" for _, attributes in met if "href" in attributes]
    assert all(link.startswith(("http://", "https://")) for link in links)
    assert data["page"].count("<style>") == data["page"].count("</style>") == 1
    assert readable_latex(title) in shown_text(data["page"])


@given(hostile, hostile, suggested())
def test_without_a_suggestion_nothing_tells_of_one(title: str, abstract: str, drawn: tuple[TagSet, Suggestion]) -> None:
    tag_set, _ = drawn
    blind = task_data(Entry(Paper("2405.14906", title, abstract)), None, tag_set)
    met = {tag for tag, _ in elements(blind["page"])}
    assert met.isdisjoint({"mark", "style", "b", "i"})
    assert blind["abstract"] and blind["link"] == "https://arxiv.org/abs/2405.14906"
    assert blind == task_data(Entry(Paper("2405.14906", title, abstract)), None, TagSet(1, ()))


@given(suggested(), hostile)
def test_a_task_is_stale_when_its_paper_or_its_suggestion_changes(drawn: tuple[TagSet, Suggestion], title: str) -> None:
    tag_set, suggestion = drawn
    data = task_data(Entry(Paper("p", title, "")), suggestion, tag_set)
    assert data_hash(data) == data_hash(task_data(Entry(Paper("p", title, "")), suggestion, tag_set))
    for other in (
        task_data(Entry(Paper("p", title + "x", "")), suggestion, tag_set),
        task_data(Entry(Paper("p", title, ""), AT.date()), suggestion, tag_set),
        task_data(Entry(Paper("p", title, "")), None, tag_set),
    ):
        assert data_hash(other) != data_hash(data)
