"""Model versions side by side on the same papers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tagger.domain.tags import TagSet
from tagger.learning import package
from tagger.learning.comparison import compare
from tagger.learning.examples import Example
from tagger.learning.scoring import Fitted
from tests.conftest import NOW
from tests.model.test_training import FROZEN, make

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(examples: list[Example], tag_set: TagSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(examples, tag_set, tmp_path_factory.mktemp("models"), FROZEN, "whole")


def rewritten(version: Path, folder: Path, change: Callable[[Fitted], Fitted]) -> Path:
    """Write a model version again with something changed in what was fitted."""
    read, tag_set, fitted = package.read_package(version)
    shutil.copytree(
        version, folder, ignore=lambda _, names: {"manifest.json", "model.json", "heads.safetensors"} & {*names}
    )
    package.write_package(folder, replace(read, name=folder.name), tag_set, change(fitted), 0)
    return folder


def test_versions_are_compared_on_what_they_said_of_papers_they_had_not_seen(
    whole: Path, examples: list[Example], tag_set: TagSet, tmp_path: Path
) -> None:
    few = make(examples[:60], tag_set, tmp_path, FROZEN, "few")
    found = compare(few, whole, examples, NOW)
    assert found is not None and found.papers == len(examples)
    assert (found.before, found.after, found.worse) == ("few", "whole", [])
    out_of_fold = package.read_version(whole).figures["micro_f1"]
    assert found.f1_after["micro_f1"] == pytest.approx(out_of_fold), "it was asked of papers that it learnt from"
    assert 0.3 < found.f1_before["micro_f1"] < 0.95
    same = compare(whole, whole, examples, NOW)
    assert same is not None and not any(tag.mended or tag.broken for tag in same.tags)
    assert set(same.intervals.values()) == {(0, 0)}
    assert compare(few, whole, examples[:19], NOW) is None, "so few tell nothing"


def test_a_version_that_does_worse_is_found_out_tag_by_tag(
    whole: Path, examples: list[Example], tag_set: TagSet, tmp_path: Path
) -> None:
    def worsened(fitted: Fitted) -> Fitted:
        first, *others = fitted.dimensions
        silent = replace(first, thresholds=np.full_like(first.thresholds, 2.0))
        assert fitted.neighbours.said is not None
        said = fitted.neighbours.said.copy()
        said[:, : len(first.thresholds)] = False
        return replace(fitted, dimensions=(silent, *others), neighbours=replace(fitted.neighbours, said=said))

    bad = rewritten(whole, tmp_path / "bad", worsened)
    found = compare(whole, bad, examples, NOW)
    assert found is not None
    assert found.worse[:2] == ["micro F1", "macro F1"] and "modality:text" in found.worse
    assert {tag.split(":")[0] for tag in found.worse[2:]} == {"modality"}
    back = compare(bad, whole, examples, NOW)
    assert back is not None and back.worse == []


def test_papers_of_which_a_version_does_not_know_what_it_said_are_left_out(
    whole: Path, examples: list[Example], tmp_path: Path
) -> None:
    old = rewritten(whole, tmp_path / "old", lambda f: replace(f, neighbours=replace(f.neighbours, said=None)))
    assert compare(old, whole, examples, NOW) is None, "it learnt from all of them"
