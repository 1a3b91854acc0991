"""``tagger tags``: the tag set."""

import itertools
from dataclasses import asdict
from typing import Annotated

import typer

from tagger.cli import tag_changes
from tagger.cli.output import Json, counted, show
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


def words(
    context: typer.Context,
    tags: Annotated[
        list[str] | None,
        typer.Argument(metavar="[DIMENSION:TAG]...", help="Tags to look for words for; all if none is given."),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(metavar="DIMENSION:TAG=WORD", help="Write a word into the tag set instead; may be repeated."),
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="So many words a tag at most.")] = 5,
    json: Json = False,
) -> None:
    """Propose `also` words: those that stand in papers with a tag far more often than in the others.

    "in" counts the tag's papers with the word, "elsewhere" the others; log-odds of 1 mean nearly three times the odds.

    Example: tagger tags words task:agents

    Example: tagger tags words --accept task:agents=long-horizon
    """
    if accept:
        if tags:
            raise typer.BadParameter("it takes no tags beside it", param_hint="--accept")
        _accept(context, [_tag_and_word(text) for text in accept], json=json)
        return
    from tagger.steps import tags as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        proposals = steps.propose(workspace, tags or [], most)
    rows: list[tuple[str, str, str, str]] = []
    for (dimension, tag), found in itertools.groupby(proposals, key=lambda p: (p.dimension, p.tag)):
        rows.append((f"{dimension}:{tag}", "", "", ""))
        rows += [
            (f"  {p.word}", f"{p.with_tag} of {p.of_tag}", f"{p.elsewhere} of {p.of_others}", f"{p.log_odds:.1f}")
            for p in found
        ]
    text = make_table(("tag and words", "in", "elsewhere", "log-odds"), rows, right=(1, 2, 3))
    text += "\n\nNext: tagger tags words --accept DIMENSION:TAG=WORD for each that helps"
    nothing = "No word stands out that the tags don't have already."
    show({"proposals": [asdict(p) for p in proposals]}, text if rows else nothing, as_json=json)


def _accept(context: typer.Context, chosen: list[tuple[str, str]], *, json: bool) -> None:
    from tagger.steps import tags as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        result = steps.accept(workspace, chosen)
    text = f"Wrote {counted(len(result.accepted), 'word')} into {result.file}"
    if result.known:
        text += f"; {len(result.known)} known already"
    if result.accepted:
        text += "\nNext: tagger train, for suggestions that make use of it"
    document = {
        "file": result.file,
        "accepted": [{"dimension": d, "tag": t, "word": w} for d, t, w in result.accepted],
        "known": [{"dimension": d, "tag": t, "word": w} for d, t, w in result.known],
    }
    show(document, text, as_json=json)


def _tag_and_word(text: str) -> tuple[str, str]:
    tag, equals, word = text.partition("=")
    if not (tag and equals and word.strip()):
        raise typer.BadParameter(f"'{text}' isn't DIMENSION:TAG=WORD", param_hint="--accept")
    return tag, word


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        name="tags", help="The tag set: its tags, changes of them, and words for them.", no_args_is_help=True
    )
    group.command("list")(list_)
    group.command()(words)
    tag_changes.register(group)
    app.add_typer(group)
