"""Everything that is printed: text for people, one JSON document for machines, progress on stderr."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from tagger.cli import recording
from tagger.domain.model import Progress, no_progress
from tagger.domain.paper import Paper
from tagger.errors import in_one_line

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, for scripts.")]
Day = Annotated[
    datetime | None, typer.Option("--digest", formats=["%Y-%m-%d"], metavar="DATE", help="The digest's day.")
]


By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides.", show_default="you")]
Explain = Annotated[bool, typer.Option("--explain", help="Tell what speaks for each suggested tag.")]

WIDTH = 80


def show(document: Mapping[str, object], text: str, *, as_json: bool) -> None:
    """Print the document as JSON, or else the text."""
    recording.tell(text)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, default=_plain))
    elif text:
        typer.echo(printable(text, keep="\n"))


def fail(reason: str) -> NoReturn:
    """Tell why the command failed although it did a part of its work, in one line on stderr, and exit with 1."""
    recording.tell_failure(reason)
    typer.echo(f"tagger: {printable(in_one_line(reason))}", err=True)
    raise typer.Exit(1)


def note(text: str) -> None:
    """Print one line on stderr that isn't part of the result."""
    typer.echo(printable(in_one_line(text)), err=True)


def printable(text: str, keep: str = "") -> str:
    """Return text that can't move the cursor or colour the terminal: control characters become visible escapes."""
    return "".join(c if c.isprintable() or c in keep else ascii(c)[1:-1] for c in text)


def paper_line(paper: Paper, *, unsure: bool) -> str:
    """Return a paper's id and title in one line, with a ? before them if it needs a person."""
    return printable(f"{'?' if unsure else ' '} {paper.id}  {paper.title}")[:WIDTH]


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> str:
    """Return a plain table that fits 80 columns: the widest columns give way; columns in ``right`` are numbers."""
    cells = [[printable(str(cell)) for cell in row] for row in [headings, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    lines = []
    for row in cells:
        fitted = [_fit(cell, width) for cell, width in zip(row, widths, strict=True)]
        padded = [c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(fitted, widths, strict=True))]
        lines.append("  ".join(padded).rstrip())
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)


def minute(at: datetime) -> str:
    """Return a time, to the minute, as it is here."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 paper``, ``2 papers``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@contextlib.contextmanager
def progress_bar(counting: str = "") -> Iterator[Progress]:
    """Yield a callback that draws a bar with the time left on stderr; silent where stderr is no terminal.

    A total of 0 is one that isn't known. With ``counting``, a plural, their number a second is told.
    """
    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f} {counting}/s" if counting and task.speed else "")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Speed(), TimeRemainingColumn())
    # What is told of once a minute has no speed within rich's half a minute.
    with Bars(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=600) as bars:
        ids: dict[str, int] = {}

        def advance(what: str, done: int, total: int) -> None:
            if what not in ids:
                ids[what] = bars.add_task(what, total=total or None)
            bars.update(bars.task_ids[ids[what]], completed=done, total=total or None)

        yield advance


def _fit(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (date, Path)):  # a datetime is a date
        return str(value) if isinstance(value, Path) else value.isoformat()
    raise TypeError(f"{value!r} can't be written as JSON")
