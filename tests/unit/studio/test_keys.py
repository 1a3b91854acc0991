from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings

from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.errors import StudioError
from tagger.studio.keys import hand_out, read_keys, write_keys
from tests.unit.studio.test_page import tag_sets


def tag_set_of(*sizes: int) -> TagSet:
    dimensions = (
        Dimension(f"d{i}", "?", False, tuple(Tag(f"t{n}", f"T{n}") for n in range(size)))
        for i, size in enumerate(sizes)
    )
    return TagSet(1, tuple(dimensions))


def alone(keys: Mapping[tuple[str, str], str], dimension: str) -> list[str]:
    return [key for (d, _), key in keys.items() if d == dimension and "shift" not in key]


def test_each_dimension_has_a_row_and_the_most_crowded_one_the_rest() -> None:
    keys = hand_out(tag_set_of(10, 30, 9))
    assert sorted(alone(keys, "d0")) == sorted("1234567890")
    assert sorted(alone(keys, "d1")) == sorted("qwertyuiopzxcvbnm")
    assert sorted(alone(keys, "d2")) == sorted("asdfghjkl")


def test_one_dimension_of_sixty_tags_has_a_key_for_each() -> None:
    assert len(set(hand_out(tag_set_of(60)).values())) == 60


def test_the_commonest_tags_have_keys_alone_in_the_order_of_the_tag_set() -> None:
    tag_set = tag_set_of(20, 20, 20, 20)
    keys = hand_out(tag_set, {("d0", "t19"): 5, ("d0", "t12"): 9})
    first = [tag for (d, tag), key in keys.items() if d == "d0" and "shift" not in key]
    assert first == ["t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t12", "t19"]
    assert [keys["d0", tag] for tag in first] == list("1234567890")


@settings(max_examples=30)
@given(tag_sets, tag_sets)
def test_a_tag_keeps_its_key_whatever_else_changes(before: TagSet, after: TagSet) -> None:
    former = hand_out(before, {tag: len(tag[1]) for tag in before.keys})
    keys = hand_out(after, {tag: -len(tag[1]) for tag in after.keys}, former)
    assert {tag: keys[tag] for tag in former if tag in after.keys} == {
        tag: key for tag, key in former.items() if tag in after.keys
    }
    assert len(set(keys.values())) == len(keys)


def test_keys_are_kept_in_a_file_that_people_may_edit(tmp_path: Path) -> None:
    tag_set, path = tag_set_of(3, 5), tmp_path / "keys.json"
    assert read_keys(path) is None
    keys = hand_out(tag_set)
    write_keys(path, tag_set, keys)
    back = read_keys(path)
    assert back is not None and {tag: key for tag, key in back.items() if key} == keys and set(back) == tag_set.keys
    path.write_text(path.read_text().replace('"t0": "1"', '"t0": "shift+5"'))
    assert (read_keys(path) or {})["d0", "t0"] == "shift+5"


@pytest.mark.parametrize("text", ["[]", "{", '{"d0": {"t0": "enter"}}', '{"d0": {"t0": "1", "t1": "1"}}', '{"d0": 3}'])
def test_a_file_with_anything_else_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(StudioError, match=r"keys\.json"):
        read_keys(path)
