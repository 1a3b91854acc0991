"""``tagger search``: papers of the archive by their words."""

import textwrap
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.output import WIDTH, Json, counted, printable, progress_bar, show

if TYPE_CHECKING:
    from tagger.steps.search import FoundPaper

DAY = ["%Y-%m-%d"]
Words = Annotated[list[str] | None, typer.Argument(metavar="[WORDS]...", help='Words, "phrases" and prefix*.')]
TagOption = Annotated[
    list[str] | None, typer.Option("--tag", metavar="DIM:TAG", help="Only papers with that tag; more than one: all.")
]
Since = Annotated[datetime | None, typer.Option(formats=DAY, metavar="DATE", help="The first day.")]
Until = Annotated[datetime | None, typer.Option(formats=DAY, metavar="DATE", help="The last day.")]
Limit = Annotated[int, typer.Option(metavar="N", min=1, help="How many papers to show.")]


def search(
    context: typer.Context,
    words: Words = None,
    tag: TagOption = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 20,
    json: Json = False,
) -> None:
    """Find papers by the words of their titles and abstracts, by tags and by days, best first.

    All the words have to be there, in any form: "segmented" finds "segmentation". Put a phrase in double quotes of its
    own ('"world model"'). transf* finds what begins so. A tag with a ? is suggested and not decided yet.

    Example: tagger search '"world model"' robot* --since 2026-08-01
    """
    from tagger.steps import search as steps
    from tagger.steps.workspace import open_workspace

    text = " ".join(words or ())
    if not (text.strip() or tag or since or until):
        raise typer.BadParameter("give words, --tag, --since or --until")
    days = {"since": since.date() if since else None, "until": until.date() if until else None}
    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        found = steps.search(workspace, text, tags=tag or (), limit=limit, progress=progress, **days)
    document = {"query": text, "total": found.total, "papers": [_document(paper) for paper in found.papers]}
    lines = [line for paper in found.papers for line in _lines(paper)]
    more = f"; --limit {found.total} shows all" if found.total > len(found.papers) else ""
    lines.append(f"{counted(found.total, 'paper')}{more}" if found.papers else "No paper is like that.")
    show(document, "\n".join(lines), as_json=json)


def _document(found: "FoundPaper") -> dict[str, object]:
    tags = [{"dimension": d, "tag": t, "decided": True} for d, t in found.tags]
    tags += [{"dimension": d, "tag": t, "decided": False} for d, t in found.suggested]
    paper = {"id": found.paper.id, "title": found.paper.title, "day": found.day, "url": found.paper.link}
    return paper | {"score": found.score, "tags": tags, "blind": found.blind}


def _lines(found: "FoundPaper") -> list[str]:
    day = found.day.isoformat() if found.day else "no day    "
    heading = printable(f"{day}  {found.paper.id}  {found.paper.title}")
    tags = ", ".join([tag for _, tag in found.tags] + [f"{tag}?" for _, tag in found.suggested])
    if found.blind:
        tags = "(to be judged blind: tagger review audit)"
    indent = " " * 12
    return [
        heading if len(heading) <= WIDTH else heading[: WIDTH - 1] + "…",
        *textwrap.wrap(printable(tags), WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False),
    ]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(search)
