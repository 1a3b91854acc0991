"""``tagger review``: what waits for a person, and the verdicts."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli import agreement, why
from tagger.cli.evidence import LEGEND, UNBACKED, explained
from tagger.cli.output import By, Day, Explain, Json, counted, note, paper_line, progress_bar, show
from tagger.cli.rule import SAMPLE, TARGET, Sample, Target, accept_by_rule, audit
from tagger.cli.rule import rule as show_rule
from tagger.domain.paper import Paper
from tagger.errors import ReviewError

if TYPE_CHECKING:
    from tagger.domain.labels import Suggestion
    from tagger.review import PaperState
    from tagger.steps.review import Reviewed

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Papers, by their ids.")]
TagRefs = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Just this tag; may be repeated.")]
Minutes = Annotated[float | None, typer.Option("--minutes", min=1, help="The time there is to review.")]


def list_(
    context: typer.Context, digest: Day = None, minutes: Minutes = None, explain: Explain = False, json: Json = False
) -> None:
    """List the papers that await review, those the model isn't sure of first; * marks tags that no label backs.

    With --minutes, only those where that time mends most. Papers that are to be judged blind aren't listed.

    Example: tagger review list --digest 2026-08-07
    """
    from tagger.steps import review as steps
    from tagger.steps.audit import blind_papers
    from tagger.steps.budget import within
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        found = steps.waiting(workspace, day=digest.date() if digest else None, progress=progress)
        session = within(workspace, found, minutes) if minutes else None
        blind = len(blind_papers(workspace))
    found = list(session.papers) if session else found
    unsure = sum(state.needs_person for _, state in found)
    papers = [_document(*pair, explain=explain) for pair in found]
    document = {"waiting": len(found), "unsure": unsure, "papers": papers, "blind": blind}
    if session:
        document |= {"seconds": round(session.seconds), "expected_errors": round(session.errors, 2)}
    lines = [line for pair in found for line in _lines(*pair, explain=explain)]
    if any(paper["unbacked"] for paper in papers):
        lines.append(f"* {UNBACKED}: it is suggested by its name, words and meaning.")
    if found:
        lines += LEGEND if explain else ()
        lines += [
            f"Awaiting review: {counted(len(found), 'paper')}; ? marks the {unsure} that need a human.",
            *([session.told] if session else ()),
            "Next: tagger review accept ID… | reject ID --tag TAG | accept --all-sure",
        ]
    lines = lines or ["Nothing awaits review."]
    lines += [f"To judge blind: {counted(blind, 'paper')}; tagger review audit"] if blind else ()
    show(document, "\n".join(lines), as_json=json)


def accept(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Papers, by their ids.")] = None,
    tag: TagRefs = None,
    all_sure: Annotated[bool, typer.Option("--all-sure", help="All that the model is sure of.")] = False,
    rule: Annotated[bool, typer.Option("--rule", help="All tags whose precision is sure: `review rule`.")] = False,
    target: Target = TARGET,
    sample: Sample = SAMPLE,
    digest: Day = None,
    by: By = None,
    json: Json = False,
) -> None:
    """Accept what is suggested for papers and nobody has judged, or just some tags, which needn't be suggested.

    A tag that someone rejected stays out unless --tag names it. With --rule, tags of any paper are accepted where the
    model's own record promises a precision of --target, and the others stay as they are.

    Example: tagger review accept 2405.14906 --tag modality:code
    """
    from tagger.steps import review as steps
    from tagger.steps.workspace import open_workspace

    if [bool(ids), all_sure, rule].count(True) != 1 or (tag and not ids):
        raise typer.BadParameter("name papers, or give --all-sure or --rule alone")
    if digest and ids:
        raise typer.BadParameter("--digest goes with --all-sure and --rule; papers are named by their ids")
    if rule:
        day = digest.date() if digest else None
        accept_by_rule(context.obj, day=day, target=target, sample=sample, by=by, as_json=json)
        return
    with open_workspace(context.obj) as workspace:
        now, who = datetime.now().astimezone(), steps.reviewer(workspace, by)
        if all_sure:
            result = steps.accept_all_sure(workspace, day=digest.date() if digest else None, by=who, now=now)
        else:
            result = steps.accept(workspace, ids or [], tag or [], by=who, now=now)
    _show(result, "Accepted", as_json=json)


def reject(context: typer.Context, ids: Ids, tag: TagRefs = None, by: By = None, json: Json = False) -> None:
    """Reject what is suggested for papers, or just some tags.

    Example: tagger review reject 2405.14906 --tag task:reasoning
    """
    from tagger.steps import review as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        now, who = datetime.now().astimezone(), steps.reviewer(workspace, by)
        result = steps.reject(workspace, ids, tag or [], by=who, now=now)
    _show(result, "Rejected", as_json=json)


def send(context: typer.Context, digest: Day = None, minutes: Minutes = None, json: Json = False) -> None:
    """Send what awaits review to Label Studio as pre-filled suggestions; `tagger pull` takes the decisions back.

    A digest gets a view of its own there, which hands out what needs a person first. With --minutes, only the papers
    where that time mends most. What is to be judged blind goes along, without suggestions.

    Example: tagger review send --digest 2026-08-07
    """
    from tagger.steps import push as pushing
    from tagger.steps import review as steps
    from tagger.steps import views
    from tagger.steps.audit import blind_papers
    from tagger.steps.budget import within
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        day = digest.date() if digest else None
        found = steps.waiting(workspace, day=day)
        if minutes:
            found = list(within(workspace, found, minutes).papers)
        blind = blind_papers(workspace)
        if not found and not blind:
            raise ReviewError("nothing awaits review", "`tagger predict` suggests tags")
        now = datetime.now().astimezone()
        if day:
            states = [state for _, state in found]
            result = views.push_review(workspace, states, day, others=blind, now=now, progress=progress)
        else:
            ids = [*(paper.id for paper, _ in found), *blind]
            result = pushing.push(workspace, only=ids, now=now, progress=progress)
    text = f"Sent {counted(len(found), 'paper')} with {counted(result.suggestions, 'new suggestion')}"
    text += f", and {len(blind)} to judge blind" if blind else ""
    document = {"papers": len(found), "blind": len(blind), "created": result.created, "suggestions": result.suggestions}
    show(
        document | {"existing": result.existing, "page": result.page}, f"{text}\nReview at {result.page}", as_json=json
    )
    if not json:
        note("Then: tagger pull")


def _document(paper: Paper, state: "PaperState", *, explain: bool) -> dict[str, object]:
    suggestion = state.suggestion
    document: dict[str, object] = {
        "id": paper.id,
        "title": paper.title,
        "model": suggestion.model if suggestion else None,
        "needs_review": state.needs_person,
        "tags": suggestion.tags if suggestion else {},
        "undecided": [f"{dimension}:{tag}" for dimension, tag in state.undecided],
        "unbacked": [f"{dimension}:{tag}" for dimension, tag in suggestion.unbacked] if suggestion else [],
        "missing": list(state.missing),
    }
    if explain and suggestion:
        document["evidence"] = suggestion.evidence.document(suggestion.tags)
    return document


def _lines(paper: Paper, state: "PaperState", *, explain: bool) -> list[str]:
    suggestion = state.suggestion
    lines = [paper_line(paper, unsure=state.needs_person)]
    if suggestion and explain:
        lines += [*explained(suggestion), ""]
    elif suggestion:
        for dimension, tags in suggestion.tags.items():
            scored = ", ".join(_scored(suggestion, dimension, tag) for tag in tags)
            lines.append(f"    {dimension}: {scored or '-'}")
    lines += [f"    {dimension}: none accepted, and one is required" for dimension in state.missing if state.effective]
    return lines


def _scored(suggestion: "Suggestion", dimension: str, tag: str) -> str:
    mark = "*" if (dimension, tag) in suggestion.unbacked else ""
    return f"{tag} {suggestion.scores[dimension][tag]:.2f}{mark}"


def _show(result: "Reviewed", verb: str, *, as_json: bool) -> None:
    text = f"{verb} {counted(result.decisions, 'tag')} of {counted(result.papers, 'paper')}"
    text += f"; {result.untagged} confirmed to have none" if result.untagged else ""
    show({"papers": result.papers, "decisions": result.decisions, "untagged": result.untagged}, text, as_json=as_json)


def review(context: typer.Context, digest: Day = None, by: By = None, json: Json = False) -> None:
    """Review in the terminal: papers that wait, their tags, a key for each verdict. Elsewhere, list what waits.

    Every verdict is saved as it is given.

    Example: tagger review --digest 2026-08-07
    """
    if context.invoked_subcommand is not None:
        if digest or by or json:
            raise typer.BadParameter("options of a subcommand come after its name")
        return
    if json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        list_(context, digest=digest, json=json)
        return
    from tagger.cli.terminal.app import run_review
    from tagger.steps.review import reviewer
    from tagger.steps.reviewing import Sitting
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        sitting = Sitting(workspace, by=reviewer(workspace, by), day=digest.date() if digest else None)
        note(run_review(workspace, sitting))


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(name="review", invoke_without_command=True)
    group.callback()(review)
    group.command("list")(list_)
    for command in (accept, reject, send, audit):
        group.command()(command)
    why.register(group)
    agreement.register(app, group)
    group.command("rule")(show_rule)
    app.add_typer(group)
