"""``tagger init`` and ``tagger ingest``."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tagger.cli.output import Day, Json, counted, fail, note, show


def init(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The new workspace.")] = None,
    tag_set: Annotated[Path | None, typer.Option(help="A tag set (YAML) instead of the default one.")] = None,
    json: Json = False,
) -> None:
    """Make a workspace: a folder with a tag set, settings and an empty database.

    With the default tag set there is a model from the first day: the starter, which comes with tagger.

    Example: tagger init digest
    """
    from tagger.steps import init as steps

    settings, made = steps.init(folder or context.obj, tag_set, datetime.now().astimezone())
    enter = "" if folder is None else f"cd {folder} && "
    place = folder or context.obj
    text = f"Made a workspace in {place}" if made else f"{place} was a workspace already; nothing changed"
    show(
        {"workspace": settings.folder, "database": settings.database, "tag_set": settings.tag_set_file, "made": made},
        f"{text}\nNext: {enter}tagger ingest FILE",
        as_json=json,
    )


def ingest(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Files, folders, URLs, hf:DAY, arxiv:ID, doi:DOI; - for stdin."),
    ],
    digest: Day = None,
    strict: Annotated[bool, typer.Option(help="Keep nothing if any record is bad.")] = False,
    json: Json = False,
) -> None:
    """Take papers in, of a format found by content: docs/sources.md lists them.

    Daily Papers as text, HTML or API JSON; arXiv Atom and RSS; Semantic Scholar, OpenReview, OpenAlex, CSL JSON;
    RIS, BibTeX, CSV, JSON Lines, Parquet, Arrow; each also as gz or zst, or a folder of them.

    Example: tagger ingest daily_papers.txt --digest 2026-08-07
    """
    from tagger.steps import ingest as ingesting
    from tagger.steps import workspace as workspaces

    with workspaces.open_workspace(context.obj) as workspace:
        day = digest.date() if digest else None
        now = datetime.now().astimezone()
        result = ingesting.ingest(workspace, sources, digest=day, strict=strict, now=now, stdin=sys.stdin.buffer)
    for line in result.notes:
        note(f"note: {line}")
    text = (
        f"{counted(len(result.ids), 'paper')}: {result.new} new, {result.changed} changed, {result.unchanged} unchanged"
    )
    document = {"new": result.new, "changed": result.changed, "unchanged": result.unchanged, "ids": list(result.ids)}
    show(document | {"rejected": list(result.rejected), "notes": list(result.notes)}, text, as_json=json)
    if result.rejected:
        fail(f"{ingesting.rejections_in_words(result.rejected)}. The others were kept")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(ingest)
