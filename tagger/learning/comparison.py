"""How a model version does on labelled papers that it didn't learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tagger.learning.examples import Example, labels_of
from tagger.learning.metrics import figures_of, mean_figures
from tagger.learning.prediction import load_predictor

# Fewer tell nothing, and more take longer than they tell.
LEAST_PAPERS, MOST_PAPERS = 20, 200


@dataclass(frozen=True, slots=True)
class Rival:
    """A model version's micro F1, the mean over dimensions, on so many papers that it didn't learn from."""

    name: str
    micro_f1: float
    papers: int


def rival(folder: Path, examples: Sequence[Example], at: datetime) -> Rival | None:
    """Judge a model version on the examples that are new to it; None if they are too few. Raises ModelError."""
    import numpy as np

    predictor = load_predictor(folder)
    known = predictor.learnt_from
    new = [example for example in examples if example.paper.id not in known][:MOST_PAPERS]
    if len(new) < LEAST_PAPERS:
        return None
    suggestions = predictor.predict([example.paper for example in new], at=at)
    figures = []
    for dimension in predictor.tag_set.dimensions:
        chosen = labels_of([Example(e.paper, s.tags) for e, s in zip(new, suggestions, strict=True)], dimension)
        scores = np.array([[s.scores[dimension.id][tag] for tag in dimension.tag_ids] for s in suggestions])
        figures.append(figures_of(labels_of(new, dimension), chosen, scores))
    return Rival(folder.name, mean_figures(figures).micro_f1, len(new))
