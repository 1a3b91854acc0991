"""`tagger bulk` with the starter, as users run it."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Shell
from tests.conftest import ROOT

Rows = Callable[..., str]
ANNOTATIONS = ROOT / "examples" / "annotations_invented.jsonl"


def papers(count: int) -> list[dict[str, str]]:
    """Invented papers, each with an id."""
    rows = [json.loads(line) for line in ANNOTATIONS.read_text().splitlines()]
    found = [{"id": row["id"], "title": row["title"], "abstract": row["abstract"]} for row in rows][:count]
    assert len({paper["id"] for paper in found}) == count
    return found


def parts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


@pytest.mark.slow
def test_an_archive_gets_what_predict_suggests_however_it_is_cut_and_killed(shell: Shell, rows: Rows) -> None:
    shell.folder.joinpath("papers.jsonl").write_text(rows(*papers(40)))
    predicted = shell.json("predict", "--input", "papers.jsonl")["predictions"]
    done = shell.json("bulk", "papers.jsonl", "--out", "whole", "--shard-size", "7", "--workers", "1")
    assert (done["papers"], done["new"], done["rejected"], done["repeated"]) == (40, 40, 0, 0)
    found = [
        row for part in sorted((shell.folder / "whole").glob("*.parquet")) for row in pq.read_table(part).to_pylist()
    ]
    for row, said in zip(found, predicted, strict=True):
        assert {key: row[key] for key in ("id", "title", "model", "needs_review", "tags")} == {
            key: said[key] for key in ("id", "title", "model", "needs_review", "tags")
        }
        for dimension, scores in said["scores"].items():
            # `predict` prints four digits.
            assert row["scores"][dimension] == pytest.approx(scores, abs=5e-5 + 1e-6)

    arguments = [sys.executable, "-m", "tagger", "bulk", "papers.jsonl", "--out", "killed", "--shard-size", "7"]
    rng, kills = random.Random(4), 0
    while kills < 3:
        process = subprocess.Popen(arguments, cwd=shell.folder, env=os.environ | {"PYTHONPATH": str(ROOT)})
        try:
            process.wait(timeout=rng.uniform(1, max(2.0, done["seconds"])))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        kills += 1
    shell("bulk", "papers.jsonl", "--out", "killed")
    assert parts(shell.folder / "killed") == parts(shell.folder / "whole")


def test_what_stands_in_the_way_is_one_line(shell: Shell, rows: Rows) -> None:
    (shell.folder / "papers.jsonl").write_text(rows({"id": "a b", "title": "T"}, {"abstract": "A"}))
    assert "there is no file or folder nowhere" in shell.fails("bulk", "nowhere", "--out", "out")
    assert "there is no model version 'm'" in shell.fails("bulk", "papers.jsonl", "--out", "out", "--model", "m")
    told = shell.fails("bulk", "papers.jsonl", "--out", "out")
    assert "holds no paper that can be tagged" in told and "out/rejected.jsonl tells why" in told
    (shell.folder / "papers.jsonl").write_text(rows({"title": "T"}))
    assert "is over another source (papers.jsonl" in shell.fails("bulk", "papers.jsonl", "--out", "out")


def test_rows_that_were_set_aside_are_counted_and_the_run_succeeds(shell: Shell, rows: Rows) -> None:
    one, two = papers(2)
    (shell.folder / "papers.jsonl").write_text(rows(one, one, two) + "{\n")
    done = shell("bulk", "papers.jsonl", "--out", "out", "--model", "starter", "--workers", "1")
    assert done.stdout == (
        "2 papers tagged by starter, 2 of them now, in out\n"
        "2 rows set aside in out/rejected.jsonl: 1 can't be used, 1 repeat a paper\n"
    )
    assert done.stderr == ""
    assert shell.json("bulk", "papers.jsonl", "--out", "out")["new"] == 0


def tagged(shell: Shell, effort: str) -> list[dict[str, Any]]:
    """Return an archive's rows as that much effort tags them."""
    shell("bulk", "papers.jsonl", "--out", effort, "--effort", effort, "--workers", "1", "--shard-size", "90")
    return list(pq.read_table(shell.folder / effort / "part-00000.parquet").to_pylist())


@pytest.mark.slow
def test_a_cascade_takes_the_models_word_where_the_student_is_not_sure(shell: Shell, rows: Rows) -> None:
    shell.folder.joinpath("papers.jsonl").write_text(rows(*papers(90)))
    full, student, cascade = (tagged(shell, effort) for effort in ("full", "student", "cascade"))
    handed = [row for row, (mixed, said) in enumerate(zip(cascade, student, strict=True)) if mixed != said]
    assert 0 < len(handed) <= 12, "one in eight"
    for row in handed:
        for dimension, scores in full[row]["scores"].items():
            assert cascade[row]["scores"][dimension] == pytest.approx(scores, abs=1e-5)
    alike = [a["tags"] == b["tags"] for a, b in zip(full, student, strict=True)]
    assert 0.3 < sum(alike) / len(alike) < 1, "it is no copy, and no stranger"
    assert "was begun with --effort student" in shell.fails("bulk", "papers.jsonl", "--out", "student")


@pytest.mark.slow
def test_a_cascade_hands_over_the_same_papers_whoever_works_and_after_a_stop(shell: Shell, rows: Rows) -> None:
    shell.folder.joinpath("papers.jsonl").write_text(rows(*papers(60)))
    asked = ("bulk", "papers.jsonl", "--effort", "cascade", "--shard-size", "17", "--out")
    shell(*asked, "one", "--workers", "1")
    shell(*asked, "two", "--workers", "2")
    whole = parts(shell.folder / "one")
    assert len(whole) == 4 and parts(shell.folder / "two") == whole
    for name in ("part-00001.parquet", "part-00003.parquet"):
        (shell.folder / "two" / name).unlink()
    assert shell.json(*asked, "two", "--workers", "1")["new"] == 26
    assert parts(shell.folder / "two") == whole


def test_a_model_for_a_changed_tag_set_has_no_student_until_it_is_trained(shell: Shell, rows: Rows) -> None:
    shell.folder.joinpath("papers.jsonl").write_text(rows(*papers(2)))
    shell("tags", "retire", "modality:audio")
    told = shell.fails("bulk", "papers.jsonl", "--out", "out", "--effort", "student")
    assert "has no student" in told and "`tagger train`" in told
