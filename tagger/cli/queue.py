"""``tagger queue``: what to label next."""

import textwrap
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.output import WIDTH, Day, Json, counted, note, printable, progress_bar, show

if TYPE_CHECKING:
    from tagger.learning.acquisition import Pick, TaughtTag

Size = Annotated[int, typer.Option("--size", metavar="N", min=1, help="How many papers.")]
Send = Annotated[bool, typer.Option("--send", help="Send them to Label Studio, to be handed out in this order.")]


def queue(context: typer.Context, size: Size = 16, digest: Day = None, send: Send = False, json: Json = False) -> None:
    """List the papers whose labels would teach most, best first: those likely to carry tags that have few labels.

    Before each stands its share of what is left to learn. With --send they go to Label Studio, where the view
    "Label next" hands them out in this order.

    Example: tagger queue --size 16 --send
    """
    from tagger.steps import queue as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        now = datetime.now().astimezone()
        day = digest.date() if digest else None
        found = steps.queue(workspace, size=size, day=day, now=now, progress=progress)
        sent = steps.send_queue(workspace, found, now=now, progress=progress) if send else None
    papers = [_document(pick) for pick in found.picks]
    document = {"model": found.model, "labelled": found.labelled, "candidates": found.candidates, "papers": papers}
    lines = [line for pick in found.picks for line in _lines(pick)]
    if not lines:
        lines = ["There is nothing left to label."]
    elif sent is None:
        of = f"of {counted(found.candidates, 'paper')} without a label, {found.labelled} labelled"
        lines += [f"{len(found.picks)} {of}; scores are of {found.model}.", "Next: tagger queue --send"]
    else:
        document |= {"created": sent.created, "suggestions": sent.suggestions, "page": sent.page}
        lines += [f"Sent {counted(len(found.picks), 'paper')}", f"Label at {sent.page}"]
    show(document, "\n".join(lines), as_json=json)
    if sent and not json:
        note("Then: tagger pull && tagger train")


def _document(pick: "Pick") -> dict[str, object]:
    return {"id": pick.paper.id, "title": pick.paper.title, "gain": pick.gain, "teaches": list(pick.teaches)}


def _lines(pick: "Pick") -> list[str]:
    taught = ", ".join(_taught(tag).replace(" ", "\N{NO-BREAK SPACE}") for tag in pick.teaches)
    heading = printable(f"{pick.gain:6.2%}  {pick.paper.id}  {pick.paper.title}")[:WIDTH]
    lines = textwrap.wrap(
        taught, WIDTH, initial_indent="        teaches ", subsequent_indent=" " * 16, break_on_hyphens=False
    )
    return [heading, *(line.replace("\N{NO-BREAK SPACE}", " ") for line in lines)]


def _taught(tag: "TaughtTag") -> str:
    return f"{tag.tag} ({tag.score:.2f}, {counted(tag.labels, 'label') if tag.labels else 'no label'})"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(queue)
