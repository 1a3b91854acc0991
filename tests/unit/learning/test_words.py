import numpy as np

from tagger.domain.evidence import FoundWord
from tagger.domain.paper import Paper
from tagger.domain.tags import Tag
from tagger.learning.terms import MAX_CHARACTERS
from tagger.learning.words import COUNTS, found_words, tag_words, text_of, word_counts


def found(tag: Tag, text: str) -> list[str]:
    return tag_words(tag).found(text_of(text))


def test_words_are_whole_words_in_any_case() -> None:
    tag = Tag("g", "Graph", also=("knowledge graph",))
    assert found(tag, "A Knowledge\n graph, a GRAPH; no graphs, no paragraph") == ["knowledge graph", "graph"]


def test_a_word_with_a_capital_inside_counts_only_as_written() -> None:
    tag = Tag("x", "Nothing", also=("GAN", "NeRF", "3D", "Lean", "GPT-4"))
    assert sorted(found(tag, "GAN gan NeRF nerf 3D 3d lean LEAN GPT-4 gpt-4")) == [
        "3d",
        "gan",
        "gpt-4",
        "lean",
        "lean",
        "nerf",
    ]


def test_the_longest_word_wins_and_signs_are_no_patterns() -> None:
    tag = Tag("x", "C++ (2)", also=("text", "text-to-image", ".*"))
    assert found(tag, "text-to-image") == ["text-to-image"]
    assert found(tag, "anything at all") == []


def test_counts_are_for_title_abstract_own_work_and_different_words() -> None:
    tag = Tag("sea", "Sea", also=("ocean",))
    paper = Paper("p", "Sea sea sea ocean", "The ocean, the sea. In this paper we cross the ocean.")
    found = word_counts([paper, Paper("q", "Hills", "")], [tag])
    assert found.shape == (2, 1, len(COUNTS))
    assert found[0, 0].tolist() == [2.0, *np.log1p([3, 1, 2]).astype(np.float32)]
    assert not found[1].any()


def test_a_very_long_text_is_searched_in_part_only() -> None:
    paper = Paper("p", "T", "x " * MAX_CHARACTERS + "sea")
    assert word_counts([paper], [Tag("sea", "Sea")]).sum() == 0


def test_words_are_told_as_they_stand_with_where_and_how_often() -> None:
    tag = Tag("sea", "Sea", also=("Open ocean", "GAN"))
    title, abstract = text_of("SEA of GAN"), text_of("The sea, a Sea, an Open\n Ocean. A gan.")
    expected = (FoundWord("SEA", 1, 2), FoundWord("GAN", 1, 0), FoundWord("Open Ocean", 0, 1))
    assert found_words(tag, title, abstract) == expected
    assert found_words(tag, text_of(""), text_of("Hills")) == ()


def test_words_are_told_although_lower_case_is_longer() -> None:
    assert found_words(Tag("sea", "Sea"), text_of("İİ Sea"), text_of("")) == (FoundWord("sea", 1, 0),)
