"""``tagger tags propose|add|rename|merge|split|retire``: the tag set, changed with all that hangs on it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.output import Json, counted, progress_bar, show, table

if TYPE_CHECKING:
    from tagger.steps.tag_changes import Apply, Changed
    from tagger.steps.workspace import Workspace

DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would happen, and change nothing.")]
TagArgument = Annotated[str, typer.Argument(metavar="DIMENSION:TAG", help="The tag.")]
Tags = Annotated[list[str], typer.Argument(metavar="DIMENSION:TAG...", help="The tags.")]
Name = Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What people read.")]


def add(
    context: typer.Context,
    tag: TagArgument,
    name: Name = None,
    means: Annotated[str, typer.Option(metavar="TEXT", help="What it means, for annotators and the model.")] = "",
    unlike: Annotated[str, typer.Option("--not", metavar="TEXT", help="A tag it is confused with.")] = "",
    also: Annotated[list[str] | None, typer.Option(metavar="WORD", help="A word papers use; may be repeated.")] = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Add a tag. The model suggests it from its description until papers are labelled with it.

    Papers labelled before say nothing of it: it isn't held against it that they don't carry it.

    Example: tagger tags add task:watermarking --means "Marks in what models make" --also watermark
    """
    from tagger.domain.tags import Tag
    from tagger.steps import tag_changes as steps

    dimension, _, tag_id = tag.rpartition(":")
    if not dimension or not tag_id:
        raise typer.BadParameter(f"'{tag}' isn't DIMENSION:TAG", param_hint="DIMENSION:TAG")
    made = Tag(tag_id, name or tag_id, means, unlike, tuple(also or ()))
    with _change(context, dry_run=dry_run) as (workspace, change):
        _show(steps.add(workspace, dimension, made, change), json=json)


def rename(
    context: typer.Context,
    tag: TagArgument,
    new_id: Annotated[str | None, typer.Argument(metavar="[NEW_ID]", help="Its new id.")] = None,
    name: Name = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Give a tag another id or name. Nothing is lost: all that was said of it is read under the new one.

    Example: tagger tags rename task:agents tool-use --name "Tool use"
    """
    from tagger.steps import tag_changes as steps

    if new_id is None and name is None:
        raise typer.BadParameter("give a new id, --name, or both", param_hint="[NEW_ID]")
    with _change(context, dry_run=dry_run) as (workspace, change):
        _show(steps.rename(workspace, tag, new_id, name, change), json=json)


def merge(
    context: typer.Context,
    tags: Tags,
    into: Annotated[str, typer.Option(metavar="DIMENSION:TAG", help="The tag that stays.")],
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Merge tags into another one: what carried them carries that from now on.

    Example: tagger tags merge modality:audio --into modality:speech
    """
    from tagger.steps import tag_changes as steps

    with _change(context, dry_run=dry_run) as (workspace, change):
        _show(steps.merge(workspace, tags, into, change), json=json)


def split(
    context: typer.Context,
    tag: TagArgument,
    into: Annotated[
        list[str], typer.Option(metavar="ID[=MEANING]", help="A part; with a meaning it is made. Two or more.")
    ],
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Split a tag into others. Nobody knows which of them the papers carry that carried it: they are asked again.

    Papers that didn't carry it carry none of its parts.

    Example: tagger tags split task:agents --into "web-agents=Act in browsers" --into "os-agents=Act in systems"
    """
    from tagger.steps import tag_changes as steps

    parts = [steps.Part(i, m if eq else None) for i, eq, m in (text.partition("=") for text in into)]
    with _change(context, dry_run=dry_run) as (workspace, change):
        _show(steps.split(workspace, tag, parts, change), json=json)


def retire(context: typer.Context, tags: Tags, dry_run: DryRun = False, json: Json = False) -> None:
    """Retire tags: they aren't given any more. What was said of them stays in the database; their ids are never reused.

    Example: tagger tags retire modality:graph
    """
    from tagger.steps import tag_changes as steps

    with _change(context, dry_run=dry_run) as (workspace, change):
        _show(steps.retire(workspace, tags, change), json=json)


def propose(
    context: typer.Context,
    most: Annotated[int, typer.Option(min=1, help="So many topics at most.")] = 15,
    json: Json = False,
) -> None:
    """Propose tags that the tag set lacks: topics of many titles that no tag's papers are about.

    "overlap" says how like the topic's papers are to those of the nearest tag: 1 would be the same papers.

    Example: tagger tags propose --most 20
    """
    from tagger.steps.tag_proposals import propose as find
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        found = find(workspace, most)
    rows = [
        (", ".join((topic.name, *topic.words[:2])), topic.titles, topic.papers, ":".join(topic.nearest), topic.overlap)
        for topic in found
    ]
    text = table(("topic", "titles", "papers", "nearest tag", "overlap"), rows, right=(1, 2, 4))
    text += "\n\nNext: tagger tags add DIMENSION:TAG --means TEXT, or for another word of a tag there is,"
    text += "\ntagger tags words --accept DIMENSION:TAG=WORD"
    nothing = "No topic stands out that the tags don't cover."
    show({"proposals": [asdict(topic) for topic in found]}, text if rows else nothing, as_json=json)


@contextlib.contextmanager
def _change(context: typer.Context, *, dry_run: bool) -> Iterator[tuple[Workspace, Apply]]:
    from tagger.steps.tag_changes import Apply
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        yield workspace, Apply(workspace, datetime.now(UTC), progress, dry_run)


def _show(changed: Changed, *, json: bool) -> None:
    would = "Would change" if changed.dry_run else "Changed"
    lines = [f"{would} the tag set from version {changed.before} to {changed.after}:"]
    if changed.before == changed.after:
        lines = [f"The tag set is so already, in version {changed.after}"]
    lines += [f"  {change}" for change in changed.changes]
    concerned = [
        counted(number, noun)
        for number, noun in (
            (changed.annotations, "annotation"),
            (changed.decisions, "decision"),
            (changed.suggestions, "suggestion"),
        )
        if number
    ]
    if concerned:
        lines.append(f"Carry such a tag, and are read in the new way: {', '.join(concerned)}")
    lines += [f"Model: {changed.model}"] if changed.model else []
    lines += [f"Label Studio: {changed.studio}"] if changed.studio else []
    if not changed.dry_run:
        after = "tagger predict, then tagger push and tagger publish" if changed.model else "tagger train"
        lines.append(f"Next: {after}")
    show(asdict(changed), "\n".join(lines), as_json=json)


def register(group: typer.Typer) -> None:
    """Add the commands to the group ``tagger tags``."""
    for command in (propose, add, rename, merge, split, retire):
        group.command()(command)
