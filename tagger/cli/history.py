"""``tagger history``."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli import recording
from tagger.cli.output import Json, counted, minute, show, table
from tagger.errors import StoreError

if TYPE_CHECKING:
    from tagger.domain.run import Run

Since = Annotated[
    datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], metavar="DATE", help="Runs of that day and later.")
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], metavar="DATE", help="Runs up to the end of that day."),
]


def history(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORDS", help="Only a run by its id, or those of a command, such as `tags add`."),
    ] = None,
    since: Since = None,
    until: Until = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only runs that didn't end well.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="So many runs at most, the latest.")] = 20,
    json: Json = False,
) -> None:
    """Show which commands ran in this workspace, when, for how long, and how they ended.

    Example: tagger history --since 2026-11-24 --until 2026-11-24
    """
    from tagger.settings import read_settings
    from tagger.steps import history as looking

    read_settings(context.obj)
    try:
        first = since and since.astimezone(UTC)
        after = until and (until + timedelta(days=1)).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise StoreError("no clock shows a time so far away", "Give a day of these years") from error
    runs = looking.history(context.obj, first, after)
    found = [
        run
        for run in runs
        if _is_of(run, words or [])
        and not (failed and run.outcome == "done")
        and not (recording.current and run.id == recording.current.id)
    ]
    shown = found[:limit]
    lines = [table(("began", "took", "ended", "run", "command"), [_row(run) for run in shown], right=(1,))]
    if len(shown) == 1:
        lines += ["", f"tagger {shown[0].command}", shown[0].told]
    else:
        lines += [f"{run.id}: {run.told}" for run in shown if run.outcome != "done" and run.told]
    if len(found) > limit:
        lines.append(f"and {counted(len(found) - limit, 'earlier run')} (--limit)")
    document = {"runs": [asdict(run) for run in shown], "found": len(found)}
    show(document, "\n".join(lines).rstrip() if shown else "no such run", as_json=json)


def _is_of(run: "Run", words: list[str]) -> bool:
    """Return whether these words are the run's id, or its command begins with them."""
    return words == [run.id] or run.command.split()[: len(words)] == words


def _row(run: "Run") -> tuple[str, ...]:
    return minute(run.began_at), "" if run.seconds is None else _duration(run.seconds), run.outcome, run.id, run.command


def _duration(seconds: float) -> str:
    """Return a duration in one unit or two: ``0.3 s``, ``45 s``, ``2 min 5 s``, ``1 h 3 min``."""
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(history)
