"""How well a tag is suggested that was added after training: the table in docs/tags.md.

    python -m benchmarks.new_tags ANNOTATIONS.jsonl

Half of the papers are learnt from without twelve tags of the task and method-family dimensions, which are drawn; the
version is then adapted to the whole tag set and judged on the other half, on those twelve tags alone. Beside it stand
a version that knew the twelve and no label at all, and one that learnt them with the others.
"""

import sys
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.make_prior import read_pool
from tagger.domain.model import no_progress
from tagger.domain.tags import TagKey, TagSet
from tagger.learning.adapting import adapt
from tagger.learning.examples import Example, folds_of
from tagger.learning.metrics import average_precision, f1
from tagger.learning.options import TrainingOptions
from tagger.learning.prediction import load_predictor
from tagger.learning.training import train
from tagger.settings.workspace import DEFAULT_ENCODER

DRAWN, LEAST_USES = 12, 8
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main(source: str) -> None:
    """Train, adapt, judge and print a line for each way."""
    pool = read_pool(source)
    halves = folds_of([e.paper.id for e in pool.examples], 2, "new tags")
    known, apart = ([e for e, half in zip(pool.examples, halves, strict=True) if half == n] for n in (0, 1))
    drawn = _draw(pool.tag_set, apart)
    fewer = without(pool.tag_set, drawn)
    print(f"{len(known)} papers to learn from, {len(apart)} apart, tags: {', '.join(':'.join(key) for key in drawn)}")
    print(f"{'':34}{'average precision':>18}{'micro F1':>10}")
    with tempfile.TemporaryDirectory() as place:
        models = Path(place)
        bare = [replace(e, tags=tags_without(e, drawn)) for e in known]
        _train(bare, fewer, models, "before")
        adapt(models / "before", pool.tag_set, [e.paper for e in known[:200]], name="added", created_at=NOW)
        _train([], pool.tag_set, models, "unlabelled")
        _train(known, pool.tag_set, models, "labelled")
        for name, told in (
            ("added", "added to a version without them"),
            ("unlabelled", "no label of any tag"),
            ("labelled", "labelled like the others"),
        ):
            precision, micro = _judge(models / name, apart, drawn)
            print(f"{told:34}{precision:18.3f}{micro:10.3f}", flush=True)


def _draw(tag_set: TagSet, apart: Sequence[Example]) -> list[TagKey]:
    uses = {
        (d.id, tag): sum(tag in e.tags[d.id] for e in apart)
        for d in tag_set.dimensions
        if d.id != "modality"
        for tag in d.tag_ids
    }
    enough = sorted(key for key, n in uses.items() if n >= LEAST_USES)
    return [enough[i] for i in sorted(np.random.default_rng(0).permutation(len(enough))[:DRAWN])]


def without(tag_set: TagSet, drawn: Collection[TagKey]) -> TagSet:
    """Return a tag set without some tags."""
    dimensions = (
        replace(d, tags=tuple(tag for tag in d.tags if (d.id, tag.id) not in drawn)) for d in tag_set.dimensions
    )
    return replace(tag_set, dimensions=tuple(dimensions))


def tags_without(example: Example, drawn: Collection[TagKey]) -> dict[str, tuple[str, ...]]:
    """Return an example's tags but for some."""
    return {d: tuple(tag for tag in tags if (d, tag) not in drawn) for d, tags in example.tags.items()}


def _train(examples: Sequence[Example], tag_set: TagSet, models: Path, name: str) -> None:
    train(
        examples,
        tag_set,
        name=lambda: name,
        models=models,
        encoder=DEFAULT_ENCODER,
        options=TrainingOptions(body="frozen"),
        created_at=NOW,
        progress=no_progress,
    )


def _judge(folder: Path, apart: Sequence[Example], drawn: Sequence[TagKey]) -> tuple[float, float]:
    said = load_predictor(folder).predict([e.paper for e in apart], at=NOW)
    labels = np.array([[tag in e.tags[d] for d, tag in drawn] for e in apart])
    scores = np.array([[s.scores[d][tag] for d, tag in drawn] for s in said])
    chosen = np.array([[tag in s.tags[d] for d, tag in drawn] for s in said])
    precisions = [average_precision(labels[:, i], scores[:, i]) for i in range(len(drawn))]
    return float(np.mean(precisions)), f1(int((labels & chosen).sum()), int(chosen.sum()), int(labels.sum()))


if __name__ == "__main__":
    main(sys.argv[1])
