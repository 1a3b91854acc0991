"""The report: everything that is known of how good the tagging is, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tagger.domain.model import Progress
from tagger.domain.report import Section
from tagger.errors import LearningError
from tagger.learning.evaluation import Evaluation
from tagger.learning.evaluation import evaluate as evaluate_examples
from tagger.learning.options import EvaluationOptions, TrainingOptions
from tagger.learning.plots import check_matplotlib
from tagger.learning.report import evaluation_sections
from tagger.learning.report_plots import agreement_picture, drift_picture
from tagger.publishing import report_page, write_changed
from tagger.review import LEAST_FOR_DRIFT, Drift
from tagger.steps.agreement import Agreed, agreement
from tagger.steps.status import drift_of
from tagger.steps.train import background_papers, labelled_papers
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Report:
    """What is told, in the page's order, and the cross-validation behind it, None where it couldn't be done."""

    title: str
    sections: tuple[Section, ...]
    evaluation: Evaluation | None


def report(workspace: Workspace, *, options: TrainingOptions, folds: int, progress: Progress) -> Report:
    """Cross-validate once and tell all that follows from it, and how far people agree, and what drifts.

    Nothing is saved. What can't be told says why in its section. Raises LearningError if nothing can be drawn here.
    """
    check_matplotlib()
    evaluation, told = None, []
    examples = labelled_papers(workspace)
    try:
        evaluation = evaluate_examples(
            examples,
            workspace.tag_set,
            encoder=workspace.settings.encoder,
            options=options,
            how=EvaluationOptions(folds=folds, curve=True),
            background=background_papers(workspace, examples),
            progress=progress,
        )
        told += evaluation_sections(evaluation, options.seed)
    except LearningError as error:
        told.append(Section("How good it is", f"{error}."))
    told += [_agreement(workspace, agreement(workspace)), _drift(workspace)]
    return Report(workspace.settings.title, tuple(told), evaluation)


def write_report(found: Report, path: Path, now: datetime) -> None:
    """Write the page, whole or not at all. Raises OSError as the system gives it."""
    write_changed({path.name: report_page(found.title, found.sections, now)}, path.parent)


def _agreement(workspace: Workspace, found: Agreed) -> Section:
    title, figures = "Agreement between people", found.agreement
    if not figures.shared:
        people = len(figures.annotated)
        who = {0: "Nobody has", 1: "One person has"}.get(people, f"{people} people have")
        return Section(title, f"{who} annotated papers here, and no paper twice, so how far people agree isn't known.")
    names = {(d.id, tag.id): tag.name for d in workspace.tag_set.dimensions for tag in d.tags}
    tags = sorted((tag for tag in figures.tags if tag.f1 is not None), key=lambda tag: tag.f1 or 0.0)
    alpha = ", ".join(f"{d} {'-' if a is None else f'{a:.2f}'}" for d, a in figures.alpha.items())
    says = (
        f"On {figures.shared} papers that several people annotated, Krippendorff's alpha is {alpha} "
        f"(1: always the same, 0: as by chance); on {len(found.conflicts)} tags people differ, which nobody settled."
    )
    rows = [(names[tag.dimension, tag.tag], f"{tag.f1:.2f}", str(tag.given), str(tag.both)) for tag in tags]
    pictures = (agreement_picture([(row[0], tag.f1 or 0.0) for row, tag in zip(rows, tags, strict=True)], says),)
    headings = ("tag", "F1 between people", "given by one of a pair", "by both")
    return Section(title, says, pictures if rows else (), headings, rows)


def _drift(workspace: Workspace) -> Section:
    title, model = "Drift", workspace.store.models.current_name()
    found = drift_of(workspace, model) if model else None
    if found is None:
        least = f"{LEAST_FOR_DRIFT} suggestions of the current model in the latest week, and as many before"
        return Section(title, f"Whether suggestions change from week to week can't be told yet: that takes {least}.")
    says = _moved(workspace, found)
    weeks = [
        (w.week, f"{w.papers}", f"{w.tags_per_paper:.1f}", f"{w.mean_score:.2f}", f"{w.unsure}") for w in found.weeks
    ]
    picture = drift_picture(
        [week.week for week in found.weeks],
        [week.mean_score for week in found.weeks],
        [week.unsure / week.papers for week in found.weeks],
        says,
    )
    return Section(title, says, (picture,), ("week", "papers", "tags a paper", "mean score", "unsure"), weeks)


def _moved(workspace: Workspace, found: Drift) -> str:
    """Return what changed beyond chance, in a sentence."""
    names = {(d.id, tag.id): tag.name for d in workspace.tag_set.dimensions for tag in d.tags}
    week = found.weeks[-1].week
    parts = [
        f"{names.get((s.dimension, s.tag), s.tag)} {s.before:.0%} → {s.now:.0%} of the papers" for s in found.shifts
    ]
    if found.scores_moved:
        parts.insert(0, f"scores {found.score_before:.2f} → {found.score_now:.2f}")
    return f"In {week}, against the weeks before: {'; '.join(parts) or 'nothing changed beyond chance'}."
