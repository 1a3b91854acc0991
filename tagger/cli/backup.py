"""``tagger backup`` and ``tagger restore``."""

from datetime import datetime
from typing import Annotated

import typer

from tagger.cli.output import Json, counted, minute, note, show


def backup(
    context: typer.Context,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="FOLDER|URL", help="Where to; backups/ in the workspace if left out."),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="So many are left there, of this workspace; as `backups` in tagger.toml says."),
    ] = None,
    json: Json = False,
) -> None:
    """Back the workspace up in one file: the database, and all else that can't be made again.

    Tokens, passwords and model versions aren't in it. Others may go on working meanwhile.

    Example: tagger backup

    Example: tagger backup --to s3://bucket/digest --keep 30
    """
    from tagger.settings import read_settings
    from tagger.steps.backup import back_up

    made = back_up(read_settings(context.obj), datetime.now().astimezone(), to=to, keep=keep)
    lines = [f"Wrote {made.place} ({counted(len(made.files), 'file')}, {_size(made.size)})"]
    if made.deleted:
        lines.append(f"Deleted {counted(len(made.deleted), 'older backup')}")
    document = {"file": made.place, "bytes": made.size, "files": list(made.files), "deleted": list(made.deleted)}
    show(document, "\n".join(lines), as_json=json)


def restore(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A backup; or the URL of one.")],
    json: Json = False,
) -> None:
    """Make the workspace what it was when a backup was made, or a new one of it.

    The backup is checked first. What is there now is kept in backups/, so that a restore can be undone by another.

    Example: tagger restore backups/tagger-5d1c07be-20260807-093000-000000.zip

    Example: tagger --workspace digest restore s3://bucket/digest/tagger-5d1c07be-20260807-093000-000000.zip
    """
    from tagger.steps import restore as steps

    done = steps.restore(context.obj, file, datetime.now().astimezone())
    lines = [f"Restored {counted(len(done.files), 'file')} as of {minute(done.made_at)}"]
    if done.kept:
        lines.append(f"What was there before is kept: {done.kept}")
    if done.outside:
        note(f"note: left in the backup are files from outside the workspace: {', '.join(done.outside)}")
    lines.append("Next: tagger doctor")
    document = {
        "made_at": done.made_at,
        "files": list(done.files),
        "outside": list(done.outside),
        "kept": done.kept,
    }
    show(document, "\n".join(lines), as_json=json)


def _size(number: int) -> str:
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{number / 1e3:.0f} kB"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (backup, restore):
        app.command()(command)
