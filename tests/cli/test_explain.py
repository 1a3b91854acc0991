"""What `--explain` tells of suggestions that the store keeps."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tagger.domain.evidence import Evidence, FoundWord, LabelledPaper, TagEvidence
from tagger.domain.labels import Audit, Suggestion
from tests.cli.conftest import Shell
from tests.unit.steps.desk import DAY, MODEL, Desk, open_desk
from tests.unit.steps.test_models import write_manifest

SEA = TagEvidence(
    7,
    {"word head": 0.021, "words found": 2.5, "frequency": -1.25, "likeness to a thing of a very long name": 0.9},
    (FoundWord("Open ocean", 1, 2), FoundWord("reef", 0, 1), FoundWord("a\x1b[31mred tide", 0, 1)),
    ("salt", "tidal pool"),
)
MEAT = TagEvidence(0, {"word head": 0.5, "frequency": -1.0})
NEAREST = (
    LabelledPaper("2401.00001", "On tides " * 20, 0.753, {"habitat": ("sea", "lake"), "diet": ("meat",)}),
    LabelledPaper("p7", "Woods", 0.5, {"habitat": ("forest",), "diet": ()}),
)
EXPLAINED = """\
? p1  Title of p1
  habitat: sea 0.90, learnt from 7 papers
      found      Open ocean 3x (title), reef, a\\x1b[31mred tide
      looked at  salt, tidal pool
      score      words found +2.5, frequency -1.2,
                 likeness to a thing of a very long name +0.9
  diet: meat 0.90, no label backs it
      score      frequency -1.0, word head +0.5
  like 0.75  2401.00001  On tides On tides On tides On tides On tides On tides O
             also sea, meat; but lake
  like 0.50  p7  Woods
             but forest

"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as made:
        write_manifest(made)
        yield made


def suggested(desk: Desk, evidence: Evidence) -> Shell:
    """Return a shell in a workspace whose one paper has a suggestion with that evidence."""
    paper = desk.paper("p1")
    tags = {"habitat": ("sea",), "diet": ("meat",)}
    scores = {"habitat": {"sea": 0.9, "forest": 0.1, "lake": 0.2}, "diet": {"plants": 0.1, "meat": 0.9}}
    store = desk.workspace.store
    with store.write():
        store.models.save(MODEL)
        store.models.promote(MODEL.name, desk.now)
        said = Suggestion("p1", MODEL.name, desk.now, tags, scores, needs_review=True, evidence=evidence)
        store.suggestions.save([(paper, said)])
    return Shell(desk.workspace.settings.folder)


@pytest.fixture
def told(desk: Desk) -> Shell:
    return suggested(desk, Evidence({"habitat": {"sea": SEA}, "diet": {"meat": MEAT}}, NEAREST))


def test_predict_tells_what_speaks_for_tags_within_80_columns(told: Shell) -> None:
    text = told("predict", "--digest", str(DAY), "--explain").stdout
    assert text.startswith(EXPLAINED)
    assert max(map(len, text.splitlines())) <= 80
    assert text.endswith("1 paper tagged by m1, 0 of them now; 1 need a human\nNext: tagger review list\n")


def test_predict_tells_nothing_of_a_paper_to_be_judged_blind(told: Shell, desk: Desk) -> None:
    drawn = Audit("p1", "habitat", "sea", "precision>=0.95", MODEL.name, 0.9, desk.later())
    with desk.workspace.store.write():
        desk.workspace.store.audits.draw([drawn])
    text = told("predict", "--digest", str(DAY), "--explain").stdout
    assert text.startswith("? p1  Title of p1\n  (to be judged blind: tagger review audit)\n\n") and "sea" not in text


def test_rows_carry_evidence_only_where_it_is_asked_for(told: Shell) -> None:
    plain = told.json("predict", "--digest", str(DAY))["predictions"][0]
    assert list(plain) == ["id", "title", "model", "needs_review", "tags", "scores"]
    (row,) = told.json("predict", "--digest", str(DAY), "--explain")["predictions"]
    sea = row["evidence"]["habitat"]["sea"]
    assert {key: value for key, value in row.items() if key != "evidence"} == plain
    assert sea["labelled_papers"] == 7 and sea["looked_at"] == ["salt", "tidal pool"]
    assert sea["words"][0] == {"word": "Open ocean", "title": 1, "abstract": 2}
    assert list(sea["shares"])[:2] == ["words found", "frequency"] and sea["shares"]["word head"] == 0.021
    assert sea["nearest"][0]["tags"] == {"diet": ["meat"], "habitat": ["sea", "lake"]}
    assert row["evidence"]["diet"]["meat"]["labelled_papers"] == 0
    told("predict", "--digest", str(DAY), "--explain", "--output", "out.jsonl")
    assert json.loads((told.folder / "out.jsonl").read_text()) == row


def test_review_list_marks_tags_that_no_label_backs(told: Shell) -> None:
    text = told("review", "list").stdout
    assert "habitat: sea 0.90\n" in text and "diet: meat 0.90*\n" in text and "* no label backs it" in text
    (paper,) = told.json("review", "list")["papers"]
    assert paper["unbacked"] == ["diet:meat"] and "evidence" not in paper
    explained = told("review", "list", "--explain").stdout
    assert "  like 0.50  p7  Woods\n" in explained and max(map(len, explained.splitlines())) <= 80
    (paper,) = told.json("review", "list", "--explain")["papers"]
    assert paper["evidence"]["habitat"]["sea"]["labelled_papers"] == 7


def test_a_suggestion_older_than_evidence_says_so(desk: Desk) -> None:
    shell = suggested(desk, Evidence())
    assert "Nothing was kept of what speaks for them" in shell("predict", "--digest", str(DAY), "--explain").stdout
    (row,) = shell.json("predict", "--digest", str(DAY), "--explain")["predictions"]
    assert row["evidence"] == {"habitat": {"sea": None}, "diet": {"meat": None}}
    assert shell.json("review", "list")["papers"][0]["unbacked"] == []
