"""`make starter`, on a few invented papers."""

from pathlib import Path

import pytest

from models.make_starter import make_starter
from tagger.domain.paper import Paper
from tagger.learning.package import verify
from tagger.learning.prediction import load_predictor
from tests.conftest import NOW, ROOT

ANNOTATIONS = ROOT / "examples" / "annotations_invented.jsonl"


@pytest.mark.slow
def test_a_starter_is_made_whole_with_its_card(tmp_path: Path) -> None:
    annotations, folder = tmp_path / "annotations.jsonl", tmp_path / "starter"
    annotations.write_text("".join(ANNOTATIONS.read_text().splitlines(keepends=True)[:6]))
    folder.mkdir()
    (folder / "leftover").write_text("of an earlier one")
    make_starter(str(annotations), NOW, folder)
    verify(folder)
    assert not (folder / "leftover").exists()
    card = (folder / "README.md").read_text()
    assert "6 research papers" in card and f"{NOW:%Y-%m-%d}" in card and "{" not in card
    (said,) = load_predictor(folder).predict([Paper("p", "A speech model", "We recognize speech.")], at=NOW)
    assert said.model == "starter" and all(0 <= score <= 1 for of in said.scores.values() for score in of.values())
