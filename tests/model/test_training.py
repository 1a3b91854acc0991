"""Real training with the real encoder on the invented papers."""

from __future__ import annotations

import copy
import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from tagger.domain.model import no_progress
from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.errors import LearningError, ModelError
from tagger.learning import package
from tagger.learning.encoder import PACKAGED, OnnxEncoder, find_encoder
from tagger.learning.examples import Example
from tagger.learning.fitting import fit, frozen_readings, judge
from tagger.learning.heads import sigmoid
from tagger.learning.options import Aim, TrainingOptions
from tagger.learning.plain_heads import fit_plain_heads, judge_plain_heads
from tagger.learning.prediction import Predictor, load_predictor
from tagger.learning.readiness import readiness
from tagger.learning.setfit_export import export_setfit
from tagger.learning.training import read_texts, train
from tagger.learning.weights import OWN, SHARED, read_weights
from tagger.learning.word_evidence import fit_words
from tests.conftest import NOW

pytestmark = pytest.mark.slow
FROZEN = TrainingOptions(body="frozen")
TUNED = TrainingOptions(body="tuned", epochs=1)


def make(examples: list[Example], tag_set: TagSet, models: Path, options: TrainingOptions, name: str = "m") -> Path:
    train_over(PACKAGED, examples, tag_set, models, options, name)
    return models / name


def train_over(
    encoder: str, examples: list[Example], tag_set: TagSet, models: Path, options: TrainingOptions, name: str
) -> None:
    version = train(
        examples,
        tag_set,
        name=lambda: name,
        models=models,
        encoder=encoder,
        options=options,
        created_at=NOW,
        progress=no_progress,
    )
    assert version == package.read_version(models / name)


