"""What `agreement`, `review conflicts` and `review why` print of people beside one another."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_explain import MEAT, NEAREST, SEA, suggested
from tests.unit.steps.desk import Desk, open_desk

LONG = "someone.with.a.very.long.name@laboratory.example.org"
AGREEMENT = """\
annotator  papers  shared  agreement  trust
─────────  ──────  ──────  ─────────  ─────
ann             4       3       0.90   0.98
bob             3       3       0.90   0.98

dimension  alpha
─────────  ─────
habitat     0.64
diet           -
overall     0.64

two people  papers    F1
──────────  ──────  ────
ann, bob         3  0.86

tag                F1  given  by both
───────────────  ────  ─────  ───────
habitat: forest  0.67      3        1
People agree on every use of 1 tag.

paper  tag to settle    yes  no
─────  ───────────────  ───  ───
p1     habitat: forest  bob  ann
tagger review conflicts tells when and how
"""
CONFLICTS = """\
  p1  Title 1
    habitat: forest holds, by the word of bob
      no   2026-08-01 10:00  annotation ann
      yes  2026-08-01 10:05  annotation bob
People differ on 1 tag of 1 paper.
Next: tagger review settle ID… as it holds | accept or reject ID --tag TAG
"""
WHY = """\
p1  Title of p1
habitat: sea (sea)

It holds: bob accepted it, which is a person's last word. People differ: ann
said otherwise.

Model versions, for its present text:
  TIME  m1  0.90, suggested
      learnt from 7 papers
      found      Open ocean 3x (title), reef, a\\x1b[31mred tide
      looked at  salt, tidal pool
      score      words found +2.5, frequency -1.2,
                 likeness to a thing of a very long name +0.9
      like 0.75  2401.00001  On tides On tides On tides On tides On tides On tid
                 habitat sea, lake; diet meat
      like 0.50  p7  Woods
                 habitat forest

What was said:
  TIME  ann annotated the paper without it
  TIME  bob accepted it, suggested by m1 with 0.90
"""


def said(paper: str, who: str, minute: int, *habitats: str, **fields: object) -> dict[str, object]:
    at = f"2026-08-01T10:{minute:02}:00+00:00"
    title = {"title": f"Title {paper[1:]}", "abstract": ""}
    return {"id": paper, "annotator": who, "at": at, "habitat": [*habitats], "diet": [], **title, **fields}


ROWS = [
    said("p1", "ann", 0, "sea"),
    said("p1", "bob", 5, "sea", "forest"),
    said("p2", "ann", 0, "sea"),
    said("p2", "bob", 0, "sea"),
    said("p3", "ann", 0, "forest"),
    said("p3", "bob", 0, "forest"),
    said("p4", "ann", 0, "lake"),
]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("TZ", "UTC")
    with open_desk(tmp_path / "w") as made:
        yield made


@pytest.fixture
def shell(desk: Desk) -> Shell:
    return Shell(desk.workspace.settings.folder)


def take(shell: Shell, *rows: dict[str, object]) -> None:
    shell("annotations", "import", "-", stdin="".join(json.dumps(row) + "\n" for row in rows))


def figures(shell: Shell) -> Any:
    return shell.json("agreement")


def test_agreement_tells_people_alphas_tags_and_what_to_settle(shell: Shell) -> None:
    take(shell, *ROWS)
    assert shell("agreement").stdout == AGREEMENT
    found = figures(shell)
    assert found["shared"] == 3 and found["alpha"]["dimensions"]["diet"] is None
    assert found["annotators"][0]["name"] == "ann" and found["annotators"][0]["shared"] == 3
    assert found["pairs"] == [{"one": "ann", "other": "bob", "papers": 3, "f1": pytest.approx(6 / 7)}]
    forest = {"dimension": "habitat", "tag": "forest", "f1": pytest.approx(2 / 3), "given": 3, "both": 1}
    assert found["tags"][1] == forest
    assert [c["id"] for c in found["conflicts"]] == ["p1"]


def test_an_agreement_of_nothing_is_a_dash(shell: Shell) -> None:
    assert shell("agreement").stdout == "Nobody has annotated anything yet.\n"
    take(shell, said("p1", "ann", 0, "sea"), {"id": "p1", "annotator": "bob", "skip": True})
    text = shell("agreement").stdout
    assert "ann             1       0          -   1.00" in text and "nothing to compare" in text
    assert figures(shell)["alpha"] == {"overall": None, "dimensions": {"habitat": None, "diet": None}}


def test_conflicts_are_told_with_who_when_and_whose_word_holds_until_one_settles_them(shell: Shell) -> None:
    take(shell, *ROWS)
    assert shell("review", "conflicts").stdout == CONFLICTS
    assert "people differ on 1 tag: tagger review conflicts\n" in shell("status").stdout
    (found,) = shell.json("review", "conflicts")["conflicts"]
    assert (found["id"], found["tag"], found["holds"], found["by"]) == ("p1", "forest", True, "bob")
    assert [(w["by"], w["carries"], w["way"]) for w in found["words"]] == [
        ("ann", False, "annotation"),
        ("bob", True, "annotation"),
    ]
    assert shell("review", "settle", "p1", "--by", "bob").stdout == "Settled 1 tag of 1 paper\n"
    assert shell.json("review", "settle", "p1")["decisions"] == 0
    assert shell("review", "conflicts").stdout == "People differ on nothing.\n"
    assert shell.json("status")["conflicts"] == 0 and "differ" not in shell("status").stdout


def test_long_names_and_tags_stay_within_80_columns(shell: Shell) -> None:
    take(shell, said("p1", LONG, 0, "sea"), said("p1", f"x{LONG}", 1, "forest", "lake"))
    assert max(map(len, shell("agreement").stdout.splitlines())) <= 80


def test_why_tells_evidence_history_and_what_holds(desk: Desk) -> None:
    from tagger.domain.evidence import Evidence

    shell = suggested(desk, Evidence({"habitat": {"sea": SEA}, "diet": {"meat": MEAT}}, NEAREST))
    desk.annotate("p1", by="ann", diet=("meat",))
    desk.accept("p1", "sea")
    text = shell("review", "why", "p1", "sea").stdout
    shown = "".join("  TIME" + line[18:] if line[:4] == "  20" else line for line in text.splitlines(keepends=True))
    assert shown.startswith(WHY)
    found = shell.json("review", "why", "p1", "habitat:sea")
    assert found["holds"] and found["scores"][0]["evidence"]["words"][0]["word"] == "Open ocean"
    assert [one["by"] for one in found["history"]] == ["ann", "bob"]
    other = shell("review", "why", "p1", "forest").stdout
    assert "m1  0.10, not suggested" in other and "only kept for what is suggested" in other
    assert shell.json("review", "why", "p1", "forest")["scores"][0]["evidence"] is None
    assert "no tag 'pond'" in shell.fails("review", "why", "p1", "pond")
    assert "there is no paper 'p9'" in shell.fails("review", "why", "p9", "sea")
