from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.studio.page import labelling_page
from tagger.tagset import default_tag_set_file, read_tag_set
from tests.conftest import ROOT

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


@given(tag_sets)
def test_every_tag_of_any_tag_set_is_on_the_page_under_its_id(tag_set: TagSet) -> None:
    shown = choices(labelling_page(tag_set))
    assert {d: [c.get("alias") for c in cs] for d, cs in shown.items()} == {
        d.id: list(d.tag_ids) for d in tag_set.dimensions
    }
    for cs in shown.values():
        labels = [c.get("value") for c in cs]
        assert len(set(labels)) == len(labels), "two tags look the same"


@given(tag_sets)
def test_no_key_is_given_twice(tag_set: TagSet) -> None:
    keys = [c.get("hotkey") for cs in choices(labelling_page(tag_set)).values() for c in cs if c.get("hotkey")]
    assert len(set(keys)) == len(keys)


def test_papers_are_shown_as_text_and_required_dimensions_ask(small_tag_set: TagSet) -> None:
    page = ElementTree.fromstring(labelling_page(small_tag_set))
    assert not list(page.iter("HyperText"))
    required = {c.get("name"): c.get("requiredMessage") for c in page.iter("Choices")}
    assert required == {"habitat": "Choose at least one: Where does it live?", "diet": None}


def test_the_page_in_the_repository_is_current() -> None:
    expected = labelling_page(read_tag_set(default_tag_set_file()))
    assert (ROOT / "label_studio" / "labelling_page.xml").read_text() == expected
