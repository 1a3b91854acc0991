"""Evaluations made up of random scores, for tests of what is told and drawn of them."""

import numpy as np

from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.learning.answers import Answers, Truth
from tagger.learning.bootstrap import draw_papers
from tagger.learning.evaluation import CurvePoint, Evaluation
from tagger.learning.thresholds import choose

PAPERS, FOLDS = 60, 3


def made_up(tag_set: TagSet, *, curve: bool = False) -> Evaluation:
    """Return an evaluation on 60 papers: the model's scores lie nearer to the truth than its peer's."""
    random = np.random.default_rng(0)
    labels = [random.random((PAPERS, len(d.tags))) < 0.3 for d in tag_set.dimensions]
    asked = tuple(np.ones_like(of_dimension) for of_dimension in labels)
    against = Truth(tag_set, tuple(labels), asked, np.arange(PAPERS) % FOLDS, draw_papers(PAPERS, 0))

    def answer(name: str, noise: float) -> Answers:
        answers = Answers(name, against)
        for fold in range(FOLDS):
            rows = np.flatnonzero(against.folds == fold)
            for i, dimension in enumerate(tag_set.dimensions):
                scores = np.clip(labels[i][rows] * 0.6 + 0.2 + random.normal(0, noise, labels[i][rows].shape), 0, 1)
                threshold = 0.4 + 0.1 * fold
                answers.take(i, rows, scores, choose(scores, threshold, required=dimension.required), threshold)
        return answers

    model = answer("tagger", 0.15)
    points = (CurvePoint(8, answer("tagger", 0.4)), CurvePoint(40, model)) if curve else ()
    embeddings = random.normal(size=(PAPERS, 8)).astype(np.float32)
    return Evaluation(against, model, (answer("a peer", 0.4),), np.arange(PAPERS) < 20, points, embeddings)


def tag_set_of(*sizes: int) -> TagSet:
    """Return a tag set with so many tags a dimension."""
    return TagSet(
        1,
        tuple(
            Dimension(f"d{i}", "?", False, tuple(Tag(f"t{n}", f"Tag {n}") for n in range(size)))
            for i, size in enumerate(sizes)
        ),
    )
