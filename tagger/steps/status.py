"""Where the work stands, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tagger.domain.labels import SuggestionSummary
from tagger.domain.model import Progress, no_progress
from tagger.errors import ModelError
from tagger.learning.starter import STARTER
from tagger.review import WEEKS_BEFORE, Checks, Drift, find_drift
from tagger.steps.audit import awaited_papers, checks_of, judged_tags
from tagger.steps.models import check_model
from tagger.steps.rule import target_of
from tagger.steps.standings import standings
from tagger.steps.workspace import Workspace
from tagger.store import Standings


@dataclass(frozen=True, slots=True)
class DigestStatus:
    """How far one day's papers are."""

    day: date
    papers: int
    decided: int
    waiting: int
    untagged: int


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """What blind checks found of what a rule accepted with the current model version; ``off``: they switched it off.

    ``accepted`` are the rule's tags, ``awaited`` those of them that a person still has to judge blind.
    """

    rule: str
    model: str
    accepted: int
    right: int
    judged: int
    awaited: int
    low: float
    high: float
    off: bool
    told: str


@dataclass(frozen=True, slots=True)
class Status:
    """Where a workspace stands. ``labelled_since`` counts papers that people tagged after the model was trained.

    ``blind`` papers have to be judged without seeing what is suggested for them. ``conflicts`` counts the tags,
    paper by paper, that people differ on. ``drift`` is how the current suggestions changed; None if too few.
    """

    papers: int
    annotated: int
    waiting: int
    model: str | None
    labelled_since: int
    digests: tuple[DigestStatus, ...]
    rules: tuple[RuleStatus, ...]
    blind: int
    drift: Drift | None
    next: str
    conflicts: int


def status(workspace: Workspace, progress: Progress = no_progress) -> Status:
    """Return where the workspace stands."""
    store = workspace.store
    kept = standings(workspace, progress)
    annotated, conflicts, total = kept.totals()
    digests = [
        DigestStatus(day, of.total(), of["decided"] + of["skipped"], of["waiting"], of["untagged"])
        for day, of in kept.by_digest().items()
    ]
    name = store.models.current_name()
    version = store.models.find(name) if name else None
    judged = list(judged_tags(workspace))
    since = annotated - version.papers if version and name != STARTER else annotated  # it learnt from other papers
    return Status(
        papers=total.total(),
        annotated=annotated,
        waiting=total["waiting"],
        model=name,
        labelled_since=max(since, 0),
        digests=tuple(digests),
        conflicts=conflicts,
        rules=_rules(workspace, name, checks_of(judged), kept.rules(name)) if name else (),
        blind=len(awaited_papers(judged)),
        drift=drift_of(workspace, name) if name else None,
        next=_next(workspace, annotated, digests, kept),
    )


def _rules(
    workspace: Workspace, model: str, checks: Mapping[tuple[str, str], Checks], holding: Iterable[str]
) -> tuple[RuleStatus, ...]:
    """Return the rules ``holding`` tags of a model version, also where nothing was drawn to be checked."""
    checks = {(rule, model): Checks() for rule in holding} | dict(checks)
    accepted = workspace.store.labels.decided_by_rules(model)
    found = []
    for (rule, of), c in checks.items():
        target = target_of(rule)
        if of == model and target is not None:
            off = c.fails(target)
            tags = accepted[rule]
            found.append(RuleStatus(rule, of, tags, c.right, c.judged, c.awaited, *c.interval, off, c.told))
    return tuple(found)


def drift_of(workspace: Workspace, model: str) -> Drift | None:
    """Return how a model version's suggestions changed over the latest weeks that it has any for."""
    store = workspace.store
    weeks: set[tuple[int, int]] = set()
    dated: list[tuple[date, SuggestionSummary]] = []
    seen: set[str] = set()
    for day in store.papers.digest_days():
        ids = [i for i in store.papers.ids_in_digest(day) if i not in seen]
        found = store.suggestions.summaries(ids, model)
        seen.update(ids)
        if found:
            weeks.add(day.isocalendar()[:2])
        if len(weeks) > WEEKS_BEFORE + 1:
            break
        dated += [(day, suggestion) for suggestion in found.values()]
    return find_drift(dated)


def _next(workspace: Workspace, annotated: int, digests: list[DigestStatus], kept: Standings) -> str:
    """Return the one thing to do now, as a command with its reason."""
    if not workspace.store.papers.count():
        return "tagger ingest FILE: there are no papers yet"
    model = workspace.store.models.current_name()
    if model is None:
        return _learning(annotated, f"{annotated} annotated papers are there to learn from")
    for digest in digests:
        if digest.untagged:
            step = f"tagger predict --digest {digest.day}: {digest.untagged} of its papers have no tags yet"
            return _suggesting(workspace, annotated, step)
        if digest.waiting:
            return f"tagger review list --digest {digest.day}: {digest.waiting} of its papers await review"
    others = kept.of_no_digest()
    if others["untagged"]:
        step = f"tagger predict: {others['untagged']} of the papers in no digest have no tags yet"
        return _suggesting(workspace, annotated, step)
    if others["waiting"]:
        return f"tagger review list: {others['waiting']} of the papers in no digest await review"
    if digests:
        return f"tagger publish --digest {digests[0].day} --out site: everything in it is decided"
    return "tagger ingest FILE --digest DATE: every paper is decided, and digests are what is published"


def _suggesting(workspace: Workspace, annotated: int, step: str) -> str:
    """Return the step that suggests tags, or what has to come before it."""
    try:
        check_model(workspace.current_model(), workspace.tag_set)
    except ModelError as error:
        return _learning(annotated, error.message)
    return step


def _learning(annotated: int, reason: str) -> str:
    if not annotated:
        return "tagger train: nobody has labelled yet, so tags are suggested by their names and meanings at first"
    return f"tagger train: {reason}"
