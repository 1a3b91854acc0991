"""A model version made one for a tag set that has changed since."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tagger.domain.labels import Suggestion
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.errors import ModelError
from tagger.learning import package
from tagger.learning.adapting import adapt, can_adapt
from tagger.learning.evidence import frequency_logits
from tagger.learning.examples import Example
from tagger.learning.options import Aim
from tagger.learning.prediction import load_predictor
from tests.conftest import NOW
from tests.model.test_training import FROZEN, make

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(examples: list[Example], tag_set: TagSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(examples, tag_set, tmp_path_factory.mktemp("models"), FROZEN, "whole")


def changed(tag_set: TagSet, dimension: str, tags: tuple[Tag, ...], former: tuple[Tag, ...] = ()) -> TagSet:
    of = tag_set.dimension(dimension)
    new = replace(of, tags=tags, former=former)
    return TagSet(tag_set.version + 1, tuple(new if d is of else d for d in tag_set.dimensions))


def index(tag_set: TagSet, dimension: str) -> int:
    return [d.id for d in tag_set.dimensions].index(dimension)


def adapted(whole: Path, tag_set: TagSet, examples: list[Example], name: str) -> list[Suggestion]:
    papers = [example.paper for example in examples]
    folder = whole.parent / name
    if not folder.exists():
        adapt(whole, tag_set, papers[:50], name=name, created_at=NOW)
    package.verify(folder)
    return load_predictor(folder).predict(papers, at=NOW)


def scores(said: list[Suggestion], dimension: str, tag: str) -> list[float]:
    return [suggestion.scores[dimension][tag] for suggestion in said]


def test_a_renamed_tag_keeps_its_heads_wherever_it_stands(
    whole: Path, tag_set: TagSet, examples: list[Example]
) -> None:
    tags = tag_set.dimension("task").tags
    moved = tuple(replace(t, id="talk", was=("dialogue",)) if t.id == "dialogue" else t for t in reversed(tags))
    ours = changed(tag_set, "task", moved)
    before = load_predictor(whole).predict([e.paper for e in examples], at=NOW)
    after = adapted(whole, ours, examples, "renamed")
    assert scores(after, "task", "talk") == pytest.approx(scores(before, "task", "dialogue"), abs=1e-5)
    for tag in ("agents", "reasoning"):
        assert scores(after, "task", tag) == pytest.approx(scores(before, "task", tag), abs=1e-5)
    records = [package.read_track_records(folder) for folder in (whole, whole.parent / "renamed")]
    assert records[1]["task", "talk"] == records[0]["task", "dialogue"]
    assert load_predictor(whole.parent / "renamed").out_of_fold.keys() == {e.paper.id for e in examples}


def test_a_retired_tag_goes_and_the_others_stay(whole: Path, tag_set: TagSet, examples: list[Example]) -> None:
    tags = tag_set.dimension("modality").tags
    ours = changed(tag_set, "modality", tags[1:], (replace(tags[0], retired=2),))
    before = load_predictor(whole).predict([e.paper for e in examples], at=NOW)
    after = adapted(whole, ours, examples, "retired")
    assert all(tags[0].id not in suggestion.scores["modality"] for suggestion in after)
    assert scores(after, "task", "agents") == pytest.approx(scores(before, "task", "agents"), abs=1e-5)


def test_a_merged_tag_speaks_where_either_did_and_has_to_earn_its_record(
    whole: Path, tag_set: TagSet, examples: list[Example]
) -> None:
    tags = [t for t in tag_set.dimension("modality").tags if t.id != "video"]
    video = replace(tag_set.dimension("modality").tag("video"), retired=2, into=("image",))
    ours = changed(tag_set, "modality", tuple(tags), (video,))
    before = load_predictor(whole).predict([e.paper for e in examples], at=NOW)
    after = adapted(whole, ours, examples, "merged")
    either = [
        max(pair) for pair in zip(scores(before, "modality", "image"), scores(before, "modality", "video"), strict=True)
    ]
    found = scores(after, "modality", "image")
    sure = [now for now, was in zip(found, either, strict=True) if was > 0.9]
    absent = [now for now, was in zip(found, either, strict=True) if was < 0.03]
    assert len(sure) > 5 and sum(now > 0.5 for now in sure) >= 0.9 * len(sure)
    assert len(absent) > 5 and sum(now < 0.3 for now in absent) >= 0.9 * len(absent)
    records = package.read_track_records(whole.parent / "merged")
    assert ("modality", "image") not in records and ("modality", "text") in records


def test_a_new_tag_and_the_parts_of_a_split_one_start_from_their_descriptions(
    whole: Path, tag_set: TagSet, examples: list[Example]
) -> None:
    reading = Tag(
        "reading", "Reading music", "Optical music recognition: sheet music, scores", also=("sheet music",), since=2
    )
    tags = (*tag_set.dimension("task").tags, reading)
    after = adapted(whole, changed(tag_set, "task", tags), examples, "new")
    predictor = load_predictor(whole.parent / "new")
    telling = replace(
        examples[0].paper, id="x", title="Sheet music", abstract="We read sheet music by optical music recognition."
    )
    (said,) = predictor.predict([telling], at=NOW)
    assert said.scores["task"]["reading"] > 0.5 and "reading" in said.tags["task"]
    assert said.evidence.tags["task"]["reading"].labelled_papers == 0
    assert max(scores(after, "task", "reading")) < 0.5
    parts = (Tag("web", "Web agents", "Act in browsers", since=2), Tag("os", "OS agents", "Act in systems", since=2))
    agents = replace(tag_set.dimension("task").tag("agents"), retired=2, into=("web", "os"))
    rest = tuple(t for t in tag_set.dimension("task").tags if t.id != "agents")
    adapted(whole, changed(tag_set, "task", (*rest, *parts), (agents,)), examples, "split")
    _, ours, fitted = package.read_package(whole.parent / "split")
    keys = [(d.id, tag) for d in ours.dimensions for tag in d.tag_ids]
    asked = dict(zip(fitted.neighbours.ids, fitted.neighbours.asked[:, keys.index(("task", "web"))], strict=True))
    for example in examples:
        lacked = "agents" not in example.tags["task"]
        assert asked[example.paper.id] == lacked, "who didn't carry the whole carries none of its parts"
    frequencies = dict(
        zip(ours.dimension("task").tag_ids, fitted.dimensions[index(ours, "task")].frequencies, strict=True)
    )
    assert frequencies["web"] == pytest.approx(
        frequency_logits(np.zeros((0, len(frequencies)), dtype=bool), np.zeros((0, 1)))[0]
    )


def test_a_new_tag_is_held_to_the_precision_that_the_version_was_trained_for(
    tag_set: TagSet, examples: list[Example], tmp_path: Path
) -> None:
    aimed = make(examples[:20], tag_set, tmp_path, replace(FROZEN, aim=Aim(0.9)), "aimed")
    tags = (*tag_set.dimension("task").tags, Tag("new", "New", "Unheard of", since=2))
    ours = changed(tag_set, "task", tags)
    adapt(aimed, ours, [], name="added", created_at=NOW)
    _, _, fitted = package.read_package(tmp_path / "added")
    assert fitted.dimensions[index(ours, "task")].thresholds[-1] == 0.9


def test_a_new_dimension_is_all_new_and_another_tag_set_is_refused(
    whole: Path, tag_set: TagSet, examples: list[Example]
) -> None:
    length = Dimension("length", "How long?", False, (Tag("short", "Short"), Tag("long", "Long", "Long documents")))
    ours = TagSet(2, (length, *tag_set.dimensions))
    before = load_predictor(whole).predict([e.paper for e in examples], at=NOW)
    after = adapted(whole, ours, examples, "dimension")
    assert scores(after, "task", "agents") == pytest.approx(scores(before, "task", "agents"), abs=1e-5)
    assert not can_adapt(tag_set, TagSet(1, (length,))) and can_adapt(tag_set, ours)


def test_a_damaged_version_is_refused_and_nothing_is_left(
    whole: Path, tag_set: TagSet, examples: list[Example], tmp_path: Path
) -> None:
    copy = make(examples[:20], tag_set, tmp_path, FROZEN, "copy")
    (copy / "heads.safetensors").write_bytes(b"torn")
    with pytest.raises(ModelError, match=r"heads\.safetensors is damaged"):
        adapt(copy, tag_set, [], name="bad", created_at=NOW)
    assert not (tmp_path / "bad").exists()


def test_adapting_needs_no_torch(whole: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from dataclasses import replace; from datetime import datetime, UTC\n"
        "from tagger.learning import package; from tagger.learning.adapting import adapt\n"
        "from tagger.domain.tags import Tag, TagSet\n"
        f"folder = Path({str(whole)!r}); _, theirs, _ = package.read_package(folder)\n"
        "first = theirs.dimensions[0]; new = Tag('new', 'New', 'Unheard of', since=2)\n"
        "new = replace(first, tags=(*first.tags, new))\n"
        "adapt(folder, TagSet(2, (new, *theirs.dimensions[1:])), [], name='no-torch', created_at=datetime.now(UTC))\n"
        "assert 'torch' not in sys.modules and 'sklearn' not in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
