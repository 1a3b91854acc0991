import pytest

from tagger.errors import TagSetError
from tagger.tagset import parse_tag_set, with_word

TAG_SET = """\
# Ours, since 2024
version: 1
dimensions:
  - id: habitat   # where it lives
    tags:
      - {id: sea, means: "Salt water",
         also: [ocean, "the deep" ]}   # no lakes
      - {id: forest, name: Forest}
      - id: lake
        name: Lake # fresh
      - id: "river"
        also:   # running water
          - brook
          - stream # small

      - id: marsh
        also:
        - bog
        name: Marsh
      - {also: [], id: cave}
      - id: meadow
        means: |
          Grass and
          flowers
  - id: diet
    tags: [{id: sea}]
"""


def added(tag: str, word: str, text: str = TAG_SET, dimension: str = "habitat") -> tuple[str, ...]:
    """Add a word, check that nothing but one piece of text was put in, and return the tag's words."""
    after = with_word(text.encode(), "t.yaml", dimension, tag, word).decode()
    start = next(i for i in range(len(after)) if after[: i + 1] != text[: i + 1])
    grown = len(after) - len(text)
    assert after[:start] + after[start + grown :] == text
    return parse_tag_set(after.encode(), "t.yaml").dimension(dimension).tag(tag).also


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("sea", ("ocean", "the deep", "w")),
        ("forest", ("w",)),
        ("lake", ("w",)),
        ("river", ("brook", "stream", "w")),
        ("marsh", ("bog", "w")),
        ("cave", ("w",)),
        ("meadow", ("w",)),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_word_is_added_and_nothing_else_changes(tag: str, words: tuple[str, ...], ending: str) -> None:
    assert added(tag, "w", TAG_SET.replace("\n", ending)) == words


def test_only_the_tag_of_that_dimension_gets_the_word() -> None:
    assert added("sea", "fish", dimension="diet") == ("fish",)


def test_layout_follows_what_is_there() -> None:
    text = with_word(TAG_SET.encode(), "t.yaml", "habitat", "river", "rapids").decode()
    assert "          - stream # small\n          - rapids\n" in text
    text = with_word(TAG_SET.encode(), "t.yaml", "habitat", "lake", "tarn").decode()
    assert "        name: Lake # fresh\n        also: [tarn]\n" in text


@pytest.mark.parametrize("end", ["        name: Lake", "        also:\n          - tarn", "        also: [tarn]"])
def test_the_last_line_needs_no_end(end: str) -> None:
    text = f"version: 1\ndimensions:\n  - id: habitat\n    tags:\n      - id: lake\n{end}"
    assert added("lake", "w", text)[-1] == "w"


@pytest.mark.parametrize("word", ["no", "3D", "a: b", "a #b", "[x]", "it's", '"q"', "\\n", "größe", "- a", "&a", "x,y"])
def test_any_word_is_read_again_as_it_was(word: str) -> None:
    for tag in ("sea", "lake", "river"):
        assert added(tag, word)[-1] == word


def test_words_that_several_tags_share_by_reference_are_left_to_people() -> None:
    text = "version: 1\ndimensions: [{id: d, tags: [{id: a, also: &w [x]}, {id: b, also: *w}]}]\n"
    with pytest.raises(TagSetError, match=r"t\.yaml, line 2: can't write 'y' to 'b' here .* Change it by hand"):
        with_word(text.encode(), "t.yaml", "d", "b", "y")


def test_a_file_that_is_not_utf_8_is_told() -> None:
    with pytest.raises(TagSetError, match="isn't in UTF-8"):
        with_word(TAG_SET.encode("utf-16"), "t.yaml", "habitat", "sea", "w")
