"""``tagger tags add|rename|merge|split|retire``, in a process of its own as users run it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Shell

Rows = Callable[..., str]
PAPER = {"id": "p1", "title": "Agents at work", "abstract": "x", "annotator": "ann"}
TAGS = {"modality": ["text", "audio"], "task": ["agents"], "method-family": ["survey"]}


def label(shell: Shell, rows: Rows) -> None:
    other = TAGS | {"task": ["dialogue"], "modality": ["speech"]}
    second = {"id": "p2", "title": "Talk", "abstract": "y", "annotator": "ann"}
    shell("annotations", "import", "-", stdin=rows(PAPER | TAGS, second | other))


def exported(shell: Shell) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in shell("annotations", "export").stdout.splitlines()]
    return {row["id"]: row for row in found}


def test_what_was_said_of_a_renamed_tag_is_read_under_its_new_id(shell: Shell, rows: Rows) -> None:
    label(shell, rows)
    before = (shell.folder / "tags.yaml").read_text()
    told = shell("tags", "rename", "task:agents", "tool-use", "--name", "Tool use", "--dry-run").stdout
    assert told.splitlines()[:3] == [
        "Would change the tag set from version 1 to 2:",
        "  task:agents becomes task:tool-use",
        "Carry such a tag, and are read in the new way: 1 annotation",
    ]
    assert (shell.folder / "tags.yaml").read_text() == before, "a dry run changes nothing"
    shell("tags", "rename", "task:agents", "tool-use", "--name", "Tool use")
    row = exported(shell)["p1"]
    assert row["task"] == ["tool-use"] and "tag_set" not in row
    assert [t["name"] for t in shell.json("tags", "list")["dimensions"]["task"] if t["id"] == "tool-use"] == [
        "Tool use"
    ]
    again = shell.json("annotations", "import", "-", stdin=rows(PAPER | TAGS))
    assert again["unchanged"] == 1, "the old id still says the same"
    assert "no tag 'task:agents'" in shell.fails("tags", "retire", "task:agents")


def test_merged_and_retired_tags_and_the_parts_of_a_split_one(shell: Shell, rows: Rows) -> None:
    label(shell, rows)
    shell("tags", "merge", "modality:audio", "--into", "modality:speech")
    assert exported(shell)["p1"]["modality"] == ["text", "speech"]
    shell("tags", "split", "task:agents", "--into", "web-agents=Act in browsers", "--into", "os-agents=Act in systems")
    both = exported(shell)
    assert both["p1"]["task"] == ["agents"] and both["p1"]["tag_set"] == 1, "the whole is what was said"
    assert both["p2"]["task"] == ["dialogue"] and "tag_set" not in both["p2"]
    shell("tags", "retire", "method-family:survey")
    listed = shell.json("tags", "list")
    assert listed["version"] == 6
    assert "survey" not in [tag["id"] for tag in listed["dimensions"]["method-family"]]
    assert "survey" in (shell.folder / "tags.yaml").read_text()


def test_an_export_comes_back_as_it_was_after_every_change(shell: Shell, rows: Rows) -> None:
    label(shell, rows)
    shell("tags", "add", "task:watermarking", "--means", "Marks in what models make", "--also", "watermark")
    shell("tags", "split", "task:agents", "--into", "web-agents=Act in browsers", "--into", "os-agents=Act in systems")
    first = shell("annotations", "export").stdout
    assert [json.loads(line)["tag_set"] for line in first.splitlines()] == [1, 1]
    assert shell.json("annotations", "import", "-", stdin=first)["unchanged"] == 2
    other = Shell(shell.folder / "other")
    other.folder.mkdir()
    other("init", "--tag-set", str(shell.folder / "tags.yaml"))
    other("annotations", "import", "-", stdin=first)
    assert other("annotations", "export").stdout == first


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("rename", "task:nonsense", "x"), "no tag 'task:nonsense'"),
        (("rename", "task:agents", "dialogue"), "'dialogue' is or was a tag"),
        (("rename", "task:agents", "a b"), "letters, digits"),
        (("merge", "task:agents", "--into", "modality:text"), "Merge within one"),
        (("merge", "task:agents", "--into", "task:agents"), "merged into itself"),
        (("split", "task:agents", "--into", "dialogue"), "two other tags or more"),
        (("split", "task:agents", "--into", "dialogue", "--into", "new"), "no tag 'task:new'"),
        (("add", "nowhere:x"), "no dimension 'nowhere'"),
        (("add", "task:agents"), "never used again"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line_and_changes_nothing(
    shell: Shell, arguments: tuple[str, ...], reason: str
) -> None:
    before = (shell.folder / "tags.yaml").read_bytes()
    assert reason in shell.fails("tags", *arguments)
    assert (shell.folder / "tags.yaml").read_bytes() == before


def test_the_model_follows_a_change_at_once(shell: Shell, rows: Rows) -> None:
    papers = [
        {"id": "w", "title": "Watermarks for language models", "abstract": "We watermark text, and detect watermarks."},
        {"id": "d", "title": "Talking robots", "abstract": "A dialogue system that speaks with people."},
    ]
    (shell.folder / "new.jsonl").write_text(rows(*papers))
    shell("predict", "--input", "new.jsonl", "--output", "before.jsonl")
    old = [json.loads(line) for line in (shell.folder / "before.jsonl").read_text().splitlines()]
    changed = shell.json("tags", "rename", "task:dialogue", "conversation")
    assert changed["model"] and changed["model"] != "starter"
    added = ("--name", "Watermarking", "--means", "Marks hidden in what models make", "--also", "watermark")
    shell("tags", "add", "task:watermarking", *added)
    shell("predict", "--input", "new.jsonl", "--output", "after.jsonl")
    new = [json.loads(line) for line in (shell.folder / "after.jsonl").read_text().splitlines()]
    for before, after in zip(old, new, strict=True):
        was, now = (dict(row["scores"]["task"]) for row in (before, after))
        marked = now.pop("watermarking")
        assert (marked > 0.5) == (after["id"] == "w")
        assert now.pop("conversation") == pytest.approx(was.pop("dialogue"), abs=0.02)
        assert now == pytest.approx(was, abs=0.05), "other tags' scores stay, but for what is the paper's highest"


def test_topics_that_no_tag_covers_are_proposed(shell: Shell, rows: Rows) -> None:
    assert "tell no topics: it takes 30" in shell.fails("tags", "propose")
    titles = [f"{kind} bread baking for {whom}" for kind in ("Old", "New", "Blue") for whom in ("ann", "bob", "cy")]
    titles += [f"Study number {n}" for n in range(30)]
    papers = [{"title": title, "abstract": f"Text {title}."} for title in titles]
    shell("ingest", "-", stdin=rows(*papers))
    (topic,) = [t for t in shell.json("tags", "propose")["proposals"] if "bread baking" in t["name"]]
    assert (topic["papers"], topic["titles"]) == (9, 9)
    assert "tagger tags add DIMENSION:TAG" in shell("tags", "propose").stdout


@pytest.mark.parametrize(
    "change",
    [
        ["add", "task:new", "--means", "Something new", "--also", "newness"],
        ["rename", "task:agents", "tool-use", "--name", "Tool use"],
        ["merge", "modality:audio", "modality:video", "--into", "modality:speech"],
        ["split", "task:agents", "--into", "web-agents=In browsers", "--into", "os-agents=In systems"],
        ["retire", "modality:audio", "method-family:survey"],
    ],
)
def test_a_change_that_is_made_again_changes_nothing(shell: Shell, rows: Rows, change: list[str]) -> None:
    label(shell, rows)
    shell("tags", *change)
    before = (shell.folder / "tags.yaml").read_bytes(), exported(shell), sorted((shell.folder / "models").iterdir())
    told = shell("tags", *change).stdout
    assert told.startswith("The tag set is so already, in version ")
    assert before == (
        (shell.folder / "tags.yaml").read_bytes(),
        exported(shell),
        sorted((shell.folder / "models").iterdir()),
    )
