from pathlib import Path

import pytest

from tagger.domain.tags import TagSet
from tagger.errors import TagSetError
from tagger.tagset import find_tag, parse_tag_set, read_tag_set

GOOD = """\
version: 2
dimensions:
  - id: habitat
    question: Where does it live?
    required: true
    tags:
      - {id: sea, name: Sea, means: Salt water, not: "lake, for fresh water", also: [ocean, "3D"]}
      - {id: no, name: Norway}
      - {id: cs.CV}
  - id: diet
    question: What does it eat?
    required: false
    tags:
      - {id: sea, name: Sea food}
"""


def parse(text: str) -> TagSet:
    return parse_tag_set(text.encode(), "my.yaml")


def test_a_tag_set_is_read_with_all_it_says() -> None:
    tag_set = parse(GOOD)
    sea = tag_set.dimension("habitat").tag("sea")
    assert (sea.name, sea.means, sea.unlike, sea.also) == (
        "Sea",
        "Salt water",
        "lake, for fresh water",
        ("ocean", "3D"),
    )
    assert tag_set.dimension("habitat").tag_ids == ("sea", "no", "cs.CV")
    assert not tag_set.dimension("diet").required
    assert tag_set.version == 2


def test_ids_are_texts_even_where_yaml_sees_something_else() -> None:
    assert parse(GOOD).dimension("habitat").tag("no").name == "Norway"


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("{id: no, name: Norway}", "{id: sea, name: Twice}", 8, "'sea' is in 'habitat' already, on line 7"),
        ("{id: no, name: Norway}", "{id: 'a b'}", 8, "the id 'a b' isn't made of letters"),
        ("{id: no, name: Norway}", "{name: Norway}", 8, "a tag lacks 'id'"),
        ("{id: no, name: Norway}", "{id: no, alos: [x]}", 8, "a tag has no 'alos'"),
        ("{id: no, name: Norway}", "{id: no, also: fjord}", 8, "also has to be a list"),
        ("{id: no, name: Norway}", "{id: no, id: nor}", 8, "'id' is there twice"),
        ("{id: no, name: Norway}", '{id: no, name: "a\\u001bb"}', 8, "can't be shown"),
        ("{id: no, name: Norway}", "just a text", 8, "a tag has to be written as"),
        ("id: diet", "id: habitat", 10, "the dimension 'habitat' is there twice"),
        ("id: diet", "id: title", 10, "'title' is a field of papers"),
        ("required: false", "required: maybe", 12, "required is 'maybe'"),
        ("version: 2", "version: two", 1, "version is 'two'"),
        ("version: 2\n", "", 1, "the tag set lacks 'version'"),
    ],
)
def test_a_fault_is_told_with_its_file_and_line(old: str, new: str, line: int, reason: str) -> None:
    with pytest.raises(TagSetError) as caught:
        parse(GOOD.replace(old, new, 1))
    assert f"my.yaml, line {line}: " in str(caught.value)
    assert reason in str(caught.value)


def test_a_dimension_without_tags_is_refused() -> None:
    with pytest.raises(TagSetError, match=r"line 4: the dimension 'x' has no tags"):
        parse("version: 1\ndimensions:\n  - id: x\n    tags: []\n")
    with pytest.raises(TagSetError, match="no dimensions"):
        parse("version: 1\ndimensions: []\n")


@pytest.mark.parametrize(
    "data", [b"", b"a: [", b"\xff\xfe\x00", b"- - -\n  :", b"key: 'x", b"x: !!python/object:os.system []"]
)
def test_what_is_no_yaml_is_one_clear_line(data: bytes) -> None:
    with pytest.raises(TagSetError, match=r"my\.yaml") as caught:
        parse_tag_set(data, "my.yaml")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TagSetError, match="can't read the tag set"):
        read_tag_set(tmp_path / "none.yaml")


def test_a_tag_is_found_by_its_id_alone_where_that_is_clear() -> None:
    tag_set = parse(GOOD)
    assert find_tag(tag_set, "cs.CV") == ("habitat", "cs.CV")
    assert find_tag(tag_set, "diet:sea") == ("diet", "sea")
    with pytest.raises(TagSetError, match="Write habitat:sea or diet:sea"):
        find_tag(tag_set, "sea")
    with pytest.raises(TagSetError, match="no tag 'lake'"):
        find_tag(tag_set, "lake")


def test_the_fingerprint_changes_with_any_word() -> None:
    assert parse(GOOD).fingerprint == parse(GOOD).fingerprint
    assert parse(GOOD).fingerprint != parse(GOOD.replace("Norway", "Sweden")).fingerprint
    assert parse(GOOD).fingerprint != parse(GOOD.replace("version: 2", "version: 3")).fingerprint