@pytest.fixture(scope="module")
def tuned(examples: list[Example], tag_set: TagSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(examples, tag_set, tmp_path_factory.mktemp("models"), TUNED)


@pytest.fixture(scope="module")
def predictor(tuned: Path) -> Predictor:
    return load_predictor(tuned)


@pytest.fixture(scope="module")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder of one's own: of MiniLM's kind, small, and with weights that nobody trained."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("encoder")
    config = BertConfig(hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=64)
    BertModel(config).save_pretrained(folder / "bert")
    AutoTokenizer.from_pretrained(find_encoder(PACKAGED)).save_pretrained(folder / "bert")
    body = Transformer(str(folder / "bert"))
    SentenceTransformer(modules=[body, Pooling(32)], device="cpu").save(str(folder / "sentences"))
    return folder / "sentences"


def test_the_same_data_and_seed_give_the_same_files(
    tuned: Path, examples: list[Example], tag_set: TagSet, tmp_path: Path
) -> None:
    again = make(examples, tag_set, tmp_path, TUNED)
    for name in ("heads.safetensors", "model.json", "tokenizer.json", "encoder.onnx", "encoder.json"):
        assert (again / name).read_bytes() == (tuned / name).read_bytes(), f"{name} differs"


def test_what_was_learnt_is_found_again(predictor: Predictor, examples: list[Example]) -> None:
    suggestions = predictor.predict([e.paper for e in examples], at=NOW)
    hits = chosen = true = 0
    for example, suggestion in zip(examples, suggestions, strict=True):
        for dimension, tags in suggestion.tags.items():
            hits += len(set(tags) & set(example.tags[dimension]))
            chosen, true = chosen + len(tags), true + len(example.tags[dimension])
            assert tags, "a required dimension is empty"
            assert all(0 <= p <= 1 for p in suggestion.scores[dimension].values())
    assert 2 * hits / (chosen + true) > 0.75


def test_what_speaks_for_each_suggested_tag_is_told(predictor: Predictor, examples: list[Example]) -> None:
    taught = {example.paper.id: example for example in examples}
    support = Counter((d, tag) for e in examples for d, tags in e.tags.items() for tag in tags)
    for suggestion in predictor.predict([e.paper for e in examples[:10]], at=NOW):
        evidence = suggestion.evidence
        for dimension, tags in suggestion.tags.items():
            assert evidence.tags[dimension].keys() == set(tags)
            for tag in tags:
                found, score = evidence.tags[dimension][tag], suggestion.scores[dimension][tag]
                assert sum(found.shares.values()) == pytest.approx(np.log(score / (1 - score)), abs=1e-6)
                assert found.labelled_papers == support[dimension, tag]
                text = taught[suggestion.paper_id].paper.title + " " + taught[suggestion.paper_id].paper.abstract
                assert all(word.word in " ".join(text.split()) and word.title + word.abstract for word in found.words)
                assert all(term in text.lower() for looked in found.looked_at for term in looked.split())
        assert len(evidence.nearest) == 3 and suggestion.paper_id not in {paper.id for paper in evidence.nearest}
        likenesses = [paper.likeness for paper in evidence.nearest]
        assert likenesses == sorted(likenesses, reverse=True) and 0 < likenesses[0] < 1
        assert all(paper.tags == taught[paper.id].tags for paper in evidence.nearest)


def test_a_model_version_gives_no_abstract_away(tuned: Path, examples: list[Example]) -> None:
    kept = (tuned / "model.json").read_text()
    assert examples[0].paper.title in kept
    assert not any(e.paper.abstract[:60] in kept for e in examples)


def test_hard_inputs_are_tagged_and_marked(predictor: Predictor) -> None:
    papers = [
        Paper("empty", "A title alone about robots", ""),
        Paper("long", "Endless", "diffusion model for images " * 4000),
        Paper("script", "这是一篇关于图像的论文", "我们研究图像生成" * 30),
        Paper("nothing", "?", "?"),
    ]
    found = predictor.predict(papers, at=NOW)
    assert [s.paper_id for s in found] == ["empty", "long", "script", "nothing"]
    assert {s.paper_id for s in found if s.needs_review} >= {"empty", "script"}
    assert "image" in found[1].tags["modality"]
    assert predictor.predict([], at=NOW) == []


def test_one_labelled_paper_is_enough_to_begin(examples: list[Example], tag_set: TagSet, tmp_path: Path) -> None:
    folder = make(examples[:1], tag_set, tmp_path, TUNED)
    (suggestion,) = load_predictor(folder).predict(
        [Paper("p", "Speech recognition for whales", "We recognise speech and transcribe spoken words with ASR.")],
        at=NOW,
    )
    assert "speech" in suggestion.tags["modality"] and suggestion.needs_review
    told = readiness(examples[:1], tag_set)
    assert "Nearly nothing is learnt yet" in told.sentence and len(told.unseen) > 60


def test_without_any_label_tags_go_by_their_words_and_meanings(
    examples: list[Example], tag_set: TagSet, tmp_path: Path
) -> None:
    folder = make([], tag_set, tmp_path, TUNED)
    found = load_predictor(folder).predict([e.paper for e in examples], at=NOW)
    hits = sum(len(set(s.tags[d]) & set(e.tags[d])) for s, e in zip(found, examples, strict=True) for d in s.tags)
    both = sum(len(s.tags[d]) + len(e.tags[d]) for s, e in zip(found, examples, strict=True) for d in s.tags)
    assert 2 * hits / both > 0.5, "chance is about 0.1"
    assert all(s.needs_review for s in found), "nobody has confirmed anything"
    for suggestion in found:
        assert suggestion.unbacked == [(d, tag) for d, tags in suggestion.tags.items() for tag in tags]
        assert suggestion.evidence.nearest == ()


def test_a_tag_that_came_later_is_found_though_no_labelled_paper_was_asked_for_it(
    examples: list[Example], tag_set: TagSet, tmp_path: Path
) -> None:
    later = ("modality", "speech")
    carrying = [e.paper for e in examples if "speech" in e.tags["modality"]]
    before = [
        replace(e, tags={**e.tags, "modality": tuple(t for t in e.tags["modality"] if t != "speech")}) for e in examples
    ]
    found: dict[bool, float] = {}
    for asked in (None, tag_set.keys - {later}):
        folder = make([replace(e, asked=asked) for e in before], tag_set, tmp_path, FROZEN, str(len(found)))
        scores = [s.scores["modality"]["speech"] for s in load_predictor(folder).predict(carrying, at=NOW)]
        found[asked is None] = sum(score > 0.35 for score in scores) / len(scores)
    assert found[False] > 0.6, "chance is about 0.05"
    assert found[True] < 0.2, "that nobody was asked was taken for a no"


def test_another_tag_set_works_the_same(small_tag_set: TagSet, tmp_path: Path) -> None:
    texts = [("sea", "Waves and salt on the reef"), ("forest", "Moss under old trees in the woodland")] * 6
    examples = [
        Example(Paper(f"p{i}", f"Paper {i}", text), small_tag_set.ordered({"habitat": [tag]}))
        for i, (tag, text) in enumerate(texts)
    ]
    found = load_predictor(make(examples, small_tag_set, tmp_path, FROZEN)).predict(
        [
            Paper("x", "On the ocean", "Salt waves in the ocean, a marine reef."),
            Paper("y", "Woodland", "Trees and moss."),
        ],
        at=NOW,
    )
    assert [s.tags["habitat"] for s in found] == [("sea",), ("forest",)]


def test_a_floor_of_precision_suggests_less_and_is_recorded(
    examples: list[Example], tag_set: TagSet, tmp_path: Path
) -> None:
    found = {}
    for aim in (Aim(), Aim(0.95)):
        folder = make(examples, tag_set, tmp_path, replace(FROZEN, aim=aim), str(aim))
        figures = package.read_version(folder).figures
        assert figures["aim"] == json.loads((folder / "model.json").read_text())["aim"] == str(aim)
        suggestions = load_predictor(folder).predict([e.paper for e in examples], at=NOW)
        assert all(s.tags[d.id] for s in suggestions for d in tag_set.dimensions if d.required)
        found[aim.precision] = (figures["reached_precision"], figures["reached_recall"])
    assert found[0.95][0] > found[None][0] + 0.03 and found[0.95][1] < found[None][1]
    assert found[0.95][0] > 0.9


def test_judging_says_what_fitting_says(examples: list[Example], tag_set: TagSet) -> None:
    texts = read_texts(examples, (), tag_set, PACKAGED, no_progress)
    readings = frozen_readings(texts.read(texts.body.upper), [e.paper.id for e in examples], 2)
    words = fit_words(examples, (), tag_set, 0)
    for fit_over, judge_over in ((fit, judge), (fit_plain_heads, judge_plain_heads)):
        said = fit_over(examples, tag_set, words, readings, 0)[1]
        for one, other in zip(said, judge_over(examples, tag_set, words, readings, 0), strict=True):
            assert np.array_equal(one.scores, other.scores) and np.array_equal(one.chosen, other.chosen)


def test_an_interrupted_training_leaves_nothing(examples: list[Example], tag_set: TagSet, tmp_path: Path) -> None:
    def interrupt(what: str, done: int, total: int) -> None:
        if what == "writing the model":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(
            examples[:3],
            tag_set,
            name=lambda: "m",
            models=tmp_path,
            encoder=PACKAGED,
            options=FROZEN,
            created_at=NOW,
            progress=interrupt,
        )
    assert list(tmp_path.iterdir()) == []


def test_the_exported_encoder_says_what_the_original_says(tuned: Path, examples: list[Example], tmp_path: Path) -> None:
    from tagger.learning.body import Body

    body = Body(PACKAGED)
    texts = [example.paper.abstract for example in examples[:5]]
    expected = body.embed(body.upper, body.lower(texts))
    body.export(body.upper, tmp_path, tmp_path)
    assert not (tmp_path / OWN).exists(), "nothing was trained, so there is nothing of its own"
    encoder = OnnxEncoder(tmp_path, read_weights(tmp_path))
    embeddings, unknown = encoder.encode(texts)
    assert abs(embeddings - expected).max() < 2e-3  # the cached states are of 16 bits
    assert unknown.max() < 0.05


def test_a_version_is_small_and_versions_over_an_encoder_share_its_weights(
    tiny_encoder: Path, examples: list[Example], tag_set: TagSet, tmp_path: Path
) -> None:
    """A tuned body holds its top layers; the rest lies beside the versions, and without it none can be used."""
    papers = [Paper("p", "Speech", "We recognise speech.")]
    found = []
    for name, options in (("a", FROZEN), ("b", TUNED)):
        train_over(str(tiny_encoder), examples[:24], tag_set, tmp_path / "models", options, name)
        found.append(load_predictor(tmp_path / "models" / name).predict(papers, at=NOW)[0].scores)
    (weights,) = (tmp_path / "models" / SHARED).iterdir()
    own = sum(file.stat().st_size for file in (tmp_path / "models" / "b").iterdir())
    assert own < 20_000_000
    damaged(weights.parent, weights.name, lambda b: b[:-9])
    with pytest.raises(ModelError, match="is damaged or was altered"):
        load_predictor(tmp_path / "models" / "a")
    weights.unlink()
    with pytest.raises(ModelError, match="isn't here") as caught:
        load_predictor(tmp_path / "models" / "a")
    assert "\n" not in str(caught.value)


def test_a_tuned_body_is_kept_as_it_was_trained(examples: list[Example], tmp_path: Path) -> None:
    import torch

    from tagger.learning.body import Body

    body = Body(PACKAGED)
    upper = copy.deepcopy(body.upper)
    with torch.no_grad():
        for parameter in upper.encoder.layer.parameters():
            parameter *= 0.9
    texts = [example.paper.abstract for example in examples[:5]]
    expected = body.embed(upper, body.lower(texts))
    body.export(upper, tmp_path, tmp_path)
    assert (tmp_path / OWN).stat().st_size < 15_000_000, "two layers of six"
    encoder = OnnxEncoder(tmp_path, read_weights(tmp_path))
    assert abs(encoder.encode(texts)[0] - expected).max() < 2e-3
    assert abs(expected - body.embed(body.upper, body.lower(texts))).max() > 0.01


def test_an_export_says_in_setfit_what_the_heads_say_here(tuned: Path, tag_set: TagSet, tmp_path: Path) -> None:
    from setfit import SetFitModel

    labels = export_setfit(tuned, tmp_path / "exported")
    theirs = SetFitModel.from_pretrained(str(tmp_path / "exported"), device="cpu", local_files_only=True)
    texts = ["Speech. We recognise speech with a language model.", "Robots. Policies that act on what they see."]
    embeddings, _ = OnnxEncoder(tuned, read_weights(tuned)).encode(texts)
    _, _, fitted = package.read_package(tuned)
    ours = np.concatenate([sigmoid(dimension.body_head.logits(embeddings)) for dimension in fitted.dimensions], axis=1)
    assert abs(np.asarray(theirs.predict_proba(texts)) - ours).max() < 1e-4
    assert theirs.labels == labels == [f"{d.id}:{tag}" for d in tag_set.dimensions for tag in d.tag_ids]
    with pytest.raises(FileExistsError):
        export_setfit(tuned, tmp_path / "exported")


def test_predicting_loads_no_heavy_library(tuned: Path) -> None:
    code = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from tagger.domain.paper import Paper
from tagger.learning.prediction import load_predictor
load_predictor(Path({str(tuned)!r})).predict([Paper("p", "T", "A")], at=datetime.now(UTC))
heavy = {{"torch", "sklearn", "scipy", "transformers", "setfit", "datasets", "pandas"}} & set(sys.modules)
print(sorted(heavy))
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def damaged(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    (folder / name).write_bytes(change((folder / name).read_bytes()))


@pytest.mark.parametrize("name", ["encoder.onnx", "encoder.json", "heads.safetensors", "model.json", "tokenizer.json"])
@pytest.mark.parametrize(
    "change", [lambda b: b[:-9], lambda b: b[:50] + b"x" + b[51:], lambda b: b""], ids="tail bit all".split()
)
def test_a_damaged_file_is_named_before_it_is_used(
    tuned: Path, tmp_path: Path, name: str, change: Callable[[bytes], bytes]
) -> None:
    clone = linked_copy(tuned, tmp_path / "copy", but=name)
    damaged(clone, name, change)
    with pytest.raises(ModelError, match=f"{name} is damaged or was altered"):
        load_predictor(clone)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: m | {"format": 99}, "Upgrade tagger"),
        (lambda m: m | {"files": m["files"] | {"../evil": "0"}}, "outside it"),
        (lambda m: m | {"files": {}}, "doesn't name"),
        (lambda m: {"hello": 1}, "damaged"),
        (lambda m: m | {"version": {"name": "x"}}, "damaged"),
    ],
)
def test_a_foreign_or_newer_manifest_is_one_clear_line(
    tuned: Path, tmp_path: Path, change: Callable[[dict[str, object]], dict[str, object]], reason: str
) -> None:
    clone = linked_copy(tuned, tmp_path / "copy", but="manifest.json")
    damaged(clone, "manifest.json", lambda b: json.dumps(change(json.loads(b))).encode())
    with pytest.raises(ModelError, match=reason) as caught:
        load_predictor(clone)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("0.frequencies", lambda a: a[:1]),
        ("1.weights", lambda a: a[:, :-1]),
        ("2.count_means", lambda a: a * np.nan),
        ("rarity", lambda a: a[:-1]),
        ("attention_head.queries", lambda a: a[:-1]),
        ("neighbours.embeddings", lambda a: a[:-1]),
    ],
)
def test_arrays_that_do_not_fit_are_told_although_their_checksum_is_right(
    tuned: Path, tmp_path: Path, name: str, change: Callable[[Any], Any]
) -> None:
    clone = linked_copy(tuned, tmp_path / "copy", but="heads.safetensors")
    tensors = load_file(clone / "heads.safetensors")
    save_file(tensors | {name: change(tensors[name])}, clone / "heads.safetensors")
    manifest = json.loads((clone / "manifest.json").read_text())
    manifest["files"]["heads.safetensors"] = hashlib.sha256((clone / "heads.safetensors").read_bytes()).hexdigest()
    (clone / "manifest.json").unlink()
    (clone / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match=f"{name} isn't"):
        load_predictor(clone)


