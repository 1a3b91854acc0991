"""``tagger push``, ``pull`` and ``publish``: what goes to people and comes back."""

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tagger.cli.output import Day, Json, counted, note, progress_bar, show


def push(context: typer.Context, digest: Day = None, json: Json = False) -> None:
    """Bring Label Studio to what the workspace holds: papers, suggestions, and annotations it has lost.

    Example: tagger push --digest 2026-08-07
    """
    from tagger.steps import push as pushing
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        day = digest.date() if digest else None
        result = pushing.push(workspace, day=day, now=datetime.now().astimezone(), progress=progress)
    document = {"created": result.created, "existing": result.existing, "suggestions": result.suggestions}
    papers = f"{counted(result.created, 'new paper')}, {result.existing} there already"
    restored = f", {counted(result.restored, 'annotation')} put back" if result.restored else ""
    text = f"{papers}; {counted(result.suggestions, 'new suggestion')}{restored}\nLabel at {result.page}"
    show(document | {"restored": result.restored, "updated": result.updated, "page": result.page}, text, as_json=json)


def pull(context: typer.Context, json: Json = False) -> None:
    """Take the annotations and decisions that are new in Label Studio.

    Example: tagger pull
    """
    from tagger.steps import pull as pulling
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        result = pulling.pull(workspace, now=datetime.now().astimezone(), progress=progress)
    for line in result.problems:
        note(f"note: {line}")
    taken = f"{counted(result.annotations, 'annotation')}, {counted(result.decisions, 'decision')}"
    gone = f"; {result.withdrawn} withdrawn" if result.withdrawn else ""
    document = {"annotations": result.annotations, "decisions": result.decisions, "withdrawn": result.withdrawn}
    show(document | {"problems": list(result.problems)}, f"Took {taken}{gone}", as_json=json)


def publish(
    context: typer.Context,
    digest: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The digest's day.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")],
    withhold: Annotated[bool, typer.Option("--withhold", help="Leave undecided papers out.")] = False,
    json: Json = False,
) -> None:
    """Publish a digest with decided tags only: a web page, Markdown, JSON and a feed.

    Example: tagger publish --digest 2026-08-07 --out site
    """
    from tagger.steps import publish as publishing
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        result = publishing.publish(workspace, digest.date(), out, withhold=withhold, now=datetime.now().astimezone())
    left_out = f", {result.withheld} withheld" if result.withheld else ""
    left_out += f", {result.skipped} skipped by people" if result.skipped else ""
    lines = result.correction.lines if result.correction else ()
    told = "".join(f"\nCorrected since the last edition: {line}" for line in lines)
    text = f"Published {counted(result.papers, 'paper')}{left_out}{told}\n" + "\n".join(map(str, result.files))
    document = {"files": list(result.files), "papers": result.papers, "withheld": result.withheld}
    show(document | {"skipped": result.skipped, "corrections": list(lines)}, text, as_json=json)


def archive(
    context: typer.Context,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the site goes.")],
    withhold: Annotated[bool, typer.Option("--withhold", help="Leave undecided papers out, not their days.")] = False,
    json: Json = False,
) -> None:
    """Build the site of all reviewed digests: a page a day, a calendar, a page and a feed a tag.

    Example: tagger archive --out site
    """
    from tagger.steps import archive as archiving
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        now = datetime.now().astimezone()
        result = archiving.archive(workspace, out, withhold=withhold, now=now, progress=progress)
    files = f"{counted(result.written, 'file')} written, {result.unchanged} unchanged"
    files += f", {len(result.removed)} removed" if result.removed else ""
    text = f"{counted(result.days, 'day')} with {counted(result.papers, 'paper')} in {out}: {files}"
    if result.left_out:
        text += f"\nLeft out, as papers await review: {', '.join(map(str, result.left_out))}"
    if result.changed:
        text += f"\nNot part of the site any more, but changed by someone else, so kept: {', '.join(result.changed)}"
    show(dataclasses.asdict(result) | {"out": out}, text, as_json=json)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (push, pull, publish, archive):
        app.command()(command)
