import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tagger.domain.model import no_progress
from tagger.errors import ModelError, SourceError
from tagger.learning import package
from tagger.steps.doctor import examine
from tagger.steps.models import check_model, model_version, versions
from tagger.steps.predict import Predicted, predict, predict_source
from tagger.steps.rule import find_rule
from tagger.steps.status import status
from tests.unit.steps.desk import DAY, MODEL, TAGS, Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as made:
        yield made


def write_manifest(desk: Desk, name: str = MODEL.name, **changes: Any) -> Path:
    """Make a model version that says it was trained for the present tag set."""
    folder = desk.workspace.settings.models / name
    folder.mkdir(parents=True)
    version = {
        "name": name,
        "created_at": "2026-08-01T10:00:00+00:00",
        "encoder": "minilm",
        "tag_set_version": 1,
        "tag_set_fingerprint": desk.workspace.tag_set.fingerprint,
        "data_fingerprint": "d",
        "papers": 3,
        "figures": {},
    }
    manifest = {"format": package.FORMAT, "files": {}, "version": version | changes}
    (folder / package.MANIFEST).write_text(json.dumps(manifest))
    return folder


def wrong(desk: Desk) -> dict[str, str]:
    return {f.what: f.detail for f in examine(desk.workspace.settings.folder) if not f.ok}


def test_a_stray_folder_among_models_hides_none_of_them(desk: Desk) -> None:
    write_manifest(desk)
    (desk.workspace.settings.models / "stray").mkdir()
    (write_manifest(desk, "torn") / package.MANIFEST).write_text("{")
    listed = versions(desk.workspace)
    assert [v.name for v in listed.versions] == ["m1"]
    assert ["stray" in line or "torn" in line for line in listed.unusable] == [True, True]
    with pytest.raises(ModelError, match="stray is no model version"):
        model_version(desk.workspace, "stray")
    with pytest.raises(ModelError, match="there is no model version"):
        model_version(desk.workspace, "../w/models/m1")


@pytest.mark.parametrize(
    "change",
    [
        {"created_at": "2026-08-01T10:00:00"},
        {"created_at": 5},
        {"figures": []},
        {"papers": "3"},
        {"encoder": None},
        {"more": 1},
    ],
    ids=str,
)
def test_a_manifest_that_can_not_be_so_is_damaged(desk: Desk, change: dict[str, Any]) -> None:
    write_manifest(desk, "good")
    write_manifest(desk, "odd", **change)
    listed = versions(desk.workspace)
    assert [v.name for v in listed.versions] == ["good"] and len(listed.unusable) == 1


def test_a_current_model_that_is_gone_is_found_and_another_one_is_the_next_step(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea")
    desk.paper("p2")
    folder = write_manifest(desk)
    assert "current model" not in wrong(desk)
    assert status(desk.workspace).next.startswith(f"tagger predict --digest {DAY}")
    shutil.rmtree(folder)
    assert "m1 is no model version" in wrong(desk)["current model"]
    assert status(desk.workspace).next.startswith("tagger train: nobody has labelled yet")
    desk.annotate("p1", habitat=("sea",))
    assert status(desk.workspace).next.startswith("tagger train:")


def test_another_tag_set_asks_for_training_but_one_that_changed_does_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.suggest("p1", "habitat:sea")
    desk.annotate("p1", habitat=("sea",))
    desk.paper("p2")
    write_manifest(desk)
    trained_for = desk.workspace.tag_set
    monkeypatch.setattr(package, "read_tag_set", lambda folder: trained_for)
    with open_desk(tmp_path / "w", TAGS.replace("{id: sea}", "{id: sea, means: Salt water}")) as reworded:
        check_model(reworded.workspace.current_model(), reworded.workspace.tag_set)
        assert status(reworded.workspace).next.startswith("tagger predict")
    with open_desk(tmp_path / "w", TAGS.replace("{id: sea}, ", "{id: reef}, ")) as changed:
        check_model(changed.workspace.current_model(), changed.workspace.tag_set)
        assert status(changed.workspace).next.startswith("tagger predict")
        with pytest.raises(ModelError, match="`tagger predict` adapts it"):
            find_rule(changed.workspace, 0.95)
    with open_desk(tmp_path / "w", TAGS.replace("{id: ", "{id: other-")) as edited:
        assert "trained for another tag set" in wrong(edited)["current model"]
        assert status(edited.workspace).next.startswith("tagger train: the model version m1 was trained for another")
        with pytest.raises(ModelError, match="another tag set"):
            predict(edited.workspace, day=DAY, every=False, now=edited.later(), progress=no_progress)


def test_papers_of_no_digest_are_named_with_a_step_that_works(desk: Desk) -> None:
    write_manifest(desk)
    desk.suggest("p1", "habitat:sea", day=None)
    desk.paper("p2", day=None)
    assert status(desk.workspace).next == "tagger predict: 1 of the papers in no digest have no tags yet"
    desk.accept("p2", "sea")
    assert status(desk.workspace).next == "tagger review list: 1 of the papers in no digest await review"
    desk.accept("p1")
    assert status(desk.workspace).next.startswith("tagger ingest FILE --digest DATE")


def test_predictions_are_in_the_order_of_the_tag_set_however_they_were_kept(desk: Desk) -> None:
    write_manifest(desk)
    desk.suggest("p1", "diet:plants", "habitat:forest", "habitat:sea")
    scores = {d.id: dict.fromkeys(reversed(d.tag_ids), 0.5) for d in reversed(desk.workspace.tag_set.dimensions)}
    (paper, said) = predict(desk.workspace, day=DAY, every=False, now=desk.later(), progress=no_progress).papers[0]
    made = Predicted("m1", desk.workspace.tag_set, ((paper, replace(said, scores=scores)),), 0)
    (row,) = made.rows()
    assert json.dumps(row["tags"]) == '{"habitat": ["sea", "forest"], "diet": ["plants"]}'
    assert json.dumps(row["scores"]) == json.dumps(
        {"habitat": {"sea": 0.5, "forest": 0.5, "lake": 0.5}, "diet": {"plants": 0.5, "meat": 0.5}}
    )


def test_a_source_without_one_usable_record_is_a_failure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.suggest("p1", "habitat:sea")
    write_manifest(desk)
    monkeypatch.setattr("tagger.steps.predict.load_predictor", lambda *_: None)
    stdin = BytesIO(b'{"abstract": "no title"}\n')
    with pytest.raises(SourceError, match=r"nothing was tagged: 1 record can't be used: .*it has no title"):
        predict_source(desk.workspace, "-", now=desk.later(), stdin=stdin, progress=no_progress)
