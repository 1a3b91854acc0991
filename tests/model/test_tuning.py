"""Fine-tuning the top layers: when it stops, what it keeps, and that it can be repeated."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from tagger.domain.model import no_progress
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.errors import LearningError
from tagger.learning import package
from tagger.learning.body import Body
from tagger.learning.contrastive import CHECK_STEPS, Tuned, Tuning, tune
from tagger.learning.encoder import PACKAGED
from tagger.learning.examples import Example
from tagger.learning.graph import Network
from tagger.learning.options import TrainingOptions
from tagger.learning.plain_setfit import tune_plain_setfit
from tagger.learning.prediction import load_predictor
from tagger.learning.training import train
from tests.conftest import NOW

pytestmark = pytest.mark.slow
SEA, FOREST = "waves salt reef tide".split(), "moss trees owls oak".split()
TEXTS = [f"Number {i} tells of {words[i % 4]} and {words[(i + 1) % 4]}" for i in range(24) for words in (SEA, FOREST)]
IS_SEA = np.arange(48) % 2 == 0
LABELS = np.stack([IS_SEA, ~IS_SEA], axis=1)
# Labels that nothing in a text tells: what is learnt of them is of no use for others.
CHANCE = np.random.default_rng(0).permutation(LABELS)


@pytest.fixture(scope="module")
def body() -> Body:
    return Body(PACKAGED)


def tuned(body: Body, labels: np.typing.NDArray[np.bool_], tuning: Tuning, held_out: int = 0) -> Tuned:
    anchors = body.embed(body.upper, body.lower(["The sea", "The forest"]))
    apart = np.arange(48) >= 48 - held_out
    return tune(body, body.lower(TEXTS), [labels], [anchors], apart, tuning, no_progress)


def weights(upper: Network) -> np.typing.NDArray[np.float32]:
    return np.concatenate([p.detach().numpy().ravel() for p in upper.encoder.layer.parameters()])


def test_it_draws_papers_with_a_tag_together(body: Body) -> None:
    def apart(upper: Network) -> float:
        embedded = body.embed(upper, body.lower(TEXTS))
        return float(np.linalg.norm(embedded[IS_SEA].mean(0) - embedded[~IS_SEA].mean(0)))

    run = tuned(body, LABELS, Tuning(epochs=20, seconds=math.inf, seed=0), held_out=12)
    assert apart(run.upper) > 1.1 * apart(body.upper)


def test_it_stops_when_held_out_papers_gain_no_more_and_gives_the_best_body(body: Body) -> None:
    long = Tuning(epochs=40, seconds=math.inf, seed=0)
    run = tuned(body, CHANCE, long, held_out=12)
    assert CHECK_STEPS < run.steps < 40 * 36 / 32 and run.steps % CHECK_STEPS == 0
    drifted = tuned(body, CHANCE, Tuning(40, math.inf, 0, most_steps=run.steps))
    frozen = weights(body.upper)
    assert np.abs(weights(run.upper) - frozen).sum() < np.abs(weights(drifted.upper) - frozen).sum()


def test_the_steps_of_a_run_that_the_clock_cut_repeat_it(body: Body) -> None:
    cut = tuned(body, LABELS, Tuning(epochs=20, seconds=0, seed=3), held_out=12)
    again = tuned(body, LABELS, Tuning(epochs=20, seconds=math.inf, seed=3, most_steps=cut.steps), held_out=12)
    assert cut.steps == again.steps == 1
    assert np.array_equal(weights(cut.upper), weights(again.upper))


def test_frozen_layers_stay_as_they_are_also_for_the_library(body: Body) -> None:
    model, steps = tune_plain_setfit(
        TEXTS[:12],
        LABELS[:12],
        encoder=PACKAGED,
        prepare=body.freeze_lower,
        steps=2,
        most_steps=None,
        seconds=60,
        seed=0,
        progress=no_progress,
    )
    assert steps == 2
    trained = model.model_body[0].auto_model.state_dict()
    changed = {name for name, before in body.model.state_dict().items() if not bool((trained[name] == before).all())}
    assert changed and all(name.startswith(("encoder.layer.4.", "encoder.layer.5.")) for name in changed)
    assert not np.array_equal(weights(body.upper_of(model)), weights(body.upper))
    # What it makes of a text is what the library's own model makes of it.
    embedded = body.embed(body.upper_of(model), body.lower(TEXTS[:3]))
    assert np.allclose(embedded, model.model_body.encode(TEXTS[:3]), atol=2e-3)


@pytest.fixture(scope="module")
def examples(small_tag_set: TagSet) -> list[Example]:
    return [
        Example(Paper(f"p{i}", text, ""), small_tag_set.ordered({"habitat": ["sea" if IS_SEA[i] else "forest"]}))
        for i, text in enumerate(TEXTS)
    ]


def make(examples: list[Example], tag_set: TagSet, models: Path, options: TrainingOptions) -> Path:
    train(
        examples,
        tag_set,
        name=lambda: "m",
        models=models,
        encoder=PACKAGED,
        options=options,
        created_at=NOW,
        progress=no_progress,
    )
    return models / "m"


def test_the_recipe_of_setfit_makes_a_model_that_predicts_by_its_heads_alone(
    examples: list[Example], small_tag_set: TagSet, tmp_path: Path
) -> None:
    folder = make(examples, small_tag_set, tmp_path, TrainingOptions(recipe="setfit", minutes=0.6))
    version, _, fitted = package.read_package(folder)
    assert version.figures["recipe"] == "setfit" and version.figures["body"] == "tuned"
    assert len(version.figures["tuning_steps"]) == 3 and min(version.figures["tuning_steps"]) >= 1
    predictor = load_predictor(folder)
    papers = [Paper("x", "Salt waves and the tide", ""), Paper("y", "Old trees and moss", "")]
    found = predictor.predict(papers, at=NOW)
    assert [s.tags["habitat"] for s in found] == [("sea",), ("forest",)]
    body_head = fitted.dimensions[0].body_head
    embeddings, _ = predictor._encoder.encode([f"{p.title}. " for p in papers])
    expected = 1 / (1 + np.exp(-body_head.logits(embeddings)))
    assert np.allclose([list(s.scores["habitat"].values()) for s in found], expected, atol=1e-6)


def test_the_recorded_steps_repeat_a_training_to_the_byte(
    examples: list[Example], small_tag_set: TagSet, tmp_path: Path
) -> None:
    cut = make(examples, small_tag_set, tmp_path / "cut", TrainingOptions(recipe="setfit", minutes=0.01))
    steps = tuple(package.read_version(cut).figures["tuning_steps"])
    assert steps == (1, 1, 1), "the clock cut them all"
    again = make(
        examples, small_tag_set, tmp_path / "again", TrainingOptions(recipe="setfit", minutes=0.01, steps=steps)
    )
    files = [file.name for file in cut.iterdir() if file.name != "manifest.json"]
    assert {n: (cut / n).read_bytes() for n in files} == {n: (again / n).read_bytes() for n in files}
    assert package.read_version(cut).figures == package.read_version(again).figures


def test_a_body_that_brings_nothing_is_not_kept_and_its_trial_is_told(
    examples: list[Example], small_tag_set: TagSet, tmp_path: Path
) -> None:
    figures = package.read_version(make(examples, small_tag_set, tmp_path, TrainingOptions())).figures
    used = figures["tuned_body_f1"] >= figures["frozen_body_f1"] + 0.005
    assert figures["recipe"] == "stack" and figures["body"] == ("tuned" if used else "frozen")
    assert (figures["tuning_steps"][2] > 0) == used and min(figures["tuning_steps"][:2]) > 0
    json.dumps(figures)


def test_setfit_without_any_label_is_told(small_tag_set: TagSet, tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="SetFit learns from labelled papers alone"):
        make([], small_tag_set, tmp_path, TrainingOptions(recipe="setfit"))
    assert not list(tmp_path.iterdir())
