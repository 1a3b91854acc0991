"""``tagger report``: all that is known of how good the tagging is, on one page and in the terminal."""

import webbrowser
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.learning import DEFAULT_MINUTES, AimText, Body, Minutes, Seed, aim_of
from tagger.cli.output import Json, note, progress_bar, show, table
from tagger.learning.options import TrainingOptions

if TYPE_CHECKING:
    from tagger.domain.report import Section

# A longer table is the page's; the terminal tells how it goes on.
ROWS_SHOWN = 12


def report(
    context: typer.Context,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the page is written.")] = Path("report.html"),
    open_page: Annotated[bool, typer.Option("--open", help="Show the page in the browser.")] = False,
    folds: Annotated[int, typer.Option(min=2, max=20, help="How many parts take turns being held out.")] = 5,
    seed: Seed = 0,
    body: Body = "frozen",
    minutes: Minutes = DEFAULT_MINUTES,
    aim: AimText = "f1",
    json: Json = False,
) -> None:
    """Write one page that tells how good the tagging is, where it fails, and what more labels would bring.

    It cross-validates once, as `tagger evaluate --curve` does: figures, learning curve, every tag, precision and
    recall, calibration, confusions, a map of the papers; and how far people agree, and what drifts.

    Example: tagger report --open
    """
    from tagger.steps import report as reporting
    from tagger.steps.workspace import open_workspace

    options = TrainingOptions(seed=seed, body=body, minutes=minutes, aim=aim_of(aim))
    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        found = reporting.report(workspace, options=options, folds=folds, progress=progress)
    reporting.write_report(found, out, datetime.now().astimezone())
    lines = [line for section in found.sections for line in (*_lines(section), "")]
    sections = [
        {"title": s.title, "says": s.says, "headings": list(s.headings), "rows": [list(row) for row in s.rows]}
        for s in found.sections
    ]
    evaluation = found.evaluation.document() if found.evaluation else None
    document = {"out": out, "sections": sections, "evaluation": evaluation}
    show(document, "\n".join([*lines, f"Written to {out}"]), as_json=json)
    if open_page and not webbrowser.open(out.resolve().as_uri()):
        note(f"note: no browser was found to show {out}")


def _lines(section: "Section") -> list[str]:
    lines = [section.title, section.says]
    if section.rows:
        lines += ["", table(section.headings, section.rows[:ROWS_SHOWN], right=range(1, len(section.headings)))]
        if (more := len(section.rows) - ROWS_SHOWN) > 0:
            lines.append(f"… and {more} more on the page")
    return lines


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)
