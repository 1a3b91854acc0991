"""How long the commands that people wait for take in a large workspace, each as a process of its own.

Usage: python -m benchmarks.large_store FOLDER [PAPERS] [VERSIONS]

Makes a workspace in FOLDER, unless there is one, of PAPERS papers (100,000) in digests of fifty, with a suggestion by
each of VERSIONS model versions (10) for each paper; people decided on all but the last two days. That takes minutes.
Then prints each command's time: the median of five runs. Of a workspace just made, the first command works out where
the papers stand, which is told apart.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tagger.domain.labels import Annotation, Decision, Suggestion
from tagger.domain.model import ModelVersion
from tagger.domain.paper import Entry, Paper
from tagger.domain.tags import TagSet
from tagger.steps.init import init
from tagger.steps.workspace import open_workspace

FIRST = date(2020, 1, 1)
A_DAY = 50
PORTION = 5_000
RUNS = 5
WORDS = (Path(__file__).parent.parent / "labels" / "GUIDE.md").read_text().lower().split()


def main(folder: Path, papers: int, versions: int) -> None:
    """Make the workspace if need be, and print a table of times."""
    if not (folder / "tagger.toml").exists():
        _make(folder, papers, versions)
    last = FIRST + timedelta(papers // A_DAY - 1)
    commands = (
        "status",
        "review list",
        f"review list --digest {last}",
        "search language model --limit 5",
        "search language --tag text --limit 5",
        f"review why p{papers - 1} modality:text",
        "review conflicts",
        f"review accept p{papers - 1}",
        "models list",
        "stats",
        f"publish --digest {last - timedelta(5)} --out {folder / 'site'}",
    )
    print("| command | seconds |\n|---|--:|")
    print(f"| status, the first time | {_seconds(folder, 'status'):.2f} |", flush=True)
    for command in commands:
        times = [_seconds(folder, command) for _ in range(RUNS)]
        print(f"| {command.replace(str(folder), 'FOLDER')} | {statistics.median(times):.2f} |", flush=True)


def _seconds(folder: Path, command: str) -> float:
    began = time.perf_counter()
    given = [sys.executable, "-m", "tagger", "--workspace", folder, *command.split()]
    done = subprocess.run(given, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"tagger {command}: {done.stderr}")
    return time.perf_counter() - began


def _make(folder: Path, papers: int, versions: int) -> None:
    init(folder, None, datetime(2020, 1, 1, tzinfo=UTC))
    with open_workspace(folder) as workspace:
        store, tag_set = workspace.store, workspace.tag_set
        with store.write():
            for number in range(versions):
                store.models.save(ModelVersion(f"m{number}", _at(number), "minilm", tag_set.version, "f", "d", 600))
            store.models.promote(f"m{versions - 1}", _at(versions))
        for start in range(0, papers, PORTION):
            portion = [_paper(number) for number in range(start, min(start + PORTION, papers))]
            with store.write():
                store.papers.save([Entry(p, FIRST + timedelta(int(p.id[1:]) // A_DAY)) for p in portion], _at(0))
                for version in range(versions):
                    store.suggestions.save((p, _suggestion(p, version, tag_set)) for p in portion)
                decided = [p for p in portion if int(p.id[1:]) < papers - 2 * A_DAY]
                store.labels.decide([d for p in decided for d in _decisions(p, versions - 1, tag_set)], _at(0))
                annotations = [_annotation(p, tag_set) for p in decided[:100]]
                store.labels.annotate(annotations, source="import", tag_set_version=tag_set.version, now=_at(0))
            print(f"{start + len(portion)} papers", file=sys.stderr)


def _paper(number: int) -> Paper:
    chance = random.Random(number)  # nosec B311 # the same papers every time
    title = " ".join(chance.choices(WORDS, k=9))
    return Paper(
        f"p{number}", f"{title} {number}", " ".join(chance.choices(WORDS, k=150)), authors=(f"Author {number}",)
    )


def _suggestion(paper: Paper, version: int, tag_set: TagSet) -> Suggestion:
    chance = random.Random(f"{paper.id} {version}")  # nosec B311 # the same papers every time
    scores = {d.id: {tag: round(chance.random() ** 6, 4) for tag in d.tag_ids} for d in tag_set.dimensions}
    tags = {d: (max(of, key=lambda tag: of[tag]),) for d, of in scores.items()}
    return Suggestion(paper.id, f"m{version}", _at(version), tags, scores, needs_review=chance.random() < 0.4)


def _decisions(paper: Paper, version: int, tag_set: TagSet) -> Iterator[Decision]:
    for dimension, tags in _suggestion(paper, version, tag_set).tags.items():
        for tag in tags:
            yield Decision(paper.id, dimension, tag, "accepted", "ann", _at(version + 1), None, f"m{version}", 0.9)


def _annotation(paper: Paper, tag_set: TagSet) -> Annotation:
    return Annotation(paper.id, "ann", _at(0), dict(_suggestion(paper, 0, tag_set).tags))


def _at(version: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=version)


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[2:]]
    main(Path(sys.argv[1]), *(given + [100_000, 10][len(given) :]))
