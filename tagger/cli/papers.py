"""``tagger init`` and ``tagger ingest``."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tagger.cli.output import Day, Json, counted, fail, note, printable, show


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


def duplicates(
    context: typer.Context,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many pairs to show.")] = 20,
    json: Json = False,
) -> None:
    """Show papers that may be one: of one title or abstract, or with titles alike. Nothing is changed.

    Papers that share an id, or have one title and nothing that speaks against it, are one already when they come in.

    Example: tagger duplicates --limit 5
    """
    from tagger.steps import duplicates as steps
    from tagger.steps import workspace as workspaces

    with workspaces.open_workspace(context.obj) as workspace:
        found = steps.duplicates(workspace)
    shown = found.pairs[:limit]
    lines = []
    for pair in shown:
        lines.append(f"{pair.likeness:.2f}  {pair.reason}" + (f", but {pair.against}" if pair.against else ""))
        for paper in pair.papers:
            sources = "".join(f"  ({source})" for source in found.sources[paper.id][:1])
            lines.append(printable(f"      {paper.id}  {paper.title}{sources}"))
    more = f"; --limit {len(found.pairs)} shows all" if len(shown) < len(found.pairs) else ""
    lines.append(f"{counted(len(found.pairs), 'pair')}{more}" if shown else "No two papers are alike.")
    pairs = [
        {
            "papers": [
                {"id": p.id, "title": p.title, "names": p.names, "sources": found.sources[p.id]} for p in each.papers
            ],
            "likeness": each.likeness,
            "reason": each.reason,
            "against": each.against,
        }
        for each in shown
    ]
    show({"total": len(found.pairs), "pairs": pairs}, "\n".join(lines), as_json=json)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(ingest)
    app.command()(duplicates)
