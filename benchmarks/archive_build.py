"""How long the archive site takes: built anew, built again, and after one more decision.

Usage: python -m benchmarks.archive_build FILE [WORKSPACE]

FILE is a file of digest papers over many days. They are predicted with the starter, which takes minutes, and every
suggested tag is accepted; WORKSPACE keeps that for another run.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from tagger.domain.model import no_progress
from tagger.steps.archive import archive
from tagger.steps.ingest import ingest
from tagger.steps.init import init
from tagger.steps.predict import predict
from tagger.steps.review import accept
from tagger.steps.workspace import Workspace, open_workspace


def main(source: str, folder: Path) -> None:
    """Print a table of the three builds."""
    if not (folder / "tagger.toml").exists():
        init(folder, None, _now())
        with open_workspace(folder) as workspace:
            ingest(workspace, [source], now=_now())
            predict(workspace, day=None, every=True, now=_now(), progress=no_progress)
            waiting = [i for i, state in workspace.states().items() if state.status == "waiting"]
            accept(workspace, waiting, (), by="benchmark", now=_now())
    with tempfile.TemporaryDirectory() as site, open_workspace(folder) as workspace:
        print("| build | seconds | days | papers | files written | unchanged |\n|---|--:|--:|--:|--:|--:|")
        _build("anew", workspace, Path(site))
        _build("again", workspace, Path(site))
        day = sorted(workspace.store.papers.digest_days())[-1]
        dimension = workspace.tag_set.dimensions[0]
        paper = workspace.store.papers.in_digest(day)[0]
        held = {tag.tag for tag in workspace.states([paper.id])[paper.id].effective}
        other = next(tag for tag in dimension.tag_ids if tag not in held)
        accept(workspace, [paper.id], [f"{dimension.id}:{other}"], by="benchmark", now=_now())
        _build("after a tag on the last day", workspace, Path(site))


def _build(name: str, workspace: Workspace, site: Path) -> None:
    began = time.perf_counter()
    built = archive(workspace, site, withhold=True, now=_now(), progress=no_progress)
    seconds = time.perf_counter() - began
    print(
        f"| {name} | {seconds:.1f} | {built.days} | {built.papers} | {built.written} | {built.unchanged} |", flush=True
    )


def _now() -> datetime:
    return datetime.now().astimezone()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else Path(made) / "workspace")
