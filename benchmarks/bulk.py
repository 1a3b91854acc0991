"""Papers a second and peak memory of `tagger bulk`, for each combination of what is given.

Usage: python -m benchmarks.bulk [--papers N...] [--workers N...] [--effort full|cascade|student...]

Tags the first N papers of ``arxiv_40k.jsonl.gz`` in TAGGER_SHARED_DATA, else ../shared/data, with the starter. Each run
is a command of its own, and its start is counted. The processors' time, of all its processes, is what other work on the
machine changes least. Memory is what all its processes hold at once, at its highest, and
what they share is counted once (Linux's PSS).
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ARCHIVE = Path(os.environ.get("TAGGER_SHARED_DATA", ROOT.parent / "shared" / "data")) / "arxiv_40k.jsonl.gz"
_LOOK_S = 0.5


def main(counts: list[int], workers: list[int], efforts: list[str], engine: str, shard_size: int) -> None:
    """Print a table."""
    print("| papers | engine | workers | effort | seconds | papers/s | processor s | peak MB |")
    print("|--:|---|--:|---|--:|--:|--:|--:|", flush=True)
    for count, number, effort in itertools.product(counts, workers, efforts):
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            _tagger(folder, "init").communicate()
            with gzip.open(ARCHIVE, "rb") as lines, (folder / "papers.jsonl").open("wb") as file:
                file.writelines(itertools.islice(lines, count))
            arguments = ("--workers", str(number), "--engine", engine, "--shard-size", str(shard_size))
            arguments += ("--effort", effort)
            began, spent = time.perf_counter(), _processor_seconds()
            process = _tagger(folder, "bulk", "papers.jsonl", "--out", "out", "--json", *arguments)
            peak = 0.0
            while process.poll() is None:
                peak = max(peak, sum(_megabytes(pid) for pid in _family(process.pid)))
                time.sleep(_LOOK_S)
            seconds = time.perf_counter() - began
            told, problem = process.communicate()
            if process.returncode:
                sys.exit(problem)
            papers, spent = json.loads(told)["new"], _processor_seconds() - spent
        print(
            f"| {papers} | {engine} | {number} | {effort} | {seconds:.0f} | {papers / seconds:.1f} | {spent:.1f} |"
            f" {peak:.0f} |",
            flush=True,
        )


def _tagger(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tagger", *arguments]
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=surroundings, stdout=pipe, stderr=pipe, text=True)


def _processor_seconds() -> float:
    """Return what the processes begun and ended so far have taken."""
    of_children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return of_children.ru_utime + of_children.ru_stime


def _family(pid: int) -> Iterator[int]:
    """Yield a process and all that it began."""
    yield pid
    with contextlib.suppress(OSError):  # it has just ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))


def _megabytes(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1000
    return 0.0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, nargs="+", default=[1000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--effort", choices=("full", "cascade", "student"), nargs="+", default=["full"])
    parser.add_argument("--engine", choices=("local", "ray"), default="local")
    parser.add_argument("--shard-size", type=int, default=250)
    given = parser.parse_args()
    main(given.papers, given.workers, given.effort, given.engine, given.shard_size)
