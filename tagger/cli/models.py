"""``tagger models``: the model versions."""

import json as json_module
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

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


def export(
    context: typer.Context,
    name: Name,
    output: Annotated[Path, typer.Option(metavar="DIR", help="A folder that isn't there yet.")],
    format_: Annotated[Literal["setfit"], typer.Option("--format", help="What is to load it.")] = "setfit",
    json: Json = False,
) -> None:
    """Write a model version's body and heads as a folder that SetFit and sentence-transformers load.

    It tags less well than the version itself: words, stack and thresholds have no place in it.

    Example: tagger models export 2026-08-07-1 --output exported
    """
    from tagger.steps import models as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        labels = steps.export(workspace, name, output)
    text = f"Wrote {name} to {output}: one SetFit model with {len(labels)} labels"
    show({"model": name, "format": format_, "output": output, "labels": labels}, text, as_json=json)


def _figure(version: ModelVersion, key: str) -> str:
    value = version.figures.get(key)
    return f"{value:.3f}" if isinstance(value, float) else "-"


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(name="models", help="The model versions: list, show, promote, export.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("show")(show_)
    group.command()(promote)
    group.command()(export)
    app.add_typer(group)
