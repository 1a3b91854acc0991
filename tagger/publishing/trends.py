"""Draws tags over time: an SVG picture, and a page with the picture and its figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tagger.domain.tags import TagSet
from tagger.domain.trends import Direction, Period, TagTrend, Trends
from tagger.publishing.page import render

# Lengths in the picture's own units, about a pixel each.
LEFT, CHART, HEADING, LINE, BAR = 244, 322, 52, 26, 18
LONGEST_NAME = 32


@dataclass(frozen=True, slots=True)
class Row:
    """A tag's line: its bars as two SVG paths, of the periods before the latest span and of that span."""

    name: str
    papers: int
    suggested: int
    share: str
    now: str
    before: str
    direction: Direction | None
    y: int
    earlier_bars: str
    latest_bars: str

    @property
    def short_name(self) -> str:
        """The name, as far as there is room for it."""
        return self.name if len(self.name) <= LONGEST_NAME else self.name[: LONGEST_NAME - 1] + "…"


@dataclass(frozen=True, slots=True)
class Group:
    """The tags of a dimension, and where its heading stands."""

    name: str
    y: int
    rows: tuple[Row, ...]


def trends_svg(trends: Trends, tag_set: TagSet, suggested: int, templates: Path | None = None) -> bytes:
    """Return the picture, which fits light and dark; ``suggested`` of the tags in it are only suggested.

    Raises PublishingError if a template of the workspace is wrong.
    """
    return _rendered("trends.svg", ("trends.css",), trends, tag_set, templates, suggested=suggested)


def trends_page(
    trends: Trends, tag_set: TagSet, suggested: int, templates: Path | None = None, *, archive: str | None = None
) -> bytes:
    """Return the picture and a table of its figures as a web page without anything from elsewhere; see trends_svg.

    With the title of an ``archive`` it leads back to that.
    """
    styles = ("page.css", "trends.css")
    return _rendered("trends.html", styles, trends, tag_set, templates, suggested=suggested, archive=archive)


def _rendered(
    name: str, styles: Sequence[str], trends: Trends, tag_set: TagSet, templates: Path | None, **told: object
) -> bytes:
    groups = _groups(trends, tag_set)
    rows = [row for group in groups for row in group.rows]
    moving = {
        way: [f"{row.name} ({row.before} to {row.now})" for row in rows if row.direction == way]
        for way in ("rising", "falling")
    }
    return render(
        name,
        templates,
        styles=styles,
        standalone=name.endswith(".svg"),
        trends=trends,
        groups=groups,
        moving=moving,
        tags=sum(row.papers for row in rows),
        span=_named(trends.span),
        earlier=_named(trends.earlier),
        left=LEFT,
        chart=CHART,
        height=len(groups) * HEADING + len(rows) * LINE + 8,
        **told,
    ).encode(errors="replace")


def _groups(trends: Trends, tag_set: TagSet) -> list[Group]:
    groups, y = [], 0
    for dimension in tag_set.dimensions:
        tags = [tag for tag in trends.tags if tag.dimension == dimension.id]
        if tags:
            y += HEADING
            rows = (_row(tag, dimension.tag(tag.tag).name, trends, y + LINE * n) for n, tag in enumerate(tags))
            groups.append(Group(dimension.id.replace("-", " ").replace("_", " ").capitalize(), y, tuple(rows)))
            y += LINE * len(tags)
    return groups


def _row(tag: TagTrend, name: str, trends: Trends, y: int) -> Row:
    shares = [n / period.papers if period.papers else 0.0 for n, period in zip(tag.counts, trends.periods, strict=True)]
    bars = [_bar(number, share / max(shares), len(shares), y + LINE) for number, share in enumerate(shares)]
    end = len(bars) - trends.latest
    change = tag.change
    return Row(
        name=name,
        papers=tag.papers,
        suggested=tag.suggested,
        share=_percent(tag.papers / trends.papers),
        now=_percent(change.now) if change else "",
        before=_percent(change.before) if change else "",
        direction=change.direction if change else None,
        y=y + LINE,
        earlier_bars="".join(bars[:end]),
        latest_bars="".join(bars[end:]),
    )


def _bar(number: int, height: float, bars: int, bottom: int) -> str:
    """Return a bar as a closed path that stands on ``bottom``; nothing if it has no height."""
    step = CHART / bars
    width = step * 0.8 if step < 20 else 16.0
    left = LEFT + number * step
    return f"M{left:.1f} {bottom}v{-height * BAR:.1f}h{width:.1f}V{bottom}z" if height else ""


def _named(span: Sequence[Period]) -> str:
    names = [period.name for period in span]
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}" if names else ""


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"
