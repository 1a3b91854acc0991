"""Ray Data itself, in processes of their own: it changes the one that it is in."""

import importlib.util
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tagger.bulk.engine import TagShard
from tagger.bulk.ray_engine import RayEngine
from tagger.bulk.rows import Shards
from tagger.errors import BulkError
from tests.conftest import ROOT
from tests.unit.bulk.quick_run import run

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="the extra ray isn't installed")


def with_ray(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.unit.bulk.quick_run", *map(str, arguments), "ray"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


@pytest.fixture
def source(tmp_path: Path) -> str:
    lines = [json.dumps({"id": f"p{i}", "title": f"Paper {i}"}) for i in range(235)]
    (tmp_path / "papers.jsonl").write_text("\n".join(["{", *lines, lines[3]]))
    return str(tmp_path / "papers.jsonl")


@needs_ray
@pytest.mark.slow
def test_ray_writes_the_same_bytes_as_the_local_engine_and_nothing_to_stdout(source: str, tmp_path: Path) -> None:
    run(source, tmp_path / "local")
    process = with_ray(source, tmp_path / "ray", 2, 0)
    told, warnings = process.communicate(timeout=300)
    assert (process.returncode, told) == (0, ""), warnings
    assert files(tmp_path / "ray") == files(tmp_path / "local")


@needs_ray
@pytest.mark.slow
def test_a_run_that_was_killed_under_ray_goes_on_locally(source: str, tmp_path: Path) -> None:
    run(source, tmp_path / "local")
    process = with_ray(source, tmp_path / "ray", 1, 0.02)
    while len(list(tmp_path.glob("ray/part-*"))) < 2:
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.communicate(timeout=120)
    _, new = run(source, tmp_path / "ray")
    assert 0 < new <= 235 - 20
    assert files(tmp_path / "ray") == files(tmp_path / "local")


def test_without_ray_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BulkError, match=r"pip install 'digest-tagger\[ray\]'"):
        list(RayEngine(1).tag(Shards(list, 10, frozenset()), _never))


def _never() -> TagShard:
    raise AssertionError("nothing is loaded")


@needs_ray
def test_a_ray_that_does_not_start_is_asked_again_and_then_told_in_one_line() -> None:
    code = """
import ray
from tagger.bulk.ray_engine import RayEngine
attempts = []
def too_slow(**options):
    attempts.append(1)
    raise Exception("The current node timed out\\nduring startup")
ray.init = too_slow
try:
    list(RayEngine(1).tag(lambda: [], lambda: None))
except Exception as error:
    print(len(attempts), type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.startswith("3 BulkError Ray doesn't start: The current node timed out during startup. Is the")
