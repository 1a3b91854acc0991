"""Honest figures for what training would give now."""

from __future__ import annotations

from pathlib import Path

from tagger.domain.model import Progress
from tagger.learning.evaluation import Evaluation
from tagger.learning.evaluation import evaluate as evaluate_examples
from tagger.learning.options import EvaluationOptions, TrainingOptions
from tagger.learning.plots import check_plots, write_plots
from tagger.steps.train import background_papers, labelled_papers
from tagger.steps.workspace import Workspace


def evaluate(
    workspace: Workspace,
    *,
    options: TrainingOptions,
    how: EvaluationOptions,
    plots: Path | None,
    progress: Progress,
) -> Evaluation:
    """Cross-validate training on every paper that a person has tagged. Nothing is saved.

    Raises LearningError where there is too little to hold anything out, and before any training where nothing could be
    drawn in the folder ``plots``.
    """
    if plots:
        check_plots(plots)
    examples = labelled_papers(workspace)
    evaluation = evaluate_examples(
        examples,
        workspace.tag_set,
        encoder=workspace.settings.encoder,
        options=options,
        how=how,
        background=background_papers(workspace, examples),
        progress=progress,
    )
    return evaluation


def draw(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Draw an evaluation's figures; returns the files. Raises OSError if one can't be written."""
    return write_plots(evaluation, folder)
