"""``tagger models``: the model versions."""

import json as json_module
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tagger.cli.output import Json, counted, minute, note, progress_bar, show, table
from tagger.domain.model import ModelVersion

if TYPE_CHECKING:
    from tagger.learning.comparison import Comparison

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
            minute(v.created_at),
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


def compare(
    context: typer.Context,
    name: Name,
    before: Annotated[str | None, typer.Option("--with", metavar="NAME", help="Instead of the current one.")] = None,
    json: Json = False,
) -> None:
    """Replay a model version and the current one over reviewed papers, and compare them tag by tag.

    Each is judged by what it says of papers that it hadn't seen. "mended" counts papers on which the version is right
    about a tag and the current one isn't, "broken" the other way round; p is the chance of such a difference by luck.

    Example: tagger models compare 2026-08-07-2
    """
    from tagger.steps import promote as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        found = steps.compare_versions(workspace, before, name, datetime.now().astimezone(), progress)
    show(found.document(), "\n".join(_comparison(found)), as_json=json)


def promote(
    context: typer.Context,
    name: Name,
    force: Annotated[bool, typer.Option("--force", help="Even if it does worse than the current one.")] = False,
    json: Json = False,
) -> None:
    """Make a model version the current one, unless it does worse on what people decided.

    Example: tagger models promote 2026-08-07-1
    """
    from tagger.steps import promote as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        done = steps.promote(workspace, name, force=force, now=datetime.now().astimezone(), progress=progress)
    comparison = done.comparison.document() if done.comparison else None
    show({"current": name, "comparison": comparison}, f"{name} is the current model version now", as_json=json)


def remove(context: typer.Context, name: Name, json: Json = False) -> None:
    """Delete a model version that isn't the current one. What it suggested stays in the workspace.

    Example: tagger models remove 2026-08-07-1
    """
    from tagger.steps import models as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        steps.remove(workspace, name)
    show({"removed": name}, f"Removed {name}", as_json=json)


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


def _comparison(found: "Comparison") -> Iterator[str]:
    yield f"{found.before} and {found.after} on {counted(found.papers, 'paper')} that people judged"
    rows = [
        (
            key.replace("_f1", " F1"),
            f"{found.f1_before[key]:.3f}",
            f"{found.f1_after[key]:.3f}",
            f"{low:+.3f} to {high:+.3f}",
        )
        for key, (low, high) in found.intervals.items()
    ]
    yield table(("", "before", "after", "rise, 95 %"), rows, right=(1, 2, 3))
    tags = [
        (
            f"{t.dimension}:{t.tag}",
            t.support,
            f"{t.f1_before:.2f}",
            f"{t.f1_after:.2f}",
            t.mended,
            t.broken,
            f"{t.p_value:.3f}",
        )
        for t in found.tags
        if t.mended or t.broken
    ]
    headings = ("tag", "papers", "F1 before", "after", "mended", "broken", "p")
    yield table(headings, tags, right=range(1, len(headings))) if tags else "They say the same of every paper."
    if found.worse:
        yield f"{found.after} does worse in {', '.join(found.worse)}; it is promoted with --force only."
    else:
        yield f"{found.after} isn't worse than {found.before} in anything, beyond chance."


def _figure(version: ModelVersion, key: str) -> str:
    value = version.figures.get(key)
    return f"{value:.3f}" if isinstance(value, float) else "-"


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        name="models", help="The model versions: list, show, compare, promote, export, remove.", no_args_is_help=True
    )
    group.command("list")(list_)
    group.command("show")(show_)
    for command in (compare, promote, export, remove):
        group.command()(command)
    app.add_typer(group)
