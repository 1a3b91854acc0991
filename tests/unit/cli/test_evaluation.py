from typing import Any

from tagger.cli.evaluation import evaluation_in_words
from tagger.domain.tags import TagSet
from tests.unit.learning.evaluations import made_up


def in_words(tag_set: TagSet, *, curve: bool) -> list[str]:
    names = {d.id: {tag.id: tag.name for tag in d.tags} for d in tag_set.dimensions}
    return evaluation_in_words(made_up(tag_set, curve=curve).document(), names).splitlines()


def test_every_figure_stands_in_a_table_that_fits(small_tag_set: TagSet) -> None:
    lines = in_words(small_tag_set, curve=True)
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[2:5]] == ["all", "habitat", "diet"]
    assert any(line.startswith("labelled papers") for line in lines)
    assert any(line.startswith("a peer") and " to +." in line for line in lines)
    (meat,) = (line.split() for line in lines if line.startswith("Meat & bones"))
    assert meat[-1] == "0.50", "the mean of the folds' thresholds"
    assert "20 papers of 60 would need no review" in "\n".join(lines)


def test_without_a_curve_there_is_no_table_for_it(small_tag_set: TagSet) -> None:
    assert not any(line.startswith("labelled papers") for line in in_words(small_tag_set, curve=False))


def test_a_tag_that_no_paper_carries_is_left_out(small_tag_set: TagSet) -> None:
    document: Any = made_up(small_tag_set).document()
    document["dimensions"]["habitat"]["tags"]["sea"] |= {"support": 0, "average_precision": None}
    names = {d.id: {tag.id: tag.name for tag in d.tags} for d in small_tag_set.dimensions}
    lines = evaluation_in_words(document, names).splitlines()
    assert not any(line.startswith("Sea ") for line in lines) and any(line.startswith("Forest ") for line in lines)
