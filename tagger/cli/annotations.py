"""``tagger annotations``: labels in and out as JSON Lines."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tagger.cli.output import Json, counted, fail, note, show
from tagger.errors import StoreError
from tagger.files import write_file


def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON Lines, - for stdin.")],
    strict: Annotated[bool, typer.Option(help="Keep nothing if any row is bad.")] = False,
    json: Json = False,
) -> None:
    """Take annotations in, and the papers that come along.

    Example: tagger annotations import labels.jsonl
    """
    from tagger.steps import annotations as steps
    from tagger.steps.ingest import rejections_in_words
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        now = datetime.now().astimezone()
        result = steps.import_annotations(workspace, file, strict=strict, now=now, stdin=sys.stdin.buffer)
    for line in result.notes:
        note(f"note: {line}")
    total = result.new + result.changed + result.unchanged
    text = f"{counted(total, 'annotation')}: {result.new} new, {result.changed} changed, {result.unchanged} unchanged"
    document = {"new": result.new, "changed": result.changed, "unchanged": result.unchanged}
    show(document | {"rejected": list(result.rejected)}, text, as_json=json)
    if result.rejected:
        fail(f"{rejections_in_words(result.rejected)}. The others were kept")


def export(
    context: typer.Context,
    output: Annotated[Path | None, typer.Option(help="A file instead of stdout.")] = None,
    json: Json = False,
) -> None:
    """Write every annotation that stands, one a line.

    Example: tagger annotations export --output labels.jsonl
    """
    from tagger.steps import annotations as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        lines = list(steps.export_annotations(workspace))
        left_out = steps.tags_left_out(workspace)
    if left_out:
        named = ", ".join(f"{tag} ({number})" for tag, number in left_out.items())
        note(f"note: left out are tags that the tag set doesn't have: {named}; the workspace keeps them")
    if output is None and not json:
        sys.stdout.writelines(lines)
        return
    document: dict[str, object] = {"annotations": len(lines), "left_out": left_out}
    if output is None:
        document["rows"] = [_json(line) for line in lines]
    else:
        try:
            write_file(output, "".join(lines))
        except OSError as error:
            raise StoreError(f"can't write {output}: {error.strerror}") from error
        document["file"] = output
    show(document, f"Wrote {counted(len(lines), 'annotation')} to {output}", as_json=json)


def _json(line: str) -> object:
    import json

    return json.loads(line)


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(name="annotations", help="Labels in and out as JSON Lines.", no_args_is_help=True)
    group.command("import")(import_)
    group.command()(export)
    app.add_typer(group)
