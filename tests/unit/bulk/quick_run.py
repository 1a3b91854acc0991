"""A run by a model that takes no loading.

python -m tests.unit.bulk.quick_run SOURCE OUT WORKERS SECONDS_A_PAPER [ENGINE]
"""

import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tagger.bulk import Model, Plan, Survey, open_run
from tagger.bulk.local import LocalEngine
from tagger.bulk.ray_engine import RayEngine
from tagger.domain.labels import Suggestion
from tagger.domain.model import no_progress
from tagger.domain.paper import Paper
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.sources import open_stream
from tagger.steps.bulk import StreamRows
from tests.conftest import NOW

TAG_SET = TagSet(
    3,
    (
        Dimension("habitat", "Where?", True, (Tag("sea", "Sea"), Tag("cs.CV", "Odd id"))),
        Dimension("diet", "What?", False, (Tag("plants", "Plants"),)),
    ),
)


@dataclass(frozen=True)
class QuickModel:
    """Scores are a hash of the title, so that whatever is confused shows."""

    seconds: float = 0.0

    def __call__(self) -> Model:
        return self.suggest

    def suggest(self, papers: Sequence[Paper]) -> list[Suggestion]:
        time.sleep(self.seconds * len(papers))
        return [_suggestion(paper) for paper in papers]


def _suggestion(paper: Paper) -> Suggestion:
    a, b, c = (byte / 255 for byte in hashlib.sha256(paper.title.encode()).digest()[:3])
    scores = {"habitat": {"sea": a, "cs.CV": b}, "diet": {"plants": c}}
    tags = {d: tuple(tag for tag, score in of.items() if score > 0.5) for d, of in scores.items()}
    return Suggestion(paper.id, "quick", NOW, tags, scores, a < 0.5)


def plan_of(source: str, shard_size: int = 10) -> Plan:
    stream = open_stream(source)
    return Plan(stream.name, *stream.identity(), "quick", "m" * 64, TAG_SET.fingerprint, shard_size)


def run(source: str, out: Path, workers: int = 1, seconds: float = 0.0, engine: str = "local") -> tuple[Survey, int]:
    chosen = RayEngine(workers) if engine == "ray" else LocalEngine(workers)
    rows = StreamRows(open_stream(source))
    with open_run(out, plan_of(source), None) as opened:
        found = opened.survey(rows(), no_progress)
        return found, opened.tag(rows, found, chosen, QuickModel(seconds), TAG_SET, no_progress)


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), *sys.argv[5:])
