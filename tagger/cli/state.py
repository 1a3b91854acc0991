"""``tagger status``."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from tagger.cli.output import Json, counted, progress_bar, show, table

if TYPE_CHECKING:
    from tagger.review import Drift
    from tagger.steps.status import RuleStatus

DIGESTS_SHOWN = 10
SHIFTS_SHOWN = 5


def status(context: typer.Context, json: Json = False) -> None:
    """Show where the work stands and what to do next.

    Example: tagger status
    """
    from tagger.steps import status as looking
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        found = looking.status(workspace, progress)
    rows = [(d.day, d.papers, d.decided, d.waiting, d.untagged) for d in found.digests[:DIGESTS_SHOWN]]
    people = f"{counted(found.papers, 'paper')}, {found.annotated} annotated, {found.waiting} awaiting review"
    model = f"model: {found.model or 'none yet'}"
    if found.model and found.labelled_since:
        model += f" ({found.labelled_since} annotated since it was trained)"
    lines = [people, model]
    if found.conflicts:
        lines.append(f"people differ on {counted(found.conflicts, 'tag')}: tagger review conflicts")
    lines += [_rule_line(rule) for rule in found.rules]
    if found.blind:
        lines.append(f"to judge blind: {counted(found.blind, 'paper')} (tagger review audit)")
    if rows:
        lines += ["", table(("digest", "papers", "decided", "to review", "no tags"), rows, right=(1, 2, 3, 4))]
    if len(found.digests) > DIGESTS_SHOWN:
        lines.append(f"and {len(found.digests) - DIGESTS_SHOWN} earlier digests")
    lines += [*_drift(found.drift), "", f"Next: {found.next}"]
    show(asdict(found) if json else {}, "\n".join(lines), as_json=json)


def _rule_line(rule: "RuleStatus") -> str:
    state = "OFF until a new model version is trained; " if rule.off else ""
    return f"rule {rule.rule}: {state}{counted(rule.accepted, 'tag')} accepted, {rule.told}"


def _drift(found: "Drift | None") -> Iterator[str]:
    """Yield what changed in the latest week, if anything did."""
    if found is None or not (found.shifts or found.scores_moved):
        return
    week, before = found.weeks[-1], sum(w.papers for w in found.weeks[:-1])
    yield ""
    yield f"Drift in week {week.week} ({counted(week.papers, 'paper')}), against the {before} papers before it:"
    for shift in found.shifts[:SHIFTS_SHOWN]:
        yield f"  {shift.dimension}:{shift.tag} on {shift.now:.0%} of the papers, {shift.before:.0%} before"
    if found.scores_moved:
        yield f"  scores of suggested tags {found.score_now:.2f} on average, {found.score_before:.2f} before"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(status)
