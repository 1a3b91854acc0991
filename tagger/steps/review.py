"""People's verdicts on suggestions, from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tagger.domain.labels import Annotation, Decision
from tagger.domain.model import Progress, no_progress
from tagger.domain.paper import Paper, paper_id
from tagger.domain.tags import TagKey
from tagger.domain.text import clean
from tagger.errors import ReviewError
from tagger.review import PaperState, accepting, keys_of, rejecting
from tagger.steps.audit import blind_papers
from tagger.steps.standings import standings
from tagger.steps.workspace import Workspace
from tagger.tagset import find_tag

ALL_SURE = "all-sure"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How many papers a verdict was given on, and how many decisions that made.

    ``untagged`` of the papers were confirmed to carry no tag, which is an annotation with nothing chosen.
    """

    papers: int
    decisions: int
    untagged: int = 0


def reviewer(workspace: Workspace, name: str | None) -> str:
    """Return who decides: ``name``, or else the curator, as it is read from a file again.

    Raises ReviewError or SettingsError if that is no name.
    """
    by = workspace.curator if name is None else name.strip()
    if not by or not by.isprintable():
        raise ReviewError(f"'{by}' is no name to decide under", "Give another one with --by")
    return clean(by)


def waiting(
    workspace: Workspace, *, day: date | None = None, progress: Progress = no_progress
) -> list[tuple[Paper, PaperState]]:
    """Return the papers that await review with their states, those that need a person first.

    Papers that have to be judged blind aren't among them: `audit.blind_papers` are to be shown without suggestions.
    """
    if day:
        workspace.check_digest(day)
    blind = set(blind_papers(workspace))
    ids = [i for i in standings(workspace, progress).with_status("waiting", day=day) if i not in blind]
    papers = {paper.id: paper for paper in workspace.store.papers.of(ids)}
    states = list(workspace.states(ids).values())
    states.sort(key=lambda s: not s.needs_person)
    return [(papers[state.paper_id], state) for state in states]


def accept(workspace: Workspace, paper_ids: Sequence[str], tags: Sequence[str], *, by: str, now: datetime) -> Reviewed:
    """Accept the suggested tags that no person has judged, or just ``tags``, which needn't be suggested.

    Naming a tag that people differ on settles it, also where it holds already by another's word. A paper that waits
    though nothing is suggested or missing is confirmed to have no tag. Raises ReviewError.
    """
    chosen = [find_tag(workspace.tag_set, tag) for tag in tags]
    decisions: list[Decision] = []
    untagged: list[Annotation] = []
    states = named_papers(workspace, paper_ids)
    now = speaking_time(workspace, [state.paper_id for state in states], now)
    for state in states:
        wanted = chosen or _unjudged(state)
        held = {(t.dimension, t.tag) for t in state.effective if t.rule is None}
        new = [key for key in wanted if key not in held or (chosen and key in _to_settle(state, by))]
        decisions += accepting(state.paper_id, new, state.suggestion, by=by, at=now)
        if not wanted and state.status == "waiting" and not state.missing:
            untagged.append(Annotation(state.paper_id, by, now))
    return _save(workspace, decisions, len(states), now, untagged)


def reject(workspace: Workspace, paper_ids: Sequence[str], tags: Sequence[str], *, by: str, now: datetime) -> Reviewed:
    """Reject the suggested tags of papers, or just ``tags``; one that is rejected already stays so, or is settled.

    Raises ReviewError for a tag that isn't there, and TagSetError for one that neither a paper nor the tag set has.
    """
    decisions: list[Decision] = []
    states = named_papers(workspace, paper_ids)
    now = speaking_time(workspace, [state.paper_id for state in states], now)
    for state in states:
        held = [(t.dimension, t.tag) for t in state.effective]
        standing = list(dict.fromkeys([*held, *state.undecided]))
        suggested = keys_of(state.suggestion.tags) if state.suggestion else []
        chosen = [find_tag(workspace.tag_set, tag, [*held, *suggested]) for tag in tags]
        for key in chosen:
            if key not in {*standing, *suggested, *state.verdicts, *state.disputed}:
                raise ReviewError(f"{state.paper_id} doesn't carry {':'.join(key)}, so it can't be rejected")
        gone = state.verdicts.difference(held)
        new = [key for key in chosen or standing if key not in gone or (chosen and key in _to_settle(state, by))]
        decisions += rejecting(state.paper_id, new, state.suggestion, by=by, at=now)
    return _save(workspace, decisions, len(states), now)


