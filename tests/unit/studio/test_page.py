import re
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.studio.guide import guide_as_html
from tagger.studio.page import NOTHING, PAGE_FIELD, id_of_name, labelling_page, name_in_studio
from tagger.studio.payloads import renamed_result, result_of
from tagger.tagset import default_tag_set_file, read_tag_set
from tests.conftest import ROOT
from tests.unit.studio.markup import elements

texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=20)
ids = st.from_regex(r"[A-Za-z0-9._-]{1,8}", fullmatch=True)
tags = st.builds(Tag, ids, texts, texts, texts, st.just(()))
dimensions = st.builds(
    Dimension, ids, texts, st.booleans(), st.lists(tags, min_size=1, max_size=40, unique_by=lambda t: t.id).map(tuple)
)
tag_sets = st.builds(
    TagSet, st.just(1), st.lists(dimensions, min_size=1, max_size=5, unique_by=lambda d: d.id).map(tuple)
)


def choices(page: str) -> dict[str, list[ElementTree.Element]]:
    return {str(c.get("name")): list(c) for c in ElementTree.fromstring(page).iter("Choices")}


@settings(max_examples=30)
@given(tag_sets)
def test_every_tag_of_any_tag_set_is_on_the_page_under_its_id(tag_set: TagSet) -> None:
    shown = choices(labelling_page(tag_set))
    aliases = {d: [c.get("alias", "") for c in cs if c.get("alias") != NOTHING] for d, cs in shown.items()}
    assert {id_of_name(d): list(map(id_of_name, found)) for d, found in aliases.items()} == {
        d.id: list(d.tag_ids) for d in tag_set.dimensions
    }
    for cs in shown.values():
        labels = [c.get("value") for c in cs]
        assert len(set(labels)) == len(labels), "two tags look the same"


@settings(max_examples=30)
@given(tag_sets)
def test_every_tag_has_a_key_of_its_own_or_a_box_to_find_it(tag_set: TagSet) -> None:
    page = labelling_page(tag_set)
    root = ElementTree.fromstring(page)
    names = [e.get("name") for e in root.iter() if e.get("name")]
    assert len(set(names)) == len(names)
    keys = [e.get("hotkey") for e in root.iter() if e.get("hotkey")]
    assert len(set(keys)) == len(keys)
    searched = {f.get("toName") for f in root.iter("Filter")}
    for dimension, cs in choices(page).items():
        keyless = [c for c in cs if not c.get("hotkey")]
        assert bool(keyless) == (dimension in searched)
        assert not keyless or keyless[0].get("alias") == NOTHING, "Enter in an empty box would choose a tag"


@settings(max_examples=30)
@given(tag_sets, st.text())
def test_nothing_in_a_tag_set_or_a_guide_becomes_markup_or_a_field(tag_set: TagSet, guide: str) -> None:
    page = ElementTree.fromstring(labelling_page(tag_set, guide=f"{guide} <b>&</b> $title"))
    fields = [value for e in page.iter() for value in re.findall(r"\$[\w[\].{}]+", e.get("value") or "")]
    assert fields == [f"${PAGE_FIELD}"]
    for choice in page.iter("Choice"):
        if choice.get("alias") != NOTHING:
            assert {tag for tag, _ in elements(choice.get("html", ""))} <= {"span", "kbd"}
    (shown,) = [e.get("value", "") for e in page.iter("HyperText") if e.get("name") == ":guide"]
    assert {tag for tag, _ in elements(shown)}.isdisjoint({"b", "script", "style", "img", "iframe"})


def test_what_label_studio_reads_as_a_number_or_a_truth_is_marked_and_what_it_reads_as_text_is_not() -> None:
    other = ["true", "FALSE", "2024", "-1", "1.5", ".5", "1e5", "1E-5", "1_0"]
    assert list(map(name_in_studio, other)) == [f":{text}" for text in other]
    for text in ("3d", "cs.CV", "e5", "nan", "null", "true-false", "2d-1"):
        assert name_in_studio(text) == text == id_of_name(text)
    tags = (Tag("true", "True"), Tag("no", "No", "false"))
    page = ElementTree.fromstring(labelling_page(TagSet(1, (Dimension("2024", "Q", False, tags),))))
    (control,) = page.iter("Choices")
    assert control.get("name") == ":2024" and [c.get("alias") for c in control] == [":true", "no"]
    said = result_of({"2024": ("true", "no")})
    assert renamed_result(said, TagSet(1, (Dimension("2024", "Q", False, tags),))) == said
    values = [value.lower() for c in control for value in c.attrib.values()]
    assert not {"true", "false"} & set(values), "Label Studio shows an empty page where a choice says so"


def test_no_dimension_has_the_name_of_the_guide_or_of_a_box_to_find_a_tag() -> None:
    many = tuple(Tag(f"t{i}", f"T{i}") for i in range(100))
    ids = ("guide", "x", "find-x")
    page = labelling_page(TagSet(1, tuple(Dimension(i, i, False, many) for i in ids)), guide="How")
    names = [e.get("name") for e in ElementTree.fromstring(page).iter() if e.get("name")]
    assert len(set(names)) == len(names)


def test_a_guide_is_shown_as_markdown_and_leads_to_web_pages_only() -> None:
    shown = guide_as_html("# How\n\n1. *One* [site](https://e.org) [bad](javascript:alert(1)) <script>x</script>")
    assert "<h1>How</h1>" in shown and "<em>One</em>" in shown and 'href="https://e.org"' in shown
    assert "<script>" not in shown and 'href="javascript' not in shown


def test_required_dimensions_ask(small_tag_set: TagSet) -> None:
    page = ElementTree.fromstring(labelling_page(small_tag_set))
    required = {c.get("name"): c.get("requiredMessage") for c in page.iter("Choices")}
    assert required == {"habitat": "Choose at least one: Where does it live?", "diet": None}


def test_the_page_in_the_repository_is_current() -> None:
    expected = labelling_page(read_tag_set(default_tag_set_file()))
    assert (ROOT / "label_studio" / "labelling_page.xml").read_text() == expected
