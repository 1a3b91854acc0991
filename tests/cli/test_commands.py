"""What the commands print and how they end, each in a process of its own as users run them."""

import json
import sqlite3
from collections.abc import Callable

import pytest

from tests.cli.conftest import Shell
from tests.conftest import ROOT

Rows = Callable[..., str]
PAGE = str(ROOT / "examples" / "daily_papers_invented.txt")
LABELS = str(ROOT / "examples" / "annotations_invented.jsonl")
LABEL = {"id": "p1", "annotator": "ann", "modality": ["text"], "task": ["reasoning"], "method-family": ["survey"]}


def test_papers_come_in_once(shell: Shell) -> None:
    first = shell.json("ingest", PAGE, "--digest", "2026-08-07")
    assert (first["new"], first["changed"], first["unchanged"], len(first["ids"])) == (30, 0, 0, 30)
    second = shell.json("ingest", PAGE, "--digest", "2026-08-07")
    assert (second["new"], second["changed"], second["unchanged"]) == (0, 0, 30)
    assert second["ids"] == first["ids"]


def test_a_bad_record_is_told_the_others_are_kept_and_strict_keeps_none(shell: Shell, rows: Rows) -> None:
    lines = rows({"title": "One"}, {"abstract": "no title"}, {"title": "Two"})
    assert "nothing was kept" in shell.fails("ingest", "-", "--strict", stdin=lines)
    assert shell.json("status")["papers"] == 0
    told = shell.fails("ingest", "-", stdin=lines)
    assert "line 2: it has no title" in told and "The others were kept" in told
    assert shell.json("ingest", "-", stdin=lines, code=1)["unchanged"] == 2


def test_sources_are_kept_though_one_of_them_is_missing(shell: Shell) -> None:
    assert "can't read nowhere.txt" in shell.fails("ingest", PAGE, "nowhere.txt")
    assert shell.json("status")["papers"] == 30


def test_a_corrected_abstract_is_a_change(shell: Shell, rows: Rows) -> None:
    shell("ingest", "-", stdin=rows({"id": "p1", "title": "T", "abstract": "old"}))
    assert shell.json("ingest", "-", stdin=rows({"id": "p1", "title": "T", "abstract": "new"}))["changed"] == 1


def test_what_is_exported_imports_again_to_the_same_state(shell: Shell, empty: Shell, rows: Rows) -> None:
    other = {**LABEL, "annotator": "bob", "task": ["agents"]}
    papers = {"title": "T <b>", "abstract": "Größe"}
    lines = rows(
        {**LABEL, **papers}, other, {"id": "p2", "annotator": "ann", "skip": True, "title": "U", "abstract": ""}
    )
    assert shell.json("annotations", "import", "-", stdin=lines) == {
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "rejected": [],
    }
    exported = shell("annotations", "export").stdout
    assert [json.loads(line)["annotator"] for line in exported.splitlines()] == ["ann", "bob", "ann"]
    shell("annotations", "export", "--output", "out.jsonl")
    assert (shell.folder / "out.jsonl").read_text() == exported
    assert shell.json("annotations", "import", "out.jsonl")["unchanged"] == 3

    shell("init", "fresh")
    assert shell.json("--workspace", "fresh", "annotations", "import", "out.jsonl")["new"] == 3
    assert shell("--workspace", "fresh", "annotations", "export").stdout == exported


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({**LABEL, "task": ["resoning"], "title": "T", "abstract": ""}, "line 1: the tag set has no 'resoning'"),
        ({**LABEL, "tusk": ["reasoning"]}, "'tusk' is no dimension of the tag set"),
        (LABEL, "the paper 'p1' isn't in the workspace"),
        ({"id": "p1"}, "it has no annotator"),
    ],
)
def test_a_bad_annotation_is_one_clear_line(shell: Shell, rows: Rows, row: object, reason: str) -> None:
    assert reason in shell.fails("annotations", "import", "-", stdin=rows(row))
    assert shell.json("status")["annotated"] == 0


def test_an_archive_tells_what_it_removes_and_what_it_leaves(shell: Shell, rows: Rows) -> None:
    shell("ingest", "-", "--digest", "2026-08-07", stdin=rows({"id": "p1", "title": "T1"}))
    for tag in ("text", "image"):
        tags = ["--tag", f"modality:{tag}", "--tag", "reasoning", "--tag", "method-family:survey"]
        shell("review", "accept", "p1", *tags, "--by", "bob")
    assert "written, 0 unchanged\n" in shell("archive", "--out", "site").stdout
    (shell.folder / "site/tags/modality/image.xml").write_text("my own")
    shell("review", "reject", "p1", "--tag", "modality:image", "--by", "bob")
    told = shell("archive", "--out", "site").stdout
    assert "unchanged, 2 removed\n" in told
    assert "changed by someone else, so kept: tags/modality/image.xml\n" in told
    document = shell.json("archive", "--out", "site")
    assert (document["removed"], document["changed"]) == ([], ["tags/modality/image.xml"])


