"""Honest figures for what training would give now."""

from __future__ import annotations

from tagger.domain.model import Progress
from tagger.learning.evaluation import Evaluation
from tagger.learning.evaluation import evaluate as evaluate_examples
from tagger.learning.options import TrainingOptions
from tagger.steps.train import labelled_papers
from tagger.steps.workspace import Workspace


def evaluate(workspace: Workspace, *, options: TrainingOptions, folds: int, progress: Progress) -> Evaluation:
    """Cross-validate training on every paper that a person has tagged. Nothing is saved.

    Raises LearningError where there is too little to hold anything out.
    """
    return evaluate_examples(
        labelled_papers(workspace),
        workspace.tag_set,
        encoder=workspace.settings.encoder,
        options=options,
        folds=folds,
        progress=progress,
    )
