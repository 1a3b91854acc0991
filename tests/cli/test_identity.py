"""One paper from several sources, and papers that only look like one, from the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.unit.steps.desk import open_desk

BIB = r"""
@article{ek24, title = {{K}elp Forests and Sch\"odl's $\alpha$-Drones}, author = {Ek, Ann}, doi = {10.1000/182}}
@article{ek25, title = {Kelp Forests and Schödl's α-Drones, Seen Again}, author = {Ek, Ann}, doi = {10.1000/183}}
"""
LINES = """\
{"id": "2405.00001v2", "title": "Kelp forests and Schödl's α-drones", "abstract": "From above.", "authors": ["Ann Ek"]}
"""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    (tmp_path / "library.bib").write_text(BIB)
    (tmp_path / "arxiv.jsonl").write_text(LINES)
    with open_desk(tmp_path / "w") as desk:
        yield Shell(desk.workspace.settings.folder)


def test_one_paper_of_two_sources_is_one_and_its_near_duplicate_is_shown(shell: Shell, tmp_path: Path) -> None:
    bib, lines = str(tmp_path / "library.bib"), str(tmp_path / "arxiv.jsonl")
    assert shell.json("ingest", bib)["ids"] == ["10.1000/182", "10.1000/183"]
    again = shell.json("ingest", lines)
    assert (again["ids"], again["changed"]) == (["10.1000/182"], 1)
    found = shell.json("duplicates")
    (pair,) = found["pairs"]
    assert (found["total"], pair["reason"], pair["against"]) == (1, "the titles are alike", None)
    assert pair["papers"][0]["names"] == ["10.1000/182", "2405.00001"]
    assert pair["papers"][0]["sources"] == [bib, lines]
    assert shell("duplicates").stdout == (
        f"0.78  the titles are alike\n"
        f"      10.1000/182  Kelp forests and Schödl's α-drones  ({bib})\n"
        f"      10.1000/183  Kelp Forests and Schödl's α-Drones, Seen Again  ({bib})\n"
        f"1 pair\n"
    )


def test_a_paper_is_found_by_any_of_its_names(shell: Shell, tmp_path: Path) -> None:
    shell("ingest", str(tmp_path / "library.bib"), str(tmp_path / "arxiv.jsonl"))
    row = '{"id": "10.1000/182", "annotator": "ann", "habitat": ["sea"], "diet": []}\n'
    assert shell.json("annotations", "import", "-", stdin=row)["new"] == 1
    exported = shell("annotations", "export").stdout
    assert exported.count("\n") == 1 and '"id": "2405.00001"' in exported and '"doi": "10.1000/182"' in exported
    assert shell.json("annotations", "import", "-", stdin=row)["unchanged"] == 1


def test_without_duplicates_it_says_so(shell: Shell) -> None:
    assert shell("duplicates").stdout == "No two papers are alike.\n"
