import json
import re
import subprocess
import sys
from pathlib import Path
from typing import assert_type

import pytest

import tagger
from tagger import Evidence, Paper, Suggestion, Tagger, TaggerError, labelled_dataset
from tagger.learning.weights import SHARED
from tests.cli.conftest import Shell
from tests.conftest import ROOT
from tests.test_house_rules import HEAVY

PAPER = {"title": "Captions for images", "abstract": "Images are captioned by a large language model.", "id": "p-1"}


@pytest.fixture(scope="module")
def starter() -> Tagger:
    return Tagger.load()


@pytest.mark.parametrize(("code", "own"), [("import tagger", 1), ("from tagger import Tagger, Paper", 45)])
def test_importing_loads_no_heavy_library(code: str, own: int) -> None:
    """And of tagger's own modules, as few as that takes."""
    check = f"import sys; {code}; print([m for m in {HEAVY!r} if m in sys.modules])"
    check += "; print(sum(name.partition('.')[0] == 'tagger' for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=ROOT)
    heavy, modules = done.stdout.splitlines()
    assert heavy == "[]" and int(modules) <= own


def test_every_public_name_is_there_and_no_other() -> None:
    for name in tagger.__all__:
        assert getattr(tagger, name).__doc__
        assert name in dir(tagger)
    with pytest.raises(AttributeError, match="no attribute 'Tager'"):
        _ = tagger.Tager  # type: ignore[attr-defined]
    page = (ROOT / "docs" / "python.md").read_text()
    assert all(f"`{name}`" in page or f"import {name}\n" in page for name in tagger.__all__), "document every name"


def test_a_paper_and_the_same_as_a_mapping_are_tagged_alike(starter: Tagger) -> None:
    found = starter.predict([PAPER, Paper("p-1", PAPER["title"], PAPER["abstract"])])
    assert_type(found, list[Suggestion])
    assert found[0].scores == found[1].scores and "image" in found[0].tags["modality"]
    assert found[0].model == starter.version.name == "starter"


def test_an_explanation_is_of_the_suggested_tags_and_of_these_only(starter: Tagger) -> None:
    evidence = starter.explain(PAPER)
    assert_type(evidence, Evidence)
    [suggestion] = starter.predict([PAPER])
    assert {d: tuple(of) for d, of in evidence.tags.items()} == suggestion.tags
    assert evidence == suggestion.evidence


@pytest.mark.parametrize(
    ("papers", "message"),
    [
        (PAPER, "papers are a list of papers. Put brackets around a single one"),
        ([PAPER, {"abstract": "x"}], "paper 2: it has no title"),
        (["a title"], "paper 1 is neither a Paper nor a mapping with its fields"),
    ],
)
def test_what_is_no_paper_is_refused_with_its_place(starter: Tagger, papers: list[Paper], message: str) -> None:
    with pytest.raises(TaggerError, match=f"^{re.escape(message)}$"):
        starter.predict(papers)


def test_no_paper_gets_no_suggestion(starter: Tagger) -> None:
    assert starter.predict([]) == []
    assert starter.to_dataset([]).column_names == starter.to_dataset([PAPER]).column_names


def test_a_dataset_has_the_rows_that_predict_writes(starter: Tagger, shell: Shell) -> None:
    (shell.folder / "in.jsonl").write_text(json.dumps(PAPER))
    shell("predict", "--input", "in.jsonl", "--output", "out.jsonl")
    written = json.loads((shell.folder / "out.jsonl").read_text())
    [row] = starter.to_dataset([PAPER])
    assert row == written | {"abstract": PAPER["abstract"]}


def test_a_workspace_gives_its_current_version_and_its_labels(shell: Shell) -> None:
    shell("annotations", "import", str(ROOT / "examples" / "annotations_invented.jsonl"))
    loaded, labels = Tagger.load(shell.folder), labelled_dataset(shell.folder)
    assert loaded.version.name == shell.json("status")["model"] == "starter"
    assert labels.num_rows == 90 and set(labels["weight"]) == {1.0} and set(map(tuple, labels["unasked"])) == {()}
    exported = map(json.loads, shell("annotations", "export").stdout.splitlines())
    assert {row["id"]: row["modality"] for row in exported} == {row["id"]: row["tags"]["modality"] for row in labels}


def test_a_tag_that_came_later_is_unasked_in_the_labels(shell: Shell) -> None:
    shell("annotations", "import", str(ROOT / "examples" / "annotations_invented.jsonl"))
    shell("tags", "add", "modality:smell", "--name", "Smell")
    assert set(map(tuple, labelled_dataset(shell.folder)["unasked"])) == {("modality:smell",)}
    assert "smell" in Tagger.load(shell.folder).tag_set.dimension("modality").tag_ids


def test_a_saved_version_says_the_same_and_is_never_written_over(starter: Tagger, tmp_path: Path) -> None:
    starter.save(tmp_path / "copy")
    again = Tagger.load(tmp_path / "copy")
    assert again.predict([PAPER])[0].scores == starter.predict([PAPER])[0].scores
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"], "the default encoder's weights aren't copied"
    assert not (tmp_path / SHARED).exists()
    with pytest.raises(FileExistsError):
        starter.save(tmp_path / "copy")


def test_a_damaged_version_is_neither_loaded_nor_saved(starter: Tagger, tmp_path: Path) -> None:
    starter.save(tmp_path / "copy")
    loaded = Tagger.load(tmp_path / "copy")
    (tmp_path / "copy" / "model.json").write_text("{}")
    with pytest.raises(TaggerError, match="is damaged or was altered"):
        Tagger.load(tmp_path / "copy")
    with pytest.raises(TaggerError, match="is damaged or was altered"):
        loaded.save(tmp_path / "another")
    assert not (tmp_path / "another").exists()
