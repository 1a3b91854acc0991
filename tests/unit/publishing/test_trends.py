"""Tags over time as a picture and as a page."""

from datetime import date
from xml.etree import ElementTree

from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.domain.trends import TaggedPaper, Trends, count_tags, find_trends
from tagger.publishing import trends_page, trends_svg
from tests.unit.publishing.digest import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"
TAG_SET = TagSet(1, (Dimension("habitat", "", True, (Tag("sea", HOSTILE), Tag("lake", "Lake"), Tag("moon", "Moon"))),))
SEA, LAKE = ("habitat", "sea"), ("habitat", "lake")


def made(now: int = 40) -> Trends:
    papers = [TaggedPaper(date(2026, 6, 1), [SEA], []) for _ in range(40)]
    papers += [TaggedPaper(date(2026, 8, 1), [LAKE], [SEA][: number % 2]) for number in range(now)]
    return find_trends(count_tags(papers), [SEA, LAKE, ("habitat", "moon")], "month")


def test_the_picture_tells_in_words_what_it_shows() -> None:
    root = ElementTree.fromstring(trends_svg(made(), TAG_SET, 20))
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and description is not None and description.text
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], description.attrib["id"]]
    assert "80 papers, 2026-06 to 2026-08" in description.text
    assert "In 2026-08, against 2026-06 to 2026-07, rising: Lake (0.0 % to 100 %)" in description.text
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"▲ rising", "▼ falling", "Lake"} <= set(texts), "colour alone tells nothing"
    assert "Moon" not in texts, "a tag without papers has no line"


def test_a_bar_stands_for_each_period_with_papers() -> None:
    root = ElementTree.fromstring(trends_svg(made(), TAG_SET, 20))
    bars = {path.attrib["class"]: path.attrib["d"].count("M") for path in root.iter(f"{SVG}path")}
    assert bars == {"bars": 1, "latest falling": 1, "latest rising": 1}


def test_names_are_text_in_the_picture_and_the_page() -> None:
    picture, page = trends_svg(made(), TAG_SET, 20).decode(), trends_page(made(), TAG_SET, 20).decode()
    for drawn in (picture, page):
        assert drawn.count("<script") == (drawn is page), "the page's own, which turns it light or dark"
        assert "<img" not in drawn
    ElementTree.fromstring(picture)


def test_too_few_papers_are_told_and_none_are_drawn_as_well() -> None:
    few = trends_svg(made(now=3), TAG_SET, 1).decode()
    assert "too few papers" in few and "▲" not in few
    ElementTree.fromstring(trends_svg(find_trends(count_tags([]), [SEA], "week"), TAG_SET, 0))
