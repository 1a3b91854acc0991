from pathlib import Path

import pytest

from tagger.errors import StudioError
from tagger.steps.init import init
from tagger.steps.labelling import ENOUGH_PAPERS, guide, settled_keys
from tagger.steps.workspace import open_workspace
from tests.conftest import NOW
from tests.unit.steps.desk import TAGS, open_desk

# More tags than there are keys, so that the first one has none for a start.
MANY = """\
version: 1
dimensions: [{id: habitat, required: false, tags: [%s]}, {id: diet, required: false, tags: [{id: x}]}]
"""


def test_keys_are_settled_once_a_morning_of_papers_told_what_is_common(tmp_path: Path) -> None:
    tags = MANY % ", ".join(f"{{id: t{i}}}" for i in range(90))
    with open_desk(tmp_path, tags) as desk:
        file = desk.workspace.settings.keys_file
        for i in range(ENOUGH_PAPERS - 1):
            desk.suggest(f"p{i}", "habitat:t89")
        desk.annotate("p0", habitat=("t89", "t88"))
        assert "shift" not in settled_keys(desk.workspace)["habitat", "t89"]
        assert not file.exists()
        desk.suggest("last", "habitat:t89")
        keys = settled_keys(desk.workspace)
        assert file.exists() and "shift" not in keys["habitat", "t88"] and ("habitat", "t87") not in keys
        for i in range(ENOUGH_PAPERS):
            desk.suggest(f"q{i}", "habitat:t87")
        written = file.read_bytes()
        assert settled_keys(desk.workspace) == keys and file.read_bytes() == written


def test_a_key_that_someone_edited_counts_and_a_damaged_file_is_told(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        file = desk.workspace.settings.keys_file
        file.write_text('{"habitat": {"sea": "x"}}')
        keys = settled_keys(desk.workspace)
        assert keys["habitat", "sea"] == "x" and len(set(keys.values())) == 5
        file.write_text("nonsense")
        with pytest.raises(StudioError, match=r"keys\.json"):
            settled_keys(desk.workspace)


def test_the_guide_beside_a_tag_set_goes_along_into_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "source.yaml").write_text(TAGS)
    init(tmp_path / "without", tmp_path / "source.yaml", NOW)
    with open_workspace(tmp_path / "without") as workspace:
        assert guide(workspace) == ""
    (tmp_path / "GUIDE.md").write_text("# How to tag animals\n")
    init(tmp_path / "with", tmp_path / "source.yaml", NOW)
    with open_workspace(tmp_path / "with") as workspace:
        assert guide(workspace) == "# How to tag animals\n"
        workspace.settings.guide_file.write_bytes(b"\xff")
        with pytest.raises(StudioError, match="guide"):
            guide(workspace)
