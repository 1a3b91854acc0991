"""What an evaluation comes to in a report."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from tagger.domain.report import Section
from tagger.domain.tags import TagSet
from tagger.learning.confusion import Confusion, confusions
from tagger.learning.evaluation import CurvePoint, Evaluation
from tagger.learning.projection import gain_of_more
from tagger.learning.report import evaluation_sections
from tests.unit.learning.evaluations import made_up, tag_set_of


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    """One with mistakes enough that tags are confused."""
    made = made_up(tag_set_of(4, 2), curve=True)
    return replace(made, model=made.curve[0].answers)


@pytest.fixture(scope="module")
def sections(evaluation: Evaluation) -> dict[str, Section]:
    return {section.title: section for section in evaluation_sections(evaluation, 0)}


def test_everything_that_is_asked_for_is_told_drawn_and_tabled(sections: dict[str, Section]) -> None:
    assert list(sections) == [
        "How good it is",
        "Learning curve",
        "Tags of d0",
        "Tags of d1",
        "Precision and recall",
        "Calibration",
        "Confusions between tags",
        "Map of the papers",
    ]
    for section in sections.values():
        assert section.says.endswith(".") and section.rows, section.title
        assert {len(row) for row in section.rows} == {len(section.headings)}
    assert all(section.pictures for title, section in sections.items() if title != "How good it is")
    assert len(sections["Map of the papers"].pictures) == 2, "one a dimension"


def test_pictures_have_other_colours_in_the_dark_and_nothing_else_differs(sections: dict[str, Section]) -> None:
    for section in sections.values():
        for picture in section.pictures:
            ElementTree.fromstring(picture.light)
            used = set(re.findall(rb"#[0-9a-f]{6}\b", picture.dark))
            assert not used & {b"#1d2126", b"#000000", b"#ffffff", b"#666666", b"#0072b2"}, section.title
            light, dark = (re.sub(rb"#[0-9a-f]{6}\b", b"", each) for each in (picture.light, picture.dark))
            assert light == dark and picture.light != picture.dark


def test_figures_of_a_section_are_those_of_the_evaluation(sections: dict[str, Section], evaluation: Evaluation) -> None:
    whole = evaluation.model.whole().figures
    assert sections["How good it is"].rows[0][1] == f"{whole.micro_f1:.3f}"
    assert [row[0] for row in sections["Learning curve"].rows] == ["8", "40"]
    tags = evaluation.model.tags()["d1"]
    assert {row[2] for row in sections["Tags of d1"].rows} == {f"{tag.figures.f1:.2f}" for tag in tags.values()}


def test_what_can_not_be_told_says_why() -> None:
    evaluation = made_up(tag_set_of(2))
    empty = [np.zeros_like(labels) for labels in evaluation.truth.labels]
    bare = replace(evaluation.truth, labels=tuple(empty))
    evaluation.model.truth = bare
    evaluation.model.chosen = empty
    few = replace(evaluation, truth=bare, embeddings=evaluation.embeddings[:5])
    told = {section.title: section for section in evaluation_sections(few, 0)}
    for title in ("Learning curve", "Tags of d0", "Confusions between tags", "Map of the papers"):
        assert not told[title].rows and not told[title].pictures and told[title].says.endswith("."), title


def test_tags_are_confused_where_one_is_missed_and_another_wrongly_given() -> None:
    [dimension] = tag_set_of(3).dimensions
    a, b, c = dimension.tag_ids
    labels = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0]], dtype=bool)
    chosen = np.array([[0, 1, 0], [0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)
    assert confusions(dimension, labels, chosen) == [Confusion("d0", a, b, 2), Confusion("d0", a, c, 1)]


def test_more_labels_bring_what_the_end_of_the_curve_promises() -> None:
    tag_set: TagSet = tag_set_of(3)
    evaluation = made_up(tag_set, curve=True)
    worse, best = evaluation.curve[0].answers, evaluation.curve[1].answers
    rising = [CurvePoint(8, worse), CurvePoint(16, worse), CurvePoint(32, best)]
    gain = gain_of_more(rising, 40)
    assert gain and gain.interval[0] < gain.micro_f1 < gain.interval[1] and gain.micro_f1 > 0.02
    further = gain_of_more(rising, 400)
    assert further and 0 < further.micro_f1 < gain.micro_f1 / 3, "the more there are, the less fifty bring"
    flat = gain_of_more([CurvePoint(n, best) for n in (8, 16, 32)], 40)
    assert flat and flat.micro_f1 == pytest.approx(0) and flat.interval == pytest.approx((0, 0))
    assert gain_of_more(rising[:2], 40) is None