def test_a_digest_is_published_only_when_it_is_decided(shell: Shell, rows: Rows) -> None:
    shell("ingest", "-", "--digest", "2026-08-07", stdin=rows(*({"id": f"p{i}", "title": f"T{i}"} for i in (1, 2, 3))))
    shell("annotations", "import", "-", stdin=rows(LABEL, {"id": "p3", "annotator": "ann", "skip": True}))
    told = shell.fails("publish", "--digest", "2026-08-07", "--out", "site")
    assert "1 of the 3 papers of 2026-08-07 are undecided" in told and "--withhold" in told
    assert not (shell.folder / "site").exists()
    published = shell.json("publish", "--digest", "2026-08-07", "--out", "site", "--withhold")
    assert (published["papers"], published["withheld"], published["skipped"]) == (1, 1, 1)
    tags = ["--tag", "modality:text", "--tag", "reasoning", "--tag", "method-family:survey"]
    assert shell.json("review", "accept", "p2", *tags, "--by", "bob")["decisions"] == 3
    assert shell.json("review", "accept", "p2", *tags, "--by", "bob")["decisions"] == 0
    published = shell.json("publish", "--digest", "2026-08-07", "--out", "site")
    assert [file.rsplit("/", 1)[-1] for file in published["files"]] == [
        "index.html",
        "digest.md",
        "digest.json",
        "feed.xml",
        "feed.json",
        "digest.eml",
        "digest.bib",
        "digest.txt",
        "README.md",
        "2026-08-07.jsonl",
    ]
    before = {f.name: f.read_bytes() for f in (shell.folder / "site").rglob("*.*")}
    shell("publish", "--digest", "2026-08-07", "--out", "site")
    assert {f.name: f.read_bytes() for f in (shell.folder / "site").rglob("*.*")} == before
    content = json.loads(before["digest.json"])
    assert [(p["id"], p["tags"]["task"][0]["by"]) for p in content["papers"]] == [("p1", "ann"), ("p2", "bob")]


def test_a_rejected_tag_leaves_a_required_dimension_open(shell: Shell, rows: Rows) -> None:
    shell("annotations", "import", "-", stdin=rows({**LABEL, "title": "T", "abstract": ""}))
    shell("review", "reject", "p1", "--tag", "task:reasoning")
    assert "task: none accepted, and one is required" in shell("review", "list").stdout
    assert shell.json("review", "reject", "p1", "--tag", "task:reasoning")["decisions"] == 0
    assert "doesn't carry task:agents" in shell.fails("review", "reject", "p1", "--tag", "task:agents")
    assert "the 1 that need a human" in shell("review", "list").stdout


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["evaluate", "--plots", "tagger.toml"], "can't use tagger.toml: File exists"),
        (["evaluate"], "0 annotated papers are too few to hold some out"),
        (["publish", "--digest", "2026-08-07", "--out", "x"], "there is no digest of 2026-08-07"),
        (["review", "accept", "p9"], "there is no paper 'p9'"),
        (["review", "send"], "nothing awaits review"),
        (["models", "show", "m"], "there is no model version 'm'"),
        (["models", "promote", "../x"], "there is no model version '../x'"),
        (["push"], "Label Studio isn't running"),
        (["pull"], "Label Studio isn't running"),
        (["annotations", "import", "none.jsonl"], "can't read none.jsonl"),
        (["studio", "start", "--url", "http://127.0.0.1:1"], "no token for"),
    ],
)
def test_what_can_not_be_done_is_one_line_with_a_way_out(shell: Shell, command: list[str], reason: str) -> None:
    assert reason in shell.fails(*command)


def test_the_starter_tags_on_the_first_day_where_it_knows_the_tags(shell: Shell, rows: Rows) -> None:
    assert shell.json("status")["model"] == "starter"
    shell("ingest", PAGE, "--digest", "2026-08-07")
    predicted = shell.json("predict")
    assert (predicted["model"], predicted["new"]) == ("starter", 30)
    assert any(not row["needs_review"] for row in predicted["predictions"])
    (shell.folder / "mine.yaml").write_text("version: 1\ndimensions:\n  - {id: d, tags: [{id: x}]}\n")
    shell("init", "mine", "--tag-set", "mine.yaml")
    for options in ([], ["--input", "-"]):
        told = shell.fails("--workspace", "mine", "predict", *options, stdin=rows({"title": "T"}))
        assert "there is no model version yet" in told and "also before the first label" in told


def test_a_model_version_is_exported_to_a_folder_that_is_not_there_yet(shell: Shell) -> None:
    exported = shell.json("models", "export", "starter", "--output", "out")
    assert (shell.folder / "out" / "config_setfit.json").exists() and "modality:text" in exported["labels"]
    assert "out is there already" in shell.fails("models", "export", "starter", "--output", "out")
    assert "there is no model version 'x'" in shell.fails("models", "export", "x", "--output", "other")
    assert not (shell.folder / "other").exists()


