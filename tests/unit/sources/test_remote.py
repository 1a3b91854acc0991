"""What fsspec reaches: its file system in memory is one like any other, and so is this machine's by its URLs."""

import gzip
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tagger.domain.paper import Entry
from tagger.errors import SourceError
from tagger.sources import open_stream

ROWS = [{"id": f"p{n}", "title": f"Title {n}", "abstract": "An abstract."} for n in range(2500)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


def parquet() -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), made, row_group_size=1000)
    return made.getvalue()


@pytest.fixture
def memory() -> Iterator[Any]:
    files = fsspec.filesystem("memory")
    yield files
    files.rm("/", recursive=True) if files.ls("/") else None


def ids(url: str) -> list[str]:
    return [entry.paper.id for entry in open_stream(url) if isinstance(entry, Entry)]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.jsonl", LINES), ("a.jsonl.gz", gzip.compress(LINES)), ("a.parquet", parquet())],
    ids=["lines", "gzip", "parquet"],
)
def test_papers_are_read_from_wherever_fsspec_gets(memory: Any, name: str, content: bytes) -> None:
    memory.pipe(f"/bucket/{name}", content)
    stream = open_stream(f"memory://bucket/{name}")
    assert stream.name == name
    assert ids(f"memory://bucket/{name}") == [row["id"] for row in ROWS]
    assert [e.paper.id for e in stream if isinstance(e, Entry)] == [row["id"] for row in ROWS], "it is read again"


def test_a_folder_is_read_in_the_order_of_its_names_and_says_what_it_left_out(memory: Any) -> None:
    memory.pipe("/bucket/data/b.parquet", parquet())
    memory.pipe("/bucket/data/a.jsonl", b'{"id": "first", "title": "A title"}\n')
    memory.pipe("/bucket/data/README.md", b"# Papers")
    memory.pipe("/bucket/data/.hidden.jsonl", b'{"id": "hidden", "title": "A title"}\n')
    stream = open_stream("memory://bucket/data/")
    assert (stream.name, stream.left_out) == ("data", ("README.md",))
    assert ids("memory://bucket/data")[:2] == ["first", "p0"]
    assert next(e.place for e in stream if isinstance(e, Entry)) == "a.jsonl, line 1"


def test_a_file_that_changed_has_another_identity(memory: Any) -> None:
    memory.pipe("/bucket/a.jsonl", LINES)
    stream = open_stream("memory://bucket/a.jsonl")
    before = stream.identity()
    assert before == stream.identity() == open_stream("memory://bucket/a.jsonl").identity() and before[0] == len(LINES)
    memory.pipe("/bucket/a.jsonl", LINES.replace(b'Title 7"', b'Other 7"'))
    assert stream.identity() != before


def test_a_folder_of_this_machine_by_its_url_is_the_same_source(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINES)
    assert ids((tmp_path / "a.jsonl").as_uri()) == ids(str(tmp_path / "a.jsonl"))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("memory://bucket/none.jsonl", "no file that can be read as a stream"),
        ("nix://ann:hush@bucket/a.jsonl", "can't read nix://bucket/a.jsonl"),
        ("https://ann:hush@example.org/a.jsonl", "there is no file or folder https://example.org"),
        ("simplecache::http://ann:hush@127.0.0.1:9/a.jsonl", "there is no file or folder simplecache::http://127"),
        ("hf://datasets/ann/papers", "can't read hf://datasets/ann/papers"),
    ],
)
def test_what_can_not_be_reached_is_one_line(url: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(SourceError, match=told) as caught:
        open_stream(url)
    assert "hush" not in str(caught.value)


def test_what_breaks_off_is_one_line(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.pipe("/bucket/a.parquet", parquet()[:-20])
    with pytest.raises(SourceError, match=r"memory://bucket/a\.parquet: the Parquet or Arrow file is damaged"):
        list(open_stream("memory://bucket/a.parquet"))
    memory.pipe("/bucket/a.jsonl", LINES)
    stream = open_stream("memory://bucket/a.jsonl")
    memory.rm("/bucket/a.jsonl")
    with pytest.raises(SourceError, match=r"can't read memory://bucket/a\.jsonl"):
        list(stream)
