"""Where the work stands, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tagger.errors import ModelError
from tagger.learning.starter import STARTER
from tagger.review import Checks, Drift, PaperState, find_drift
from tagger.steps.audit import awaited_papers, checks_of, judged_tags
from tagger.steps.models import check_model
from tagger.steps.rule import target_of
from tagger.steps.workspace import Workspace


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


def status(workspace: Workspace) -> Status:
    """Return where the workspace stands."""
    store = workspace.store
    states = workspace.states()
    annotated = sum(state.annotated for state in states.values())
    waiting = sum(state.status == "waiting" for state in states.values())
    digests = []
    days: dict[str, date] = {}
    for day in store.papers.digest_days():
        ids = [paper.id for paper in store.papers.in_digest(day)]
        days |= dict.fromkeys(ids, day)
        tally = Counter(states[paper_id].status for paper_id in ids)
        decided = tally["decided"] + tally["skipped"]
        digests.append(DigestStatus(day, len(ids), decided, tally["waiting"], tally["untagged"]))
    name = store.models.current_name()
    version = store.models.find(name) if name else None
    judged = list(judged_tags(workspace))
    suggestions = ((days[i], s.suggestion) for i, s in states.items() if i in days and s.suggestion)
    since = annotated - version.papers if version and name != STARTER else annotated  # it learnt from other papers
    return Status(
        papers=len(states),
        annotated=annotated,
        waiting=waiting,
        model=name,
        labelled_since=max(since, 0),
        digests=tuple(digests),
        conflicts=sum(len(state.conflicts) for state in states.values()),
        rules=_rules(workspace, name, checks_of(judged), states.values()) if name else (),
        blind=len(awaited_papers(judged)),
        drift=find_drift((day, s) for day, s in suggestions if s.model == name),
        next=_next(workspace, annotated, digests, Counter(states[i].status for i in states.keys() - days.keys())),
    )


def _rules(
    workspace: Workspace, model: str, checks: Mapping[tuple[str, str], Checks], states: Iterable[PaperState]
) -> tuple[RuleStatus, ...]:
    """Return the rules that accepted something with a model version, also where nothing was drawn to be checked."""
    held = {(str(tag.rule), model) for s in states for tag in s.effective if tag.rule and tag.model == model}
    checks = dict.fromkeys(sorted(held), Checks()) | dict(checks)
    if not checks:  # the usual case, in which not every decision has to be read once more
        return ()
    decisions = (d for said in workspace.store.labels.decisions().values() for d in said if d.model == model)
    accepted = Counter(d.rule for d in decisions if d.rule)
    found = []
    for (rule, of), c in checks.items():
        target = target_of(rule)
        if of == model and target is not None:
            off = c.fails(target)
            tags = accepted[rule]
            found.append(RuleStatus(rule, of, tags, c.right, c.judged, c.awaited, *c.interval, off, c.told))
    return tuple(found)


def _next(workspace: Workspace, annotated: int, digests: list[DigestStatus], others: Mapping[str, int]) -> str:
    """Return the one thing to do now, as a command with its reason; ``others`` are papers of no digest, by status."""
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
    if others.get("untagged"):
        step = f"tagger predict: {others['untagged']} of the papers in no digest have no tags yet"
        return _suggesting(workspace, annotated, step)
    if others.get("waiting"):
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