def test_a_folder_that_is_no_workspace_is_told(empty: Shell) -> None:
    assert "is no tagger workspace" in empty.fails("status")
    (empty.folder / "tagger.toml").write_text("encoder = 3\n")
    assert "encoder has to be a text" in empty.fails("status")
    (empty.folder / "tagger.toml").write_text("colour = 'x'\n")
    assert "there is no setting 'colour'" in empty.fails("status")
    (empty.folder / "tagger.toml").write_text("= 3\n")
    assert "isn't valid TOML" in empty.fails("status")


@pytest.mark.parametrize(
    "command",
    [
        ["predict", "--all", "--digest", "2026-08-07"],
        ["review", "accept"],
        ["publish"],
        ["nonsense"],
        ["review", "accept", "p1", "--digest", "2026-08-07"],
        ["train", "--minutes", "inf"],
        ["train", "--aim", "recall=0.9"],
        ["train", "--aim", "precision=2"],
        ["evaluate", "--aim", "recall"],
    ],
)
def test_wrong_usage_is_exit_code_2(shell: Shell, command: list[str]) -> None:
    assert "Usage: tagger" in shell(*command, code=2).stderr


def test_init_again_changes_nothing_and_another_tag_set_is_refused(shell: Shell) -> None:
    before = (shell.folder / "tags.yaml").read_bytes()
    shell("init")
    assert (shell.folder / "tags.yaml").read_bytes() == before
    (shell.folder / "mine.yaml").write_text("version: 1\ndimensions:\n  - {id: d, tags: [{id: x}]}\n")
    assert "another tag set already" in shell.fails("init", "--tag-set", "mine.yaml")
    shell("init", "mine", "--tag-set", "mine.yaml")
    assert shell.json("--workspace", "mine", "tags", "list")["dimensions"].keys() == {"d"}
    (shell.folder / "bad.yaml").write_text("version: 1\ndimensions:\n  - {id: d, tags: [{id: x}, {id: x}]}\n")
    assert "bad.yaml, line 3" in shell.fails("init", "worse", "--tag-set", "bad.yaml")


def test_status_names_the_next_step_within_80_columns(shell: Shell) -> None:
    assert shell.json("status")["next"].startswith("tagger ingest")
    shell("ingest", PAGE, "--digest", "2026-08-07")
    assert shell.json("status")["next"].startswith("tagger predict --digest 2026-08-07")
    shell("annotations", "import", LABELS)
    text = shell("status").stdout
    assert "model: starter (90 annotated since" in text and max(map(len, text.splitlines())) <= 80
    for command in (["tags", "list"], ["models", "list"], ["doctor"], ["review", "list"]):
        assert max(map(len, shell(*command).stdout.splitlines())) <= 80 or command == ["doctor"]


def test_doctor_finds_a_broken_workspace(shell: Shell) -> None:
    assert shell.json("doctor")["ok"]
    (shell.folder / "tags.yaml").write_text("version: 1\n")
    (shell.folder / "studio").mkdir()
    (shell.folder / "studio" / "token").write_text("secret")
    (shell.folder / "studio" / "token").chmod(0o644)
    wrong = {f["what"] for f in shell.json("doctor", code=1)["findings"] if not f["ok"]}
    assert wrong == {"tag set", "token"}


def test_escape_sequences_in_titles_never_reach_the_terminal(shell: Shell) -> None:
    db = sqlite3.connect(shell.folder / "tagger.db")
    db.execute(
        "INSERT INTO papers(id, title, abstract, text_hash, authors, categories, added_at, changed_at) "
        "VALUES ('p1', 'a' || char(27) || '[31mb', '', 'h', '[]', '[]', '2026', '2026')"
    )
    db.commit()
    db.close()
    shell("annotations", "import", "-", stdin=json.dumps({**LABEL, "task": []}) + "\n")
    listed = shell("review", "list").stdout
    assert "\x1b" not in listed and "a\\x1b[31mb" in listed


def test_setfit_has_to_have_labels(shell: Shell) -> None:
    assert "SetFit learns from labelled papers alone, and there are none" in shell.fails("train", "--recipe", "setfit")


@pytest.mark.slow
def test_plain_setfit_is_trained_shown_and_predicts(shell: Shell) -> None:
    shell("annotations", "import", LABELS)
    said = shell("train", "--recipe", "setfit", "--minutes", "0.1").stdout
    assert "Plain SetFit, to compare with" in said and "steps); it is used." in said
    _, model = shell.json("models", "list")["models"]
    assert model["figures"]["recipe"] == "setfit"
    assert '"recipe": "setfit"' in shell("models", "show", model["name"]).stdout
    found = shell.json("predict", "--input", PAGE)
    assert found["papers"] == 30 and all(row["tags"] for row in found["predictions"])