def test_weights_that_the_manifest_does_not_name_are_refused(tuned: Path, tmp_path: Path) -> None:
    clone = linked_copy(tuned, tmp_path / "copy", but="manifest.json")
    save_file({"encoder.layer.5.output.dense.bias": np.ones(384, dtype=np.float32)}, clone / OWN)
    with pytest.raises(ModelError, match=f"doesn't name {OWN}"):
        load_predictor(clone)


def test_a_dimension_that_is_not_required_any_more_may_stay_empty(tuned: Path, tag_set: TagSet) -> None:
    free = replace(tag_set, dimensions=tuple(replace(d, required=False) for d in tag_set.dimensions))
    paper = [Paper("p", "?", "?")]
    (forced,), (unforced,) = (load_predictor(tuned, each).predict(paper, at=NOW) for each in (tag_set, free))
    assert all(forced.tags.values()) and not all(unforced.tags.values())


def test_what_is_no_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model version"):
        load_predictor(tmp_path)


@pytest.mark.parametrize("name", ["/nowhere/at/all", "./missing", "a/b/c"])
def test_an_encoder_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(LearningError, match="no encoder"):
        find_encoder(name)


def linked_copy(folder: Path, place: Path, *, but: str) -> Path:
    """Return a copy of a model whose files are links, but for the one that a test will damage."""
    place.mkdir()
    for file in folder.iterdir():
        if file.name == but:
            (place / file.name).write_bytes(file.read_bytes())
        else:
            (place / file.name).symlink_to(file)
    return place
