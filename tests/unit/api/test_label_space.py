from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tagger.api.label_space import label_space
from tagger.domain.tags import TagSet

MATRIX = np.array([[1, 0, 1], [0, 0, 0]])


@pytest.mark.parametrize(
    "y",
    [
        [{"a", "c"}, set()],
        [["c", "a"], []],
        (np.array(["a", "c"]), ()),
        np.array([{"a", "c"}, set()], dtype=object),
        MATRIX,
        MATRIX.astype(bool),
        MATRIX.astype(float),
        csr_matrix(MATRIX),
    ],
    ids="sets lists tuples array matrix booleans floats sparse".split(),
)
def test_label_sets_and_matrices_of_any_kind_say_the_same(y: Any) -> None:
    space = label_space(["a", "b", "c"], y, required=False)
    assert space.names == ("a", "b", "c")
    assert np.array_equal(space.indicator(y), MATRIX.astype(bool))
    assert space.tags(space.indicator(y)) == [{"label": ("a", "c")}, {"label": ()}]


def test_without_names_labels_are_those_met_or_the_columns_numbers() -> None:
    assert label_space(None, [{"b"}, {"a"}], required=True).names == ("a", "b")
    numbered = label_space(None, MATRIX, required=False)
    assert numbered.names == (0, 1, 2)
    assert [tag.name for tag in numbered.tag_set.dimensions[0].tags] == ["", "", ""], "a number is no word to look for"


def test_meanings_and_being_required_stand_in_the_tag_set() -> None:
    [dimension] = label_space({"a": "the first"}, [], required=True).tag_set.dimensions
    assert dimension.required and dimension.tags[0].means == "the first"


def test_tags_of_several_dimensions_are_named_by_both(small_tag_set: TagSet) -> None:
    space = label_space(small_tag_set, None, required=False)
    y = [{"habitat": ["sea"], "diet": ["meat"]}, {"diet": []}]
    assert space.names == ("habitat:sea", "habitat:forest", "habitat:cs.CV", "diet:plants", "diet:meat")
    assert space.tags(space.indicator(y))[0] == {"habitat": ("sea",), "diet": ("meat",)}
    one = label_space(TagSet(1, small_tag_set.dimensions[1:]), None, required=False)
    assert one.names == ("plants", "meat")
    assert np.array_equal(one.indicator([{"diet": ["meat"]}]), [[False, True]])


@pytest.mark.parametrize(
    ("known", "y", "message"),
    [
        (None, ["image", "text"], "y\\[0\\] is 'image': y has to be a set of labels for each text"),
        (None, [1, 2], "y\\[0\\] is 1: y has to be"),
        (None, [{1}], "y\\[0\\] is .1.: y has to be"),
        (None, None, "requires y to be passed, but the target y is None"),
        (None, [set(), set()], "there is no label in y"),
        (None, np.array([[0, 2], [1, 1]]), "it has other numbers"),
        (None, np.array([[0.5], [np.nan]]), "it has other numbers"),
        (["a"], [{"b"}], "y\\[0\\] has the label 'b', which isn't among the labels that are known"),
        (["a"], MATRIX, "y has 3 columns, and there are 1 labels"),
        ("a", [{"a"}], "tags have to be a list of names"),
    ],
)
def test_what_is_no_label_is_refused(known: Any, y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        label_space(known, y, required=False).indicator(y)
