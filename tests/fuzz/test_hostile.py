"""Files made to take all memory, all time, all disk, or a place outside the workspace; each by the command itself."""

import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from tests.crash.nursery import End, Job, Nursery
from tests.fuzz.seeds import KEYS, SAID, TAGS, archive, dump

DEEP = 100_000
MODEL = "models/starter"
GIVEN = {"habitat": ["sea"], "diet": ["plants"]}
LAUGHS = ", ".join(["w"] * 20_000)
TEN_THOUSAND = "version: 1\ndimensions:\n- id: d\n  tags:\n" + "".join(f"  - {{id: t{i}}}\n" for i in range(10_000))


class Desk:
    """A workspace with a paper and what was said of it."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.folder, self._nursery = folder, nursery

    def run(self, *arguments: str) -> End:
        return self._nursery.run(Job(str(self.folder), arguments))

    def does(self, *arguments: str) -> str:
        ended = self.run(*arguments)
        assert (ended.code, ended.errors) == (0, ""), (arguments, ended)
        return ended.output

    def fails(self, *arguments: str) -> str:
        """Run what has to fail with one line of fair length and to change nothing; return that line."""
        before = self._state()
        ended = self.run(*arguments)
        assert (ended.code, ended.errors.count("\n")) == (1, 1) and len(ended.errors) < 2500, (arguments, ended)
        assert self._state() == before
        return ended.errors

    def _state(self) -> dict[str, object]:
        files = [
            p for p in self.folder.rglob("*") if p.is_file() and not p.name.startswith(("tagger.db", "history.db"))
        ]
        return {str(p): p.read_bytes() for p in files} | {"db": dump(self.folder / "tagger.db")}


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="module")
def made(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "set.yaml").write_text(TAGS)
    (folder / "labels.jsonl").write_text(json.dumps(SAID))
    desk = Desk(folder, nursery)
    desk.does("init", "--tag-set", "set.yaml")
    desk.does("annotations", "import", "labels.jsonl")
    return folder


@pytest.fixture
def desk(nursery: Nursery, made: Path, tmp_path: Path) -> Desk:
    shutil.copytree(made, tmp_path / "w")
    return Desk(tmp_path / "w", nursery)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", '{"title": "' + "x" * 50_000_000 + '"}', "its title has 50,000,000 characters, more than 5,000"),
        ("a.csv", "title,abstract\n" + "x" * 5_000_000 + ",a\n", "its title has 5,000,000 characters"),
        ("a.jsonl", '{"title": "T", "abstract": "' + "a b " * 200_000 + '"}', "its abstract has 799,999 characters"),
        ("a.jsonl", '{"title": "T", "id": "' + "p" * 3000 + '"}', "its id has 3,000 characters"),
        ("a.json", "[" * DEEP, "nested too deeply"),
        ("a.json", "[" * DEEP + "]" * DEEP, "nested too deeply"),
        ("a.jsonl", '{"title": ' + "[" * DEEP + "]" * DEEP + "}", "nested too deeply"),
        ("a.bib", "@misc{a, title = {" + "{" * DEEP + "x" + "}" * DEEP + "}}", "too many nested braces"),
        ("a.xml", '<feed xmlns="http://www.w3.org/2005/Atom">' + "<a>" * DEEP, "Excessive depth"),
        ("a.html", "<!DOCTYPE html><html data-props dailypapers>" + "<div>" * DEEP, "no daily papers"),
        ("a.jsonl", '{"title": "\\u0000\\u0000"}', "it has no title"),
        ("a.jsonl", '{"title": "T", "id": "a\\ud800\\nb"}', "without white space"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_papers_that_are_too_large_too_deep_or_no_text_are_refused(
    desk: Desk, name: str, content: str, told: str
) -> None:
    (desk.folder / name).write_text(content)
    assert told in desk.fails("ingest", name)


@pytest.mark.parametrize("kind", ["gzip", "zst", "gzip of gzip"])
def test_a_file_that_unpacks_without_bound_is_refused(desk: Desk, kind: str) -> None:
    zeros = b"\0" * 10_000_000
    if kind == "zst":
        bomb = zstandard.compress(zeros) * 60
    else:
        bomb = gzip.compress(zeros, 1) * 60
        bomb = gzip.compress(bomb) if kind == "gzip of gzip" else bomb
    assert len(bomb) < 3_000_000
    (desk.folder / "bomb").write_bytes(bomb)
    assert "it unpacks to more than 500 MB" in desk.fails("ingest", "bomb")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('{"id": "p1", "annotator": "a", "habitat": ' + "[" * DEEP + "]" * DEEP + "}", "nested too deeply"),
        ('{"id": "p1", "annotator": "a", "' + "x" * 100_000 + '": []}', "is no dimension of the tag set"),
        ('{"id": "p1", "annotator": "a", "habitat": ["' + "x" * 100_000 + '"]}', "the tag set has no 'xxx"),
        ('{"id": "' + "x" * 1999 + '", "annotator": "a", "habitat": []}', "isn't in the workspace"),
        ('{"id": "p1", "annotator": "\\u0000\\n", "habitat": []}', "it has no annotator"),
    ],
)
def test_annotations_that_cannot_be_are_refused(desk: Desk, row: str, told: str) -> None:
    (desk.folder / "bad.jsonl").write_text(row)
    line = desk.fails("annotations", "import", "bad.jsonl")
    assert told.replace("isn't in the workspace", "the paper 'xxx") in line


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[" * DEEP, "not valid YAML"),
        ("- " * DEEP, "not valid YAML"),
        ("version: 1\ndimensions: &a [*a]", "a dimension has to be written as `key: value`"),
        ("&a {version: 1, dimensions: [{id: x, tags: *a}]}", "tags has to be a list"),
        (
            f"version: 1\ndimensions: [{{id: d, tags: [{{id: t, also: &w [{LAUGHS}]}}, "
            + ", ".join(f"{{id: t{i}, also: *w}}" for i in range(1000))
            + "]}]",
            "its lists come to more than 500,000 items",
        ),
        ("version: 1\ndimensions: [{id: .., tags: [{id: index}]}]", "the id '..' isn't"),
        ("version: 1\ndimensions: [{id: d, tags: [{id: a/b}]}]", "the id 'a/b' isn't"),
        ("version: 1\ndimensions: [{id: d, tags: [{id: a\0b}]}]", "not valid YAML"),
        ('version: 1\ndimensions: [{id: d, tags: [{id: a, name: "\\uD800"}]}]', "not valid YAML"),
        ('version: 1\ndimensions: [{id: d, tags: [{id: a, name: "\\x07"}]}]', "characters that can't be shown"),
        ("x" * 6_000_000, "6,000,000 bytes"),
    ],
)
def test_tag_sets_that_are_endless_or_lead_elsewhere_are_refused(desk: Desk, content: str, told: str) -> None:
    (desk.folder / "tags.yaml").write_text(content)
    assert told in desk.fails("tags", "list")


def test_ten_thousand_tags_are_a_tag_set_like_another(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_text(TEN_THOUSAND)
    desk.does("--workspace", "large", "init", "--tag-set", "../large.yaml")
    assert len(json.loads(desk.does("--workspace", "large", "tags", "list", "--json"))["dimensions"]["d"]) == 10_000
    row = {"id": "p9", "title": "T", "annotator": "ann", "d": [f"t{i}" for i in range(10_000)]}
    (desk.folder / "many.jsonl").write_text(json.dumps(row))
    desk.does("--workspace", "large", "annotations", "import", "many.jsonl")
    assert json.loads(desk.does("--workspace", "large", "annotations", "export"))["d"] == row["d"]


@pytest.mark.parametrize(
    ("name", "content", "told", "command"),
    [
        ("tagger.toml", "a = " + "[" * DEEP, "isn't valid TOML", ("status",)),
        ("tagger.toml", "overlap = " + "9" * 5000, "isn't valid TOML", ("status",)),
        ("tagger.toml", "title = 'a\0b'", "isn't valid TOML", ("status",)),
        ("tagger.toml", f"encoder = '{'x' * 5000}'", "encoder names what can't be", ("status",)),
        (f"{MODEL}/manifest.json", "[" * DEEP, "manifest.json is damaged", ("models", "show", "starter")),
        (f"{MODEL}/manifest.json", '{"format": 1e999}', "manifest.json is damaged", ("models", "show", "starter")),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_files_of_a_workspace_that_cannot_be_are_refused(
    desk: Desk, name: str, content: str, told: str, command: tuple[str, ...]
) -> None:
    (desk.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (desk.folder / name).write_text(content)
    assert told in desk.fails(*command)


def test_a_backup_that_would_fill_the_disk_or_leave_the_workspace_is_refused(desk: Desk) -> None:
    files = {"tagger.db": b"", "keys.json": json.dumps(KEYS).encode()}
    manifest = {"format": "tagger-backup", "version": 1, "workspace": "0", "made_at": "2026-08-07", "before": ""}

    def refused(named: dict[str, int], data: dict[str, bytes]) -> str:
        listed = {name: {"sha256": "0" * 64, "bytes": size} for name, size in named.items()}
        packed = archive(data, manifest=json.dumps(manifest | {"files": listed}).encode())
        (desk.folder.parent / "b.zip").write_bytes(packed)
        line = desk.fails("restore", "../b.zip")
        assert {path.name for path in desk.folder.parent.iterdir()} == {"w", "b.zip"}
        return line

    assert "is damaged" in refused({"tagger.db": 10, "keys.json": 10}, files | {"keys.json": b"\0" * 300_000_000})
    assert "there is room for" in refused({"tagger.db": 10**16, "keys.json": 2}, files)
    for name in ("../evil", "/evil", "templates/../../evil", "a" * 300):
        assert "leads out of the workspace" in refused({"tagger.db": 0, name: 1}, {"tagger.db": b"", name: b"x"})
    both = {"tagger.db": b"", "templates": b"x", "templates/a": b"x"}
    assert "would be in a file" in refused(dict.fromkeys(both, 1), both)


def test_ids_that_read_like_paths_lead_nowhere(desk: Desk) -> None:
    ids = ["../../evil", "/evil", "..", ".", "a/../../b", "con", "-rf", "<b>", "=1+1", "%2e%2e", "~", "a\\..\\b"]
    rows = [{"id": i, "annotator": "../../ann", "title": f"Of {i}", "digest": "2026-08-07"} | GIVEN for i in ids]
    (desk.folder / "odd.jsonl").write_text("\n".join(map(json.dumps, rows)))
    desk.does("annotations", "import", "odd.jsonl")
    exported = [json.loads(line)["id"] for line in desk.does("annotations", "export").splitlines()]
    assert exported == [SAID["id"], *ids]
    desk.does("publish", "--digest", "2026-08-07", "--out", "site")
    desk.does("archive", "--out", "archive")
    assert {path.name for path in desk.folder.parent.iterdir()} == {"w"}
    there = {"tagger.toml", "tagger.db", "history.db", "tags.yaml", "set.yaml", "labels.jsonl", "odd.jsonl"}
    assert {path.name for path in desk.folder.iterdir()} - there == {"site", "archive"}
    for name in ("../../x", "..", "/etc"):
        for command in (("models", "show", name), ("models", "remove", name), ("models", "promote", name, "--force")):
            assert "no model version" in desk.fails(*command)


def test_no_text_becomes_sql(desk: Desk) -> None:
    ends = "x';DROP/**/TABLE/**/papers;--", 'x");DELETE/**/FROM/**/decisions;--', "x'/**/OR/**/'1'='1", "%s{0}?:limit"
    rows = [{"id": e, "annotator": e, "title": f"{e} of {i}", "abstract": e} | GIVEN for i, e in enumerate(ends)]
    (desk.folder / "odd.jsonl").write_text("\n".join(json.dumps(row | {"digest": "2026-08-07"}) for row in rows))
    desk.does("annotations", "import", "odd.jsonl")
    for end in ends:
        desk.does("review", "accept", end, "--tag", "habitat:sea", "--by", end)
        assert end in [hit["id"] for hit in json.loads(desk.does("search", end, "--json"))["papers"]]
        assert "no model version" in desk.fails("models", "show", end)
    desk.does("publish", "--digest", "2026-08-07", "--out", "site")
    said = [json.loads(line) for line in desk.does("annotations", "export").splitlines()]
    written = [(SAID["id"], SAID["annotator"]), *((end, end) for end in ends)]
    assert sorted((row["id"], row["annotator"]) for row in said) == sorted(written)
