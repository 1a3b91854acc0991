import numpy as np
import pytest

from tagger.domain.tags import TagSet
from tagger.learning.answers import lead
from tests.unit.learning.evaluations import made_up, tag_set_of


def test_a_figure_lies_within_its_interval_and_the_whole_is_the_mean(small_tag_set: TagSet) -> None:
    (peer,) = made_up(small_tag_set).peers
    whole, dimensions = peer.whole(), peer.dimensions()
    assert list(dimensions) == ["habitat", "diet"]
    for summary in (whole, *dimensions.values()):
        for name in ("micro_f1", "macro_f1"):
            low, high = summary.intervals[name]
            assert 0 < low < getattr(summary.figures, name) < high < 1
    assert whole.figures.micro_f1 == pytest.approx(np.mean([d.figures.micro_f1 for d in dimensions.values()]))
    widths = [np.diff(summary.intervals["micro_f1"])[0] for summary in (whole, *dimensions.values())]
    assert widths[0] < max(widths[1:]), "the mean of two moves less"
    assert 0 < whole.fold_spread < 0.2


def test_a_tag_has_the_mean_of_its_folds_thresholds() -> None:
    tags = made_up(tag_set_of(2)).model.tags()["d0"]
    assert [tag.threshold for tag in tags.values()] == pytest.approx([0.5, 0.5])


def test_a_lead_is_surer_than_its_two_figures() -> None:
    evaluation = made_up(tag_set_of(4, 4))
    found = lead(evaluation.model, evaluation.peers[0])
    low, high = found["intervals"]["micro_f1"]
    assert 0 < low < found["micro_f1"] < high
    none = lead(evaluation.model, evaluation.model)
    assert none == {"micro_f1": 0, "macro_f1": 0, "intervals": {"micro_f1": (0, 0), "macro_f1": (0, 0)}}


def test_the_document_has_all_of_it(small_tag_set: TagSet) -> None:
    document = made_up(small_tag_set, curve=True).document()
    assert document["sure"] == 20 and document["folds"] == 3
    assert document["baseline"] == document["peers"][0]  # type: ignore[index]
    assert [point["papers"] for point in document["curve"]] == [8, 40]  # type: ignore[attr-defined]
    assert sum(each["count"] for each in document["reliability"]) == 60 * 5  # type: ignore[attr-defined]
    sea = document["dimensions"]["habitat"]["tags"]["sea"]  # type: ignore[index]
    assert set(sea) >= {"support", "precision", "recall", "f1", "average_precision", "threshold", "intervals"}
