"""A new model version from what people said."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tagger.domain.model import ModelVersion, Progress
from tagger.domain.paper import Paper
from tagger.domain.tags import TagKey
from tagger.learning.comparison import Comparison
from tagger.learning.examples import Example
from tagger.learning.options import TrainingOptions
from tagger.learning.readiness import Readiness, readiness
from tagger.learning.training import ENOUGH_PAPERS
from tagger.learning.training import train as train_model
from tagger.review import PaperState
from tagger.steps.agreement import paper_weights, trust_of_people
from tagger.steps.comparing import compare_with
from tagger.steps.models import free_name
from tagger.steps.standings import standings
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Trained:
    """A new model version, how long it took, what it can and can't do yet, and how it compares with the one before.

    ``comparison`` is None where the two can't be compared; ``promoted``: it is the current version now.
    """

    version: ModelVersion
    seconds: float
    readiness: Readiness
    comparison: Comparison | None
    promoted: bool

    @property
    def recipe(self) -> str:
        """What kind of model it is, in words; empty for the usual one."""
        if self.version.figures["recipe"] != "setfit":
            return ""
        return "Plain SetFit, to compare with: its library tuned the body, and heads alone decide, at .5."

    @property
    def tuning(self) -> str:
        """What fine-tuning brought on this data, in words; empty if it wasn't tried."""
        figures = self.version.figures
        frozen, tuned = figures["frozen_body_f1"], figures["tuned_body_f1"]
        if tuned is None:
            return ""
        used = "is used" if figures["body"] == "tuned" else "brought nothing here, so the encoder stays as it was"
        steps = ", ".join(map(str, figures["tuning_steps"]))
        return f"Fine-tuning: F1 {frozen:.3f} without, {tuned:.3f} with it (out of fold; {steps} steps); it {used}."

    @property
    def aim(self) -> str:
        """What thresholds were chosen for, and what they give out of fold, in words; empty without any label."""
        figures = self.version.figures
        if not self.version.papers:
            return ""
        right, found = figures["reached_precision"], figures["reached_recall"]
        said = f"{right:.1%} of the tags that reach them are right, {found:.1%} of the right ones do"
        return f"Thresholds for {figures['aim']}: {said}, of the scores they were chosen on."

    @property
    def standing(self) -> str:
        """How it compares with the version before and what follows, in words; empty where that can't be told."""
        found = self.comparison
        if found is None:
            return ""
        figures = f"micro F1 {found.f1_before['micro_f1']:.3f} before, {found.f1_after['micro_f1']:.3f} now"
        said = f"Replayed with {found.before} over {found.papers} papers that people judged: {figures}"
        if self.promoted:
            return f"{said}."
        name = self.version.name
        return (
            f"{said}; worse in {', '.join(found.worse)}. So {found.before} stays the current version: `tagger models "
            f"compare {name}` shows where, `tagger models promote {name} --force` takes the new one all the same."
        )


def train(workspace: Workspace, *, options: TrainingOptions, now: datetime, progress: Progress) -> Trained:
    """Train on every paper that a person has tagged, and make it the current version unless it does worse than that.

    Where nobody has tagged anything yet, it goes by the tags' names and meanings. The old version stays current until
    the new one is written whole. Raises LearningError where the encoder can't be used.
    """
    started = time.monotonic()
    trusted = trust_of_people(workspace)
    examples = labelled_papers(workspace, trusted)
    version = train_model(
        examples,
        workspace.tag_set,
        name=lambda: free_name(workspace, now),
        models=workspace.settings.models,
        encoder=workspace.settings.encoder,
        options=options,
        background=background_papers(workspace, examples),
        trust=trusted,
        created_at=now,
        progress=progress,
    )
    current = workspace.store.models.current_name()
    comparison = compare_with(workspace, current, version.name, examples, now, progress) if current else None
    promoted = comparison is None or not comparison.worse
    with workspace.store.write():
        workspace.store.models.save(version)
        if promoted:
            workspace.store.models.promote(version.name, now)
    seconds = time.monotonic() - started
    return Trained(version, seconds, readiness(examples, workspace.tag_set), comparison, promoted)


def labelled_papers(workspace: Workspace, trusted: Mapping[str, float] | None = None) -> list[Example]:
    """Return the papers a person has tagged with the tags that hold, or confirmed to have none, ordered by id.

    What a rule accepted is left out: a model doesn't learn from itself. Papers weigh as much as those are ``trusted``
    whose word holds, which is worked out where it isn't given.
    """
    trusted = trust_of_people(workspace) if trusted is None else trusted
    states = workspace.states(standings(workspace).spoken_of())
    may_be_empty = not all(dimension.required for dimension in workspace.tag_set.dimensions)
    chosen = {}
    for paper_id, state in states.items():
        by_people = [tag for tag in state.effective if tag.rule is None]
        wholly_by_people = state.status == "decided" and len(by_people) == len(state.effective)
        known = _known_tags(workspace, ((t.dimension, t.tag) for t in by_people))
        # That a paper has no tag is a label too, where it may have none.
        if known or (state.annotated and not by_people and may_be_empty):
            if state.annotated or wholly_by_people:
                chosen[paper_id] = known
    papers = {paper.id: paper for paper in workspace.store.papers.of(list(chosen))}
    tags = {paper_id: workspace.tag_set.ordered(chosen[paper_id]) for paper_id in sorted(chosen)}
    weights = paper_weights(workspace, tags, trusted)
    return [Example(papers[i], tags[i], _asked(workspace, states[i]), weights[i]) for i in tags]


def background_papers(workspace: Workspace, examples: Iterable[Example]) -> list[Paper]:
    """Return as many other papers as training can use to learn what is ordinary."""
    ids = {example.paper.id for example in examples}
    others = (paper for paper in workspace.store.papers.all() if paper.id not in ids)
    return list(itertools.islice(others, ENOUGH_PAPERS))


def _asked(workspace: Workspace, state: PaperState) -> frozenset[TagKey] | None:
    return workspace.tag_set.keys - state.unasked if state.unasked else None


def _known_tags(workspace: Workspace, tags: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = {}
    for dimension, tag in tags:
        if (dimension, tag) in workspace.tag_set.keys:
            chosen.setdefault(dimension, []).append(tag)
    return chosen
