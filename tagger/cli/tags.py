"""``tagger tags``: the tag set."""

import typer

from tagger.cli.output import Json, show
from tagger.cli.output import table as make_table


def list_(context: typer.Context, json: Json = False) -> None:
    """List every tag with its meaning.

    Example: tagger tags list
    """
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        tag_set = workspace.tag_set
    rows = [(f"{d.id}:{t.id}", t.means or t.name) for d in tag_set.dimensions for t in d.tags]
    document = {
        "version": tag_set.version,
        "dimensions": {
            d.id: [{"id": t.id, "name": t.name, "means": t.means, "also": list(t.also)} for t in d.tags]
            for d in tag_set.dimensions
        },
    }
    show(document, make_table(("tag", "means"), rows), as_json=json)


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(name="tags", help="The tag set.", no_args_is_help=True)
    group.command("list")(list_)
    app.add_typer(group)
