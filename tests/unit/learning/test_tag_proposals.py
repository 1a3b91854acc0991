from tagger.domain.paper import Paper
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.learning.tag_proposals import propose_tags

TAG_SET = TagSet(1, (Dimension("task", "What?", True, (Tag("dialogue", "Dialogue"), Tag("search", "Search"))),))
SEARCHED, TALKED = {"task": ("search",)}, {"task": ("dialogue",)}


def papers(*titles: str, abstract: str = "We study this and that.") -> list[Paper]:
    return [Paper(f"p{i}", title, abstract) for i, title in enumerate(titles)]


MARKS = [f"{kind} watermark detection" for kind in ("Robust", "Fast", "Blind", "Semantic", "Cheap")]
OTHERS = [f"Searching {what}" for what in ("maps", "code", "law", "music", "films", "shops")]


def test_a_topic_that_no_tag_covers_is_proposed_once_however_it_is_spelt() -> None:
    found = propose_tags(papers(*MARKS, "Watermarks, detected", *OTHERS), [TALKED] * 6 + [SEARCHED] * 6, TAG_SET, 5)
    assert found == [], "its papers are just those of a tag"
    some = [TALKED, SEARCHED] * 13
    more = papers(*MARKS, "Watermarks in text", *(f"Things, number {i}" for i in range(20)))
    (topic,) = propose_tags(more, some, TAG_SET, 5)
    assert "watermark" in topic.name and (topic.papers, topic.titles) in ((5, 5), (6, 6))
    assert topic.nearest in (("task", "dialogue"), ("task", "search")) and topic.overlap < 0.5
    assert topic.examples[0] == "Robust watermark detection"


def test_words_of_tags_and_words_that_titles_begin_with_are_no_topics() -> None:
    titles = [f"Rethinking {what}" for what in ("maps", "code", "law", "music", "films")]
    dialogue = [f"A dialogue of {what}" for what in ("maps", "code", "law", "music", "films")]
    assert propose_tags(papers(*titles, *dialogue), [SEARCHED, TALKED] * 5, TAG_SET, 5) == []
