"""The rule that accepts tags where a precision is sure enough, and how it is watched."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tagger.domain.labels import Audit, Decision, Suggestion
from tagger.domain.tags import TagKey
from tagger.errors import ModelError, ReviewError
from tagger.learning.package import read_track_records
from tagger.review import Bound, Checks, PaperState, accepting, find_bounds
from tagger.steps.audit import checks_of, judged_tags
from tagger.steps.models import knows
from tagger.steps.review import waiting
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Applied:
    """What a run of the rule did: ``decisions`` on ``papers``, ``drawn`` of these for the blind check.

    ``done`` of the papers wait for nobody any more, ``left`` tags didn't reach their bound, and the suggestions of
    ``other`` papers are of another model version.
    """

    rule: str
    model: str
    papers: int
    decisions: int
    drawn: int
    done: int
    left: int
    other: int


@dataclass(frozen=True, slots=True)
class RuledTag:
    """A tag's bound, its share of the suggestions made out of fold that reach it, and what blind checks found of it."""

    bound: Bound
    coverage: float
    right: int
    judged: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the current model version: its bounds by (dimension id, tag id), and how it did."""

    name: str
    model: str
    target: float
    tags: Mapping[TagKey, RuledTag]
    checks: Checks

    @property
    def state(self) -> str:
        """Whether it is on, and what blind checks found, in words."""
        return f"{'OFF' if self.is_off else 'on'}; {self.checks.told}"

    @property
    def is_off(self) -> bool:
        """Whether blind checks have switched it off."""
        return self.checks.fails(self.target)


def rule_name(target: float) -> str:
    """Return what decisions of the rule with that target are signed with."""
    return f"precision>={target:g}"


def target_of(rule: str) -> float | None:
    """Return the target of a rule of that name; None if it is another kind of rule."""
    kind, _, target = rule.partition(">=")
    return float(target) if kind == "precision" else None


def find_rule(workspace: Workspace, target: float) -> Rule:
    """Return the rule of the current model version for a precision. Raises ModelError, or ReviewError where none is."""
    folder = workspace.current_model()
    if not knows(folder, workspace.tag_set):
        hint = "`tagger predict` adapts it, or `tagger train` makes a new one"
        raise ModelError(f"the model version {folder.name} was trained for another tag set", hint)
    records = read_track_records(folder)
    if not any(record.right for record in records.values()):
        reason = f"the model version {folder.name} tells of no suggestion that people bore out, so no rule rests on it"
        raise ReviewError(reason, "`tagger train` on labelled papers makes one that does")
    bounds = find_bounds(records, target)
    name = rule_name(target)
    found: dict[TagKey, list[bool]] = {}
    judged = list(judged_tags(workspace))
    for audit, verdict in judged:
        if (audit.rule, audit.model) == (name, folder.name) and verdict in ("right", "wrong"):
            found.setdefault((audit.dimension, audit.tag), []).append(verdict == "right")
    tags = {}
    for key, bound in bounds.items():
        _, all_seen = records[key].reaching(0)
        _, reaching = records[key].reaching(bound.score) if bound.score is not None else (0, 0)
        verdicts = found.get(key, [])
        tags[key] = RuledTag(bound, reaching / all_seen if all_seen else 0.0, sum(verdicts), len(verdicts))
    return Rule(name, folder.name, target, tags, checks_of(judged).get((name, folder.name), Checks()))


def accept_by_rule(
    workspace: Workspace, *, day: date | None, target: float, sample: float, by: str, now: datetime
) -> Applied:
    """Accept every waiting tag whose score reaches its bound, and draw a share of the papers for the blind check.

    The other tags of a paper stay undecided. A paper is drawn by a hash of its id, the rule and the model version, and
    then all that the rule accepted of it is checked, as a person judges whole papers. Papers without an abstract are
    left to people, as what is known of scores comes from papers that have one. Raises ReviewError if the rule is off.
    """
    rule = find_rule(workspace, target)
    if rule.is_off:
        reason = f"the rule {rule.name} is off: of what {rule.model} let it accept, {rule.checks.told}"
        raise ReviewError(reason, "Review by hand, then `tagger train`: a new model version starts a new rule")
    decisions: list[Decision] = []
    audits: list[Audit] = []
    taken: list[str] = []
    left = other = 0
    with workspace.store.write():
        for paper, state in waiting(workspace, day=day):
            if not _is_open(state):
                continue
            suggestion = state.suggestion
            if suggestion is None or suggestion.model != rule.model:
                other += 1
                continue
            keys = _reaching(rule, state, suggestion) if paper.abstract else []
            left += len(state.undecided) - len(keys)
            if keys:
                taken.append(paper.id)
                decisions += accepting(paper.id, keys, suggestion, by=by, at=now, rule=rule.name)
                if _is_drawn(paper.id, rule, sample):
                    audits += [_audit(decision) for decision in decisions[-len(keys) :]]
        new = workspace.store.labels.decide(decisions, now)
        workspace.store.audits.draw(audits)
    done = sum(state.status == "decided" for state in workspace.states(taken).values())
    drawn = len({audit.paper_id for audit in audits})
    return Applied(rule.name, rule.model, len(taken), new, drawn, done, left, other)


def _is_open(state: PaperState) -> bool:
    """Return whether no person has tagged the paper: a person's list is left to people."""
    return not state.annotated and bool(state.undecided)


def _reaching(rule: Rule, state: PaperState, suggestion: Suggestion) -> list[TagKey]:
    reached = []
    for dimension, tag in state.undecided:
        ruled = rule.tags.get((dimension, tag))
        if ruled and ruled.bound.allows(suggestion.scores[dimension][tag]):
            reached.append((dimension, tag))
    return reached


def _is_drawn(paper_id: str, rule: Rule, sample: float) -> bool:
    digest = hashlib.sha256(f"{rule.name} {rule.model} {paper_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < sample * 2**64


def _audit(decision: Decision) -> Audit:
    d = decision
    assert d.rule is not None and d.model is not None and d.score is not None
    return Audit(d.paper_id, d.dimension, d.tag, d.rule, d.model, d.score, d.at)
