"""Papers and annotations of strangers, in every format."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import fields
from pathlib import Path

import pytest

from tagger.domain.paper import Paper
from tagger.sources import Parsed, Rejected, open_stream, parse_source
from tagger.steps.annotations import export_annotations, import_annotations
from tagger.steps.ingest import rejections_in_words
from tagger.steps.init import init
from tagger.steps.workspace import Workspace, open_workspace
from tests.conftest import NOW
from tests.fuzz.harness import check_line, fuzz
from tests.fuzz.seeds import ANNOTATIONS, PAPERS, TAGS

SLOW = {"parquet": 150, "Arrow": 150}
STREAMS = ("JSON Lines", "gzip", "zst", "parquet", "Arrow", "predictions")


class Undone(Exception):
    """Ends a transaction that isn't to be kept."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with made(tmp_path_factory.mktemp("fuzzed")) as opened:
        yield opened


def made(folder: Path) -> AbstractContextManager[Workspace]:
    (folder / "set.yaml").write_text(TAGS)
    init(folder / "w", folder / "set.yaml", NOW)
    return open_workspace(folder / "w")


def check_papers(found: Parsed, workspace: Workspace) -> None:
    """Check that papers are whole, and that the store takes and gives them as they are."""
    check_line(rejections_in_words(found.rejected))
    papers = [entry.paper for entry in found.entries]
    for paper in papers:
        assert paper.title and paper.id.isprintable() and len(paper.id.split()) == 1
        for text in (paper.title, paper.abstract, paper.url or "", *paper.authors, *paper.categories):
            text.encode()
            assert text == " ".join(text.split()), "on one line"
    with pytest.raises(Undone), workspace.store.write():
        saved = workspace.store.papers.save(list(found.entries), NOW)
        assert saved.new <= len(papers)
        for kept in workspace.store.papers.of(list(saved.ids)):
            assert all(hasattr(kept, field.name) for field in fields(Paper))
        raise Undone


@pytest.mark.parametrize("name", PAPERS)
def test_mutated_papers_are_read_or_refused_in_one_line(workspace: Workspace, name: str) -> None:
    def feed(data: bytes) -> None:
        check_papers(parse_source(data, today=NOW.date()), workspace)

    fuzz(name, PAPERS[name], feed, few=SLOW.get(name, 300))
    assert workspace.store.papers.count() == 0


@pytest.mark.parametrize("name", STREAMS)
def test_mutated_papers_are_streamed_or_refused_in_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "papers"

    def feed(data: bytes) -> None:
        path.write_bytes(data)
        found = list(open_stream(str(path)))
        check_line(rejections_in_words([item for item in found if isinstance(item, Rejected)]))

    fuzz(f"stream of {name}", PAPERS[name][:1], feed, few=SLOW.get(name, 200))


def test_mutated_annotations_are_taken_or_refused_in_one_line_and_come_out_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "labels.jsonl"

    def feed(data: bytes) -> None:
        path.write_bytes(data)
        check_line(rejections_in_words(import_annotations(workspace, str(path), now=NOW).rejected))

    with pytest.raises(Undone), workspace.store.write():
        fuzz("annotations", ANNOTATIONS, feed, few=200)
        exported = list(export_annotations(workspace))
        raise Undone
    path.write_text("".join(exported))
    with made(tmp_path) as other:
        again = import_annotations(other, str(path), strict=True, now=NOW)
        assert again.new == len(exported) > 1
        assert sorted(map(json.loads, export_annotations(other)), key=str) == sorted(map(json.loads, exported), key=str)
