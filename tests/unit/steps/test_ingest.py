import json
import os
from datetime import date
from pathlib import Path

import pytest

from tagger.steps.ingest import Ingested, ingest
from tagger.steps.workspace import Workspace
from tests.conftest import NOW

DAY, NEXT = date(2026, 8, 7), date(2026, 8, 8)


def file(folder: Path, name: str, *records: dict[str, object]) -> str:
    (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(folder / name)


def take(workspace: Workspace, *sources: str, day: date | None = None) -> Ingested:
    return ingest(workspace, sources, digest=day, now=NOW)


def counts(found: Ingested) -> tuple[int, int, int]:
    return found.new, found.changed, found.unchanged


def test_sources_that_disagree_are_merged_the_last_counts_and_that_is_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    first = file(tmp_path, "a", {"id": "p", "title": "T", "abstract": "old", "authors": ["Ann"], "digest": str(DAY)})
    second = file(tmp_path, "b", {"id": "p", "title": "T", "abstract": "new", "digest": str(NEXT)})
    for expected in ((1, 0, 0), (0, 0, 1), (0, 0, 1)):
        found = take(workspace, first, second)
        assert counts(found) == expected
        assert found.notes == (
            f"{second}, line 1: the paper p of {first}, line 1 again with other fields; this one counts",
        )
    paper = workspace.store.papers.find("p")
    assert paper and (paper.abstract, paper.authors) == ("new", ("Ann",))
    assert workspace.store.papers.digest_days() == {DAY: 1, NEXT: 1}


def test_a_wrong_day_is_put_right_by_saying_another(workspace: Workspace, tmp_path: Path) -> None:
    source = file(tmp_path, "a", {"title": "T"}, {"title": "U"})
    take(workspace, source, day=DAY)
    assert take(workspace, source, day=NEXT).notes == (f"the digest of {DAY} is that of {NEXT} now",)
    assert take(workspace, source, day=NEXT).notes == ()
    assert workspace.store.papers.digest_days() == {NEXT: 2}


def test_a_paper_listed_again_stays_in_its_former_digest(workspace: Workspace, tmp_path: Path) -> None:
    take(workspace, file(tmp_path, "a", {"title": "T"}, {"title": "U"}), day=DAY)
    assert take(workspace, file(tmp_path, "b", {"title": "T"}, {"title": "V"}), day=NEXT).notes == ()
    assert workspace.store.papers.digest_days() == {NEXT: 2, DAY: 2}


def test_a_source_with_ids_and_one_without_bring_each_paper_once(workspace: Workspace, tmp_path: Path) -> None:
    bare = file(tmp_path, "a", {"title": "One"}, {"title": "Two"})
    full = file(tmp_path, "b", {"id": "2405.00001", "title": "one!"}, {"id": "2405.00002", "title": "Two"})
    take(workspace, bare, day=DAY)
    assert take(workspace, full, day=DAY).ids == ("2405.00001", "2405.00002")
    assert take(workspace, bare, day=DAY).ids == ("2405.00001", "2405.00002")
    assert [p.id for p in workspace.store.papers.in_digest(DAY)] == ["2405.00001", "2405.00002"]


def test_a_password_in_an_address_among_sources_is_never_shown(workspace: Workspace, tmp_path: Path) -> None:
    found = take(workspace, file(tmp_path, "a", {"title": "T"}), "HTTP://ann:secret@127.0.0.1:1/x")
    assert "127.0.0.1" in str(found.rejected) and "secret" not in str(found.rejected)


def test_a_folder_of_days_brings_a_paper_into_each_digest_that_lists_it(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "days"
    folder.mkdir()
    file(folder, "a", {"title": "T", "digest": str(DAY)}, {"title": "U", "digest": str(DAY)})
    file(folder, "b", {"title": "V", "digest": str(NEXT)}, {"title": "T", "digest": str(NEXT)}, {"title": "U"})
    for _ in range(2):
        assert take(workspace, str(folder)).notes == ()
    listed = {day: [paper.title for paper in workspace.store.papers.in_digest(day)] for day in (DAY, NEXT)}
    assert listed == {DAY: ["T", "U"], NEXT: ["V", "T"]}


def test_a_file_whose_name_is_no_text_is_read(workspace: Workspace, tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path / "caf") + b"\xe9")
    Path(odd).write_text('{"title": "T"}')
    [paper_id] = take(workspace, odd).ids
    assert workspace.store.papers.sources_of([paper_id]) == {paper_id: (f"{tmp_path}/caf\\udce9",)}


ARXIV = "https://arxiv.org/abs/2405.0000"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"id": "2405.00001", "doi": "10.1000/a"}, {"id": "10.1000/a", "url": f"{ARXIV}2"}),
        ({"id": "2405.00001", "url": f"{ARXIV}2"}, {"id": "2405.00002"}),
        ({"id": "x", "url": f"{ARXIV}1"}, {"id": "2405.00002", "doi": "10.1000/a"}),
    ],
)
def test_papers_of_two_arxiv_ids_stay_two_also_where_another_id_says_they_are_one(
    workspace: Workspace, tmp_path: Path, first: dict[str, object], second: dict[str, object]
) -> None:
    one = file(tmp_path, "a", first | {"title": "Kelp", "abstract": "of the sea"})
    also = file(tmp_path, "b", {"id": "x", "title": "Kelp", "abstract": "of the sea", "url": f"{ARXIV}2"})
    other = file(tmp_path, "c", second | {"title": "Oaks", "abstract": "of the forest"})
    sources = [one, also, other] if first["id"] == "x" else [one, other]
    for _ in range(2):
        assert {paper_id for source in sources for paper_id in take(workspace, source).ids} == {
            first["id"],
            "2405.00002",
        }
    found = {paper.id: (paper.title, paper.abstract) for paper in workspace.store.papers.all()}
    assert found == {first["id"]: ("Kelp", "of the sea"), "2405.00002": ("Oaks", "of the forest")}
    assert workspace.store.papers.resolve(["2405.00002"]) == {"2405.00002": "2405.00002"}
