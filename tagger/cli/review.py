"""``tagger review``: what waits for a person, and the verdicts."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.evidence import LEGEND, UNBACKED, explained
from tagger.cli.output import Day, Explain, Json, counted, note, paper_line, progress_bar, show
from tagger.domain.paper import Paper
from tagger.errors import ReviewError

if TYPE_CHECKING:
    from tagger.domain.labels import Suggestion
    from tagger.review import PaperState
    from tagger.steps.review import Reviewed

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Papers, by their ids.")]
TagRefs = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Just this tag; may be repeated.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides.", show_default="you")]


def list_(context: typer.Context, digest: Day = None, explain: Explain = False, json: Json = False) -> None:
    """List the papers that await review, those the model isn't sure of first; * marks tags that no label backs.

    Example: tagger review list --digest 2026-08-07
    """
    from tagger.steps import review as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        found = steps.waiting(workspace, day=digest.date() if digest else None)
    unsure = sum(state.needs_person for _, state in found)
    papers = [_document(*pair, explain=explain) for pair in found]
    document = {"waiting": len(found), "unsure": unsure, "papers": papers}
    lines = [line for pair in found for line in _lines(*pair, explain=explain)]
    if any(paper["unbacked"] for paper in papers):
        lines.append(f"* {UNBACKED}: it is suggested by its name, words and meaning.")
    if found:
        lines += LEGEND if explain else ()
        lines += [
            f"Awaiting review: {counted(len(found), 'paper')}; ? marks the {unsure} that need a human.",
            "Next: tagger review accept ID… | reject ID --tag TAG | accept --all-sure",
        ]
    show(document, "\n".join(lines) or "Nothing awaits review.", as_json=json)


def accept(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Papers, by their ids.")] = None,
    tag: TagRefs = None,
    all_sure: Annotated[bool, typer.Option("--all-sure", help="All that the model is sure of.")] = False,
    digest: Day = None,
    by: By = None,
    json: Json = False,
) -> None:
    """Accept what is suggested for papers and nobody has judged, or just some tags, which needn't be suggested.

    A tag that someone rejected stays out unless --tag names it.

    Example: tagger review accept 2405.14906 --tag modality:code
    """
    from tagger.steps import review as steps
    from tagger.steps.workspace import open_workspace

    if bool(ids) == all_sure or (tag and all_sure):
        raise typer.BadParameter("name papers, or give --all-sure alone")
    if digest and not all_sure:
        raise typer.BadParameter("--digest goes with --all-sure; papers are named by their ids")
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


def send(context: typer.Context, digest: Day = None, json: Json = False) -> None:
    """Send what awaits review to Label Studio as pre-filled suggestions; `tagger pull` takes the decisions back.

    A digest gets a view of its own there, which hands out what needs a person first.

    Example: tagger review send --digest 2026-08-07
    """
    from tagger.steps import push as pushing
    from tagger.steps import review as steps
    from tagger.steps import views
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        day = digest.date() if digest else None
        found = steps.waiting(workspace, day=day)
        if not found:
            raise ReviewError("nothing awaits review", "`tagger predict` suggests tags")
        now = datetime.now().astimezone()
        if day:
            states = [state for _, state in found]
            result = views.push_review(workspace, states, day, now=now, progress=progress)
        else:
            ids = [paper.id for paper, _ in found]
            result = pushing.push(workspace, only=ids, now=now, progress=progress)
    text = f"Sent {counted(len(found), 'paper')} with {counted(result.suggestions, 'new suggestion')}"
    document = {"papers": len(found), "created": result.created, "suggestions": result.suggestions}
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


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(name="review", help="What waits for a person, and the verdicts.", no_args_is_help=True)
    group.command("list")(list_)
    for command in (accept, reject, send):
        group.command()(command)
    app.add_typer(group)
