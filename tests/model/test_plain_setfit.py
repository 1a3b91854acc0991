"""The library's own SetFit, really trained for a few steps on short invented texts."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tagger.errors import LearningError
from tagger.learning.encoder import PACKAGED
from tagger.learning.plain_setfit import fit_plain_setfit

pytestmark = pytest.mark.slow
TEXTS = ["Waves and salt", "Moss under trees", "Fish of the reef", "Owls in the woodland", "A tide", "An oak"] * 2
SEA = np.array([[text in ("Waves and salt", "Fish of the reef", "A tide")] for text in TEXTS])
# Both tags, one that no text carries, and one that each does.
LABELS = np.concatenate([SEA, ~SEA, SEA & False, SEA | True], axis=1)


def test_it_learns_and_gives_constants_to_tags_that_cannot_be_learnt() -> None:
    fitted = fit_plain_setfit(TEXTS, LABELS, encoder=PACKAGED, steps=3, seconds=60, seed=0)
    assert fitted.steps == 3 and fitted.seconds_per_step > 0
    found = fitted.predict_probabilities(["Salt water of the ocean", "A forest of old trees"])
    assert found.shape == (2, 4) and found[0, 0] > found[1, 0] and found[1, 1] > found[0, 1]
    assert found[:, 2].tolist() == [0, 0] and found[:, 3].tolist() == [1, 1]
    assert fitted.predict_probabilities([]).shape == (0, 4)


def test_the_same_seed_and_steps_give_the_same_model() -> None:
    first, second = (fit_plain_setfit(TEXTS, LABELS, encoder=PACKAGED, steps=2, seconds=60, seed=5) for _ in range(2))
    assert np.array_equal(first.predict_probabilities(TEXTS), second.predict_probabilities(TEXTS))


def test_the_default_steps_are_those_of_the_library() -> None:
    from setfit.sampler import ContrastiveDataset

    fitted = fit_plain_setfit(TEXTS, LABELS, encoder=PACKAGED, steps=1, seconds=0, seed=0)
    pairs = len(ContrastiveDataset(TEXTS, LABELS[:, :2].astype(int).tolist(), multilabel=True))
    assert fitted.default_steps == -(-pairs // 16) > 1


def test_the_clock_ends_it_after_the_step_that_is_under_way() -> None:
    assert fit_plain_setfit(TEXTS, LABELS, encoder=PACKAGED, steps=5, seconds=0, seed=0).steps == 1


@pytest.mark.parametrize(
    ("labels", "steps"),
    [
        (SEA, 1),
        (np.concatenate([SEA, SEA | True], axis=1), 1),
        (np.zeros((12, 3), dtype=bool), 0),
        (np.ones((12, 3), dtype=bool), 0),
        (np.zeros((12, 0), dtype=bool), 0),
    ],
    ids=["one tag", "one and a constant", "nobody", "everybody", "no tag"],
)
def test_odd_labels_are_no_reason_to_fail(labels: NDArray[np.bool_], steps: int) -> None:
    fitted = fit_plain_setfit(TEXTS, labels, encoder=PACKAGED, steps=1, seconds=60, seed=0)
    found = fitted.predict_probabilities(["A wave"])
    assert found.shape == (1, labels.shape[1]) and ((found >= 0) & (found <= 1)).all()
    assert fitted.steps == steps


def test_papers_that_all_share_a_tag_give_no_pair_to_learn_from_but_heads() -> None:
    labels = np.array([[True, True, False], [False, True, True], [True, False, True]] * 4)
    fitted = fit_plain_setfit(TEXTS, labels, encoder=PACKAGED, steps=4, seconds=60, seed=0)
    assert fitted.steps == fitted.default_steps == 0
    assert fitted.predict_probabilities(TEXTS).std(axis=0).max() > 0


def test_it_is_quiet_leaves_no_file_and_puts_settings_back(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    environment, level = dict(os.environ), logging.getLogger("setfit").level
    fit_plain_setfit(TEXTS, LABELS, encoder=PACKAGED, steps=1, seconds=60, seed=0)
    assert not list((tmp_path / "here").iterdir()) and not list((tmp_path / "temporary").glob("*/*"))
    assert capfd.readouterr() == ("", "")
    assert dict(os.environ) == environment and logging.getLogger("setfit").level == level


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("something was asked of the network")

    monkeypatch.setattr("socket.socket.connect", connect)
    fit_plain_setfit(TEXTS, LABELS, encoder=PACKAGED, steps=1, seconds=60, seed=0)
    with pytest.raises(LearningError, match="the encoder nobody/has-this can't be loaded"):
        fit_plain_setfit(TEXTS, LABELS, encoder="nobody/has-this", steps=1, seconds=60, seed=0)
