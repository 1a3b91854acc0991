"""``tagger models``: the model versions."""

import json as json_module
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from tagger.cli.output import Json, note, show, table
from tagger.domain.model import ModelVersion

Name = Annotated[str, typer.Argument(help="The model version's name.")]


def list_(context: typer.Context, json: Json = False) -> None:
    """List the model versions; * marks the current one.

    Example: tagger models list
    """
    from tagger.steps import models as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        listed = steps.versions(workspace)
        current = workspace.store.models.current_name()
    rows = [
        (
            f"{'*' if v.name == current else ' '} {v.name}",
            f"{v.created_at.astimezone():%Y-%m-%d %H:%M}",
            v.papers,
            _figure(v, "micro_f1"),
            _figure(v, "macro_f1"),
            v.encoder,
        )
        for v in listed.versions
    ]
    for line in listed.unusable:
        note(f"note: {line}")
    text = table(("  model", "trained", "papers", "micro F1", "macro F1", "encoder"), rows, right=(2, 3, 4))
    document = {"current": current, "models": [asdict(v) for v in listed.versions], "unusable": list(listed.unusable)}
    show(document, text if rows else "There are no model versions yet. Next: tagger train", as_json=json)


def show_(context: typer.Context, name: Name, json: Json = False) -> None:
    """Show a model version, with every file of it verified.

    Example: tagger models show 2026-08-07-1
    """
    from tagger.steps import models as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        version = steps.model_version(workspace, name)
    document = asdict(version)
    lines = [f"{key}: {value}" for key, value in document.items() if key != "figures"]
    lines += ["figures:", json_module.dumps(version.figures, indent=2)]
    show(document, "\n".join(lines), as_json=json)


def promote(context: typer.Context, name: Name, json: Json = False) -> None:
    """Make a model version the current one.

    Example: tagger models promote 2026-08-07-1
    """
    from tagger.steps import models as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        steps.promote(workspace, name, datetime.now().astimezone())
    show({"current": name}, f"{name} is the current model version now", as_json=json)


def _figure(version: ModelVersion, key: str) -> str:
    value = version.figures.get(key)
    return f"{value:.3f}" if isinstance(value, float) else "-"


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(name="models", help="The model versions: list, show, promote.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("show")(show_)
    group.command()(promote)
    app.add_typer(group)
