"""Runs that are killed, each in a process of its own."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.unit.bulk.quick_run import run

KILLS = 12


def begin(source: Path, out: Path, workers: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", "tests.unit.bulk.quick_run", str(source), str(out), str(workers), "0.004"]
    return subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)


def end(process: subprocess.Popen[str], after_s: float | None = None) -> int:
    """Wait for a run's end, kill it ``after_s``, and return its exit code; its workers hold stderr until they end."""
    try:
        _, told = process.communicate(timeout=after_s)
        assert not told
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_at_any_moment_goes_on_and_ends_like_an_undisturbed_one(tmp_path: Path, workers: int) -> None:
    lines = [json.dumps({"id": f"p{i}", "title": f"Paper {i}"}) for i in range(235)]
    lines[17] = "{"
    lines[101] = lines[100]
    source = tmp_path / "papers.jsonl"
    source.write_text("\n".join(lines))
    run(str(source), tmp_path / "undisturbed")
    undisturbed = files(tmp_path / "undisturbed")
    assert len(undisturbed) == 24 + 2

    rng = random.Random(20260807 + workers)
    began = time.monotonic()
    assert end(begin(source, tmp_path / "timed", workers)) == 0
    whole_s = time.monotonic() - began
    outs = [tmp_path / "out0"]
    for _ in range(KILLS):
        # Much of a run is Python's start, so the moments are late enough to meet the work, too.
        if end(begin(source, outs[-1], workers), after_s=rng.uniform(0.2, 1) * whole_s) == 0:
            outs.append(tmp_path / f"out{len(outs)}")
    assert end(begin(source, outs[-1], workers)) == 0
    assert [files(out) == undisturbed for out in outs] == [True] * len(outs)
    assert len(outs) < KILLS


def test_workers_end_when_what_began_them_is_killed(tmp_path: Path) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text("".join(json.dumps({"title": f"Paper {i}"}) + "\n" for i in range(500)))
    process = begin(source, tmp_path / "out", 2)
    while not list(tmp_path.glob("out/part-*")):
        assert process.poll() is None
        time.sleep(0.05)
    group = process.pid
    assert end(process, after_s=0) == -9
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("a worker is still there")