def settle(workspace: Workspace, paper_ids: Sequence[str], *, by: str, now: datetime) -> Reviewed:
    """Decide all that people differ on in papers as it holds now. Raises ReviewError."""
    decisions: list[Decision] = []
    states = named_papers(workspace, paper_ids)
    now = speaking_time(workspace, [state.paper_id for state in states], now)
    for state in states:
        for conflict in state.conflicts:
            verdict = accepting if conflict.holds.carries else rejecting
            key = (conflict.dimension, conflict.tag)
            decisions += verdict(state.paper_id, [key], state.suggestion, by=by, at=now)
    return _save(workspace, decisions, len(states), now)


def accept_all_sure(workspace: Workspace, *, day: date | None, by: str, now: datetime) -> Reviewed:
    """Accept every waiting suggestion that the model is sure of. It is recorded as a rule that ``by`` set going."""
    decisions: list[Decision] = []
    sure = [state for _, state in waiting(workspace, day=day) if not state.needs_person]
    for state in sure:
        decisions += accepting(state.paper_id, state.undecided, state.suggestion, by=by, at=now, rule=ALL_SURE)
    return _save(workspace, decisions, len(sure), now)


def named_papers(workspace: Workspace, paper_ids: Sequence[str]) -> list[PaperState]:
    """Return the states of papers named by any spelling of their ids, each once. Raises ReviewError for one unknown."""
    ids = []
    for raw in dict.fromkeys(paper_ids):
        try:
            found = workspace.store.papers.find(paper_id(raw))
        except ValueError:
            found = None
        if found is None:
            raise ReviewError(f"there is no paper '{raw}'", "`tagger review list` shows the ids")
        ids.append(found.id)
    return list(workspace.states(list(dict.fromkeys(ids))).values())


def speaking_time(workspace: Workspace, paper_ids: Sequence[str], now: datetime) -> datetime:
    """Return the time of a word that is said now: after all that was said of the papers, as the last word counts.

    It is later than ``now`` where this machine's clock was ahead before, and has been put right.
    """
    labels = workspace.store.labels
    said = [a.at for of in labels.annotations(paper_ids).values() for a in of]
    said += [d.at for of in labels.decisions(paper_ids).values() for d in of]
    return max([now, *(at + timedelta(microseconds=1) for at in said)])


def _to_settle(state: PaperState, by: str) -> set[TagKey]:
    """Return the tags on which a word of ``by`` settles what people differ on: to say a thing twice doesn't."""
    differing = [c for c in state.conflicts if (c.holds.by, c.holds.way) != (by, "decision")]
    return {(conflict.dimension, conflict.tag) for conflict in differing}


def _unjudged(state: PaperState) -> list[TagKey]:
    """Return what a blanket word may accept: what nobody judged, and what only a rule did. A rejection stands."""
    if state.suggestion is None:
        lacks = f" and it lacks a tag for {', '.join(state.missing)}" if state.annotated and state.missing else ""
        predict = "" if state.annotated else "`tagger predict` suggests tags; "
        raise ReviewError(f"nothing is suggested for {state.paper_id}{lacks}", f"{predict}`--tag` names some yourself")
    return [*state.undecided, *((t.dimension, t.tag) for t in state.effective if t.rule)]


def _save(
    workspace: Workspace, decisions: list[Decision], papers: int, now: datetime, untagged: Sequence[Annotation] = ()
) -> Reviewed:
    labels, version = workspace.store.labels, workspace.tag_set.version
    with workspace.store.write():
        labels.annotate(untagged, source="review", tag_set_version=version, now=now)
        return Reviewed(papers, labels.decide(decisions, now), len(untagged))
