"""The encoder's frozen layers, read once and kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tagger.errors import LearningError
from tagger.learning.body import Body
from tagger.learning.encoder import PACKAGED, find_encoder

pytestmark = pytest.mark.slow
TEXTS = ["Waves and salt on the reef", "Moss", "Owls in the woodland at night, seen by nobody. " * 40, "Moss"]


@pytest.fixture(scope="module")
def body() -> Body:
    return Body(PACKAGED)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAGGER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_second_time_the_frozen_layers_do_not_run(body: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    first = body.embed(body.upper, body.lower(TEXTS))

    def run(*_: object) -> None:
        raise AssertionError("the frozen layers ran")

    monkeypatch.setattr(body, "_run_lower", run)
    told: list[tuple[int, int]] = []
    again = body.lower(TEXTS, lambda _, done, total: told.append((done, total)))
    assert np.array_equal(body.embed(body.upper, again), first) and told == [(4, 4)]
    with pytest.raises(AssertionError):
        body.lower([*TEXTS, "A new one"])


def test_a_damaged_entry_is_read_anew(body: Body, cache: Path) -> None:
    first = body.lower(TEXTS)
    for entry in cache.glob("states/*/*"):
        entry.write_bytes(entry.read_bytes()[:-8])
    for one, other in zip(first, body.lower(TEXTS), strict=True):
        assert np.array_equal(one.states, other.states)


def test_other_weights_of_the_frozen_layers_find_nothing(body: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    before = body._lower_hash()
    weights = body.model.embeddings.word_embeddings.weight
    with torch.no_grad():
        weights[5, 5] += 1
        changed = body._lower_hash()
        weights[5, 5] -= 1
    assert changed != before
    with torch.no_grad():
        body.upper.encoder.layer[0].output.dense.weight[0, 0] += 1
    assert body._lower_hash() == before, "what is trained doesn't count"


def test_a_folder_called_like_a_hub_id_is_not_taken_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nobody" / "encoder").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert find_encoder("nobody/encoder") == "nobody/encoder"
    with pytest.raises(LearningError, match="holds no encoder"):
        find_encoder("./nobody/encoder")
    (tmp_path / "nobody" / "encoder" / "modules.json").write_text("[]")
    assert find_encoder("./nobody/encoder") == str(tmp_path / "nobody" / "encoder")
