"""``tagger bulk``: tags for an archive."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from tagger.cli.output import Json, counted, note, progress_bar, show


def bulk(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A file or folder of papers, here or by a URL.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the Parquet files go.")],
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="The model version.", show_default="the current one")
    ] = None,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="Processes of this machine, or Ray, also on a cluster.")
    ] = "local",
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many processes.", show_default="one a processor")
    ] = None,
    shard_size: Annotated[int | None, typer.Option(min=1, help="Papers a file.", show_default="1000")] = None,
    effort: Annotated[
        Literal["full", "cascade", "student"],
        typer.Option(help="Read all with the encoder; what the student isn't sure of; or nothing."),
    ] = "full",
    json: Json = False,
) -> None:
    """Tag an archive: JSON Lines (also gz or zst), Parquet, Arrow, or a folder of them, read as a stream.

    Writes Parquet files, and rejected.jsonl with the rows that can't be used and why. Nothing is kept in the workspace.
    A run that was stopped goes on where it was when the command is given again.

    Example: tagger bulk arxiv.jsonl.gz --out tagged

    Example: tagger bulk hf://datasets/owner/name --out tagged --effort student
    """
    from tagger.steps import bulk as steps
    from tagger.steps.workspace import open_workspace

    options = steps.BulkOptions(model, engine, workers, shard_size, effort)
    with open_workspace(context.obj) as workspace, progress_bar("papers") as progress:
        now = datetime.now().astimezone()
        done = steps.bulk(workspace, source, out, options=options, now=now, progress=progress)
    for name in done.left_out:
        note(f"note: {name} was left out: it can't be read as a stream")
    found = done.survey
    text = f"{counted(found.papers, 'paper')} tagged by {done.model}, {done.new} of them now, in {out}"
    if aside := found.rejected + found.repeated:
        named = f"{found.rejected} can't be used, {found.repeated} repeat a paper"
        text += f"\n{counted(aside, 'row')} set aside in {done.set_aside}: {named}"
    document = {"model": done.model, "papers": found.papers, "new": done.new, "rejected": found.rejected}
    document |= {"repeated": found.repeated, "out": out, "seconds": round(done.seconds, 1), "left_out": done.left_out}
    show(document, text, as_json=json)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(bulk)
