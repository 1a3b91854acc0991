"""What describes tagger to others says what is so: the citation file, the model card, the data card."""

import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from statistics import mean

import yaml

import tagger
from models.make_starter import FOLDER, card
from tests.conftest import ROOT

DATA_CARD = ROOT / "docs" / "data_card.md"


def test_the_version_licence_and_name_are_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert project["version"] == cited["version"] == tagger.__version__
    assert project["license"] == cited["license"]
    assert [author["name"] for author in project["authors"]] == [author["name"] for author in cited["authors"]]
    day = cited.get("date-released", "unreleased")
    assert f"\n## {tagger.__version__} ({day})\n" in (ROOT / "CHANGELOG.md").read_text()


def test_the_starters_card_says_what_its_files_say() -> None:
    assert (FOLDER / "README.md").read_text() == card(FOLDER)


def test_the_data_cards_figures_are_those_of_the_data(shared_data: Path) -> None:
    text = " ".join(DATA_CARD.read_text().split())
    rows = [json.loads(line) for line in (shared_data / "pool.jsonl").read_text().splitlines()]
    dimensions = ("modality", "task", "method-family")
    uses = Counter(tag for row in rows for dimension in dimensions for tag in row[dimension])
    a_paper = [f"{mean(len(row[dimension]) for row in rows):.1f}" for dimension in dimensions]
    assert f"{len(rows)} annotated papers" in text and f"{len(uses)} in three dimensions" in text
    assert "per paper {} modalities, {} tasks and {} method families".format(*a_paper) in text
    assert f"{mean(len(row['abstract'].split()) for row in rows):.0f} words an abstract" in text
    for tag in re.findall(r"`([\w-]+)` (?:is )?on ", text):
        assert f"`{tag}` is on {uses[tag]} papers" in text or f"`{tag}` on {uses[tag]}" in text
    rare = sum(number < 10 for number in uses.values())
    assert f"{rare} of the {len(uses)} tags are on fewer than ten papers, and one on a single paper" in text
    assert sum(number == 1 for number in uses.values()) == 1
    assert len(rows) == json.loads((FOLDER / "manifest.json").read_text())["version"]["papers"]
