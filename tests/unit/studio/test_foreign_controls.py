from xml.etree import ElementTree

from tagger.domain.tags import TagSet
from tagger.studio.foreign_controls import with_foreign_controls
from tagger.studio.page import labelling_page


def controls(page: str) -> dict[str, list[str]]:
    """Return the names of a page's controls with the values they offer."""
    found = [e for e in ElementTree.fromstring(page).iter() if e.get("toName")]
    return {str(e.get("name")): [str(c.get("value")) for c in e.iter() if c.get("value")] for e in found}


def test_a_page_whose_controls_are_all_its_own_stays_as_it_is(small_tag_set: TagSet) -> None:
    page = labelling_page(small_tag_set)
    used = {f"{d.id}|abstract|choices": 3 for d in small_tag_set.dimensions}
    assert with_foreign_controls(page, page, used, {"habitat": {"sea"}}) == page


def test_foreign_controls_are_kept_as_they_were_or_made_from_what_was_said_with_them(small_tag_set: TagSet) -> None:
    page = labelling_page(small_tag_set)
    there = page.replace("</View>", '<Rating name="stars" toName="abstract" maxRating="7"/></View>', 1)
    used = {"stars|abstract|rating": 1, "odd|name|abstract|choices": 2, "note|abstract|textarea": 1}
    kept = with_foreign_controls(page, there, used, {"odd|name": {"<b>", 'a "quote" & more'}, "draft": {"x"}})
    assert kept.startswith(page[: page.rindex("</View>")])
    new = {name: values for name, values in controls(kept).items() if name not in controls(page)}
    assert new == {"stars": [], "odd|name": ["<b>", 'a "quote" & more'], "note": [], "draft": ["x"]}
    assert 'maxRating="7"' in kept and 'style="display:none"' in kept


def test_a_page_that_is_no_xml_hides_nothing(small_tag_set: TagSet) -> None:
    page = labelling_page(small_tag_set)
    assert "mood" in controls(with_foreign_controls(page, "<View", {"mood|abstract|choices": 1}, {"mood": {"good"}}))


def test_a_page_that_would_swell_hides_nothing(small_tag_set: TagSet) -> None:
    page = labelling_page(small_tag_set)
    doubling = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    swells = f'<!DOCTYPE View [<!ENTITY a0 "aaaaaaaaaa">{doubling}]><View><Choices name="a" toName="b"/>&a9;</View>'
    assert with_foreign_controls(page, swells, {}, {}) == page
    kept = controls(with_foreign_controls(page, swells, {"a|abstract|choices": 1}, {"a": {"good"}}))
    assert kept["a"] == ["good"]
