"""The files of a workspace that people edit, copy and move: the tag set, the guide, settings, keys, runs, models."""

import hashlib
import json
import pickle
import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tagger.bulk import Plan, open_run
from tagger.domain.tags import Tag
from tagger.errors import ModelError
from tagger.learning.package import (
    HEADS,
    MANIFEST,
    MODEL,
    read_package,
    read_record_document,
    read_seed,
    read_tag_set,
    read_track_records,
    read_version,
    verify,
)
from tagger.learning.prediction import load_predictor
from tagger.learning.weights import ENCODER, find_weights
from tagger.settings import read_settings
from tagger.steps.init import init
from tagger.steps.labelling import guide
from tagger.steps.workspace import open_workspace
from tagger.studio.guide import guide_as_html
from tagger.studio.keys import read_keys
from tagger.studio.page import labelling_page
from tagger.tagset import parse_tag_set, with_other_id, with_retired, with_tag, with_word
from tests.conftest import NOW, ROOT
from tests.fuzz.harness import fuzz
from tests.fuzz.seeds import CONFIGS, GUIDES, KEYS, TAG_SETS, TAGS

STARTER = ROOT / "models" / "starter"


def test_mutated_tag_sets_are_read_and_changed_or_refused_in_one_line() -> None:
    def feed(data: bytes) -> None:
        tag_set = parse_tag_set(data, "tags.yaml")
        assert tag_set.fingerprint and labelling_page(tag_set)
        dimension = tag_set.dimensions[0]
        tag = dimension.tags[0].id
        changes: list[Callable[[], bytes]] = [
            lambda: with_word(data, "tags.yaml", dimension.id, tag, "a word: 'x'"),
            lambda: with_tag(data, "tags.yaml", dimension.id, Tag("brand-new", "New", "Means", also=("no", "y"))),
            lambda: with_other_id(data, "tags.yaml", dimension.id, tag, "brand-new", "true"),
            lambda: with_retired(data, "tags.yaml", dimension.id, [tag]),
        ]
        assert random.Random(len(data)).choice(changes)() != data

    fuzz("tag sets", [*TAG_SETS[:2]], feed, few=250)


def test_mutated_settings_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    def feed(data: bytes) -> None:
        (tmp_path / "tagger.toml").write_bytes(data)
        assert read_settings(tmp_path).folder == tmp_path.resolve()

    fuzz("tagger.toml", CONFIGS, feed, few=300)


def test_mutated_guides_are_shown_or_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text(TAGS)
    init(tmp_path / "w", tmp_path / "set.yaml", NOW)
    with open_workspace(tmp_path / "w") as workspace:

        def feed(data: bytes) -> None:
            workspace.settings.guide_file.write_bytes(data)
            page = guide_as_html(guide(workspace))
            assert "<script" not in page and "javascript:" not in page.replace("javascript:</", "")

        fuzz("guide", GUIDES, feed, few=150)


def test_mutated_keys_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"

    def feed(data: bytes) -> None:
        path.write_bytes(data)
        read_keys(path)

    assert fuzz("keys", [json.dumps(KEYS).encode()], feed, few=300)


def test_mutated_runs_are_gone_on_with_or_refused_in_one_line(tmp_path: Path) -> None:
    plan = Plan("papers.jsonl", 7, "a" * 64, "m1", "b" * 64, "c" * 64, 10)
    with open_run(tmp_path / "out", plan, None):
        pass
    path = tmp_path / "out" / "run.json"
    begun = json.loads(path.read_bytes()) | {"found": {"papers": 3, "rejected": 1, "repeated": 0}}

    def feed(data: bytes) -> None:
        path.write_bytes(data)
        with open_run(tmp_path / "out", plan, None) as run:
            run.survey([], lambda *_: None)

    assert fuzz("run.json", [json.dumps(begun).encode()], feed, few=200)


class Model:
    """A copy of the starter, one file of which is another, with the checksum that belongs to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "starter"
        shutil.copytree(STARTER, self.folder)
        self._manifest: dict[str, Any] = json.loads((STARTER / MANIFEST).read_bytes())

    def put(self, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)
        files: Mapping[str, str] = self._manifest["files"]
        listed = self._manifest | {"files": {**files, name: hashlib.sha256(data).hexdigest()}}
        (self.folder / MANIFEST).write_text(json.dumps(listed))


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return Model(tmp_path)


def test_a_mutated_manifest_of_a_model_is_read_or_refused_in_one_line(model: Model) -> None:
    def feed(data: bytes) -> None:
        (model.folder / MANIFEST).write_bytes(data)
        json.dumps(read_version(model.folder).figures)
        read_seed(model.folder)
        verify(model.folder)

    assert fuzz("model manifest", [(STARTER / MANIFEST).read_bytes()], feed, few=120)


def test_the_mutated_content_of_a_model_is_read_or_refused_in_one_line(model: Model) -> None:
    whole = json.loads((STARTER / MODEL).read_bytes())
    lists = {"neighbours": whole.pop("neighbours"), "terms": whole.pop("terms")}

    def feed(data: bytes) -> None:
        try:
            small = json.loads(data)
        except ValueError:
            content = data
        else:
            content = json.dumps(lists | small if isinstance(small, dict) else small).encode()
        model.put(MODEL, content)
        read_tag_set(model.folder)
        read_package(model.folder)
        read_record_document(model.folder)
        read_track_records(model.folder)

    assert fuzz("model", [json.dumps(whole).encode()], feed, few=25)


def test_the_mutated_arrays_of_a_model_are_read_or_refused_in_one_line(model: Model) -> None:
    heads = (STARTER / HEADS).read_bytes()
    size = int.from_bytes(heads[:8], "little")
    header, rest = json.loads(heads[8 : 8 + size]), heads[8 + size :]

    def feed(data: bytes) -> None:
        model.put(HEADS, len(data).to_bytes(8, "little") + data + rest)
        read_package(model.folder)

    assert fuzz("model arrays", [json.dumps(header).encode()], feed, few=25)


def test_a_mutated_note_of_the_encoder_is_read_or_refused_in_one_line(model: Model) -> None:
    def feed(data: bytes) -> None:
        model.put(ENCODER, data)
        find_weights(model.folder)

    assert fuzz("encoder note", [(STARTER / ENCODER).read_bytes()], feed, few=40)


@dataclass(frozen=True)
class Malice:
    """What makes a file where it is unpickled."""

    trace: Path

    def __reduce__(self) -> tuple[Callable[..., None], tuple[Path]]:
        return Path.touch, (self.trace,)


@pytest.mark.parametrize("name", [HEADS, MODEL, ENCODER, "encoder.onnx", "tokenizer.json"])
def test_a_pickle_in_the_place_of_a_models_file_is_never_run(model: Model, tmp_path: Path, name: str) -> None:
    pickled = pickle.dumps(Malice(tmp_path / "ran"))
    pickle.loads(pickled)
    (tmp_path / "ran").unlink()
    model.put(name, pickled)
    with pytest.raises(ModelError):
        load_predictor(model.folder)
    assert not (tmp_path / "ran").exists()


def test_a_number_that_is_too_large_for_a_model_is_refused(model: Model) -> None:
    content = json.loads((STARTER / MODEL).read_bytes())
    model.put(MODEL, json.dumps(content | {"sure_bound": 10**400}).encode())
    with pytest.raises(ModelError, match="holds no usable model"):
        read_package(model.folder)
