"""``tagger stats``: tags over time."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.output import Json, counted, progress_bar, show, table
from tagger.cli.search import Since, Until
from tagger.domain.trends import LEAST_PAPERS, By, Direction, Period, Trends

if TYPE_CHECKING:
    from tagger.steps.stats import Statistics

# A line of the table holds no more bars.
BARS_SHOWN = 12
BARS = "▁▂▃▄▅▆▇█"
LEFT_OUT = {"blind": "to be judged blind", "skipped": "skipped", "untagged": "untagged", "undated": "of no day"}
SIGNS: dict[Direction, str] = {"rising": "▲", "falling": "▼"}
DimensionOption = Annotated[str | None, typer.Option(metavar="DIM", help="Only the tags of that dimension.")]
ByOption = Annotated[By, typer.Option(metavar="week|month", help="Count by week or by month.")]
Latest = Annotated[
    int, typer.Option(metavar="N", min=1, help="Compare so many of the last weeks or months with those before.")
]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Also draw it, as .svg or as a page, .html.")]


def stats(
    context: typer.Context,
    dimension: DimensionOption = None,
    by: ByOption = "month",
    since: Since = None,
    until: Until = None,
    latest: Latest = 1,
    out: Out = None,
    json: Json = False,
) -> None:
    """Show how often each tag is given over time, and which tags rise or fall by more than chance.

    Tags count that people or a rule decided, and suggested ones that nobody has decided on. The latest week or
    month, or more of them with --latest, is compared with the eight before.

    Example: tagger stats --by week --since 2026-06-01 --out trends.svg
    """
    from tagger.steps import stats as steps
    from tagger.steps.workspace import open_workspace

    if out and out.suffix not in steps.DRAWN:
        raise typer.BadParameter(f"{out.name} ends neither with .svg nor with .html", param_hint="--out")
    days = {"since": since.date() if since else None, "until": until.date() if until else None}
    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        found = steps.stats(workspace, dimension=dimension, by=by, latest=latest, progress=progress, **days)
        if out:
            steps.draw(workspace, found, out)
    show(_document(found) | ({"out": out} if out else {}), "\n".join(_lines(found, out)), as_json=json)


def _document(found: "Statistics") -> dict[str, object]:
    trends = found.trends
    tags = [
        {
            "dimension": tag.dimension,
            "tag": tag.tag,
            "papers": tag.papers,
            "suggested": tag.suggested,
            "counts": tag.counts,
            "change": tag.change,
            "direction": tag.change.direction if tag.change else None,
        }
        for tag in trends.tags
    ]
    return {
        "by": trends.by,
        "papers": trends.papers,
        "decided": found.decided,
        "suggested": found.suggested,
        "left_out": found.left_out,
        "periods": trends.periods,
        "latest": [period.name for period in trends.span],
        "before": [period.name for period in trends.earlier],
        "tags": tags,
    }


def _lines(found: "Statistics", out: Path | None) -> list[str]:
    trends = found.trends
    left_out = ", ".join(f"{number} {LEFT_OUT[why]}" for why, number in found.left_out.items() if number)
    lines = [f"Left out: {left_out}"] if left_out else []
    if not trends.papers:
        return ["No paper of these days has tags.", *lines]
    tags = found.decided + found.suggested
    told = f"{_names(trends.periods)}: {counted(trends.papers, 'paper')} with {counted(tags, 'tag')}"
    told += (
        f", {_percent(found.decided, tags)} decided, {_percent(found.suggested, tags)} only suggested" if tags else ""
    )
    lines = [told, *lines, ""]
    shown = trends.periods[-BARS_SHOWN:]
    for dimension in dict.fromkeys(tag.dimension for tag in trends.tags):
        rows = [
            (
                tag.tag,
                tag.papers,
                tag.suggested,
                _percent(tag.papers, trends.papers),
                sparkline(tag.counts[-BARS_SHOWN:], [period.papers for period in shown]),
                f"{SIGNS[way]} {way}" if tag.change and (way := tag.change.direction) else "",
            )
            for tag in trends.tags
            if tag.dimension == dimension
        ]
        headings = (dimension, "papers", "suggested", "share", f"from {shown[0].name}", "trend")
        lines += [table(headings, rows, right=(1, 2, 3)), ""]
    return [*lines, *_changes(trends), *([f"Drawn in {out}"] if out else [])]


def _changes(trends: Trends) -> list[str]:
    if not trends.latest:
        return [f"What rises and falls can't be told: that takes {LEAST_PAPERS} papers now and {LEAST_PAPERS} before."]
    lines = [f"{_named(trends.span)} against {_named(trends.earlier)}:"]
    for direction in SIGNS:
        for tag in trends.moving(direction):
            change = tag.change
            assert change is not None
            shares = f"{100 * change.before:.1f} % → {100 * change.now:.1f} %"
            lines.append(f"  {SIGNS[direction]} {tag.dimension}:{tag.tag}  {shares}  (z {change.z:+.1f})")
    return lines if len(lines) > 1 else [f"{lines[0]} nothing beyond chance."]


def _named(span: tuple[Period, ...]) -> str:
    return f"{_names(span)} ({counted(sum(period.papers for period in span), 'paper')})"


def _names(span: tuple[Period, ...]) -> str:
    return span[0].name if len(span) == 1 else f"{span[0].name} to {span[-1].name}"


def sparkline(counts: Sequence[int], papers: Sequence[int]) -> str:
    """Return a bar for each period's share of papers, the highest of them full; a dot where there was no paper."""
    shares = [count / of if of else None for count, of in zip(counts, papers, strict=True)]
    highest = max((share for share in shares if share is not None), default=0.0) or 1.0
    return "".join("·" if s is None else BARS[round(s / highest * (len(BARS) - 1))] for s in shares)


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    return f"{share:.0f} %" if share >= 10 or not part else f"{share:.1f} %"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(stats)
