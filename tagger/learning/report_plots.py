"""Draws what only a report shows, and turns any drawing into a picture for light and dark surroundings."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tagger.domain.report import Picture
from tagger.domain.tags import Dimension
from tagger.learning.plots import (
    COLOURS,
    GREY,
    STYLE,
    drawable,
    has_letters,
    line_style,
    mark_style,
    new_axes,
    put_legend,
    shortened,
)

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

# The tags that a map tells apart: no more have colours of their own.
MAPPED_TAGS = 6
_INK = "#1d2126"
# What each colour is on a dark page, so that it stands out there as much.
_DARK = {
    _INK: "#e6e8ea",
    "#000000": "#e6e8ea",
    "#ffffff": "#15181c",
    "#dddddd": "#3a4149",
    "#cccccc": "#78828d",
    GREY: "#a4adb7",
    "#0072b2": "#4aa3e0",
    "#d55e00": "#f08a3c",
    "#009e73": "#2fc79b",
    "#56b4e9": "#b5dfff",
}


@contextlib.contextmanager
def report_style() -> Iterator[None]:
    """Draw as a report is drawn while the context lasts: in the page's ink, on whatever lies behind."""
    import matplotlib.style

    ink = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    clear = ("figure.facecolor", "axes.facecolor", "savefig.facecolor")
    report = dict.fromkeys(ink, _INK) | dict.fromkeys(clear, "none")
    with matplotlib.style.context(["default", dict(STYLE) | report]):
        yield


def picture(figure: Figure, alt: str) -> Picture:
    """Return a drawing as a picture; the same drawing gives the same bytes."""
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    light = stream.getvalue()
    dark = re.sub(rb"#[0-9a-f]{6}\b", lambda found: _DARK.get(found[0].decode(), found[0].decode()).encode(), light)
    return Picture(light, dark, alt)


def draw_bars(title: str, x: str, bars: Sequence[tuple[str, float]]) -> Figure:
    """Draw horizontal bars with their names, the first at the top; one that can't be drawn is numbered."""
    from matplotlib.ticker import MaxNLocator

    figure, axes = new_axes(7, 1.2 + 0.26 * max(len(bars), 2), title, x, "")
    axes.xaxis.set_major_locator(MaxNLocator(integer=max(value for _, value in bars) > 1))
    axes.barh(range(len(bars)), [value for _, value in bars], height=0.7, color=COLOURS[0])
    names = [shortened(name if has_letters(name) else f"({number}.)") for number, (name, _) in enumerate(bars, 1)]
    axes.set_yticks(range(len(bars)), names, parse_math=False)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    return figure


def draw_weeks(title: str, y: str, weeks: Sequence[str], lines: Sequence[tuple[str, Sequence[float]]]) -> Figure:
    """Draw one or several figures from week to week."""
    figure, axes = new_axes(6.4, 3.4, title, "", y)
    for i, (name, values) in enumerate(lines):
        axes.plot(range(len(weeks)), values, **line_style(i), **mark_style(i), label=name)
    axes.set_xticks(range(len(weeks)), [week.partition("-")[2] for week in weeks])
    axes.set_ylim(0, 1.02)
    put_legend(figure, 2, "")
    return figure


def flattened(embeddings: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Return places on a map for embeddings, (papers, 2): near where they are alike (t-SNE)."""
    import numpy as np
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(embeddings) - 1) / 3)
    tsne = TSNE(2, perplexity=perplexity, init="pca", metric="cosine", random_state=seed, n_jobs=1)
    return np.asarray(tsne.fit_transform(embeddings))


def draw_map(
    places: NDArray[np.float32], dimension: Dimension, labels: NDArray[np.bool_]
) -> tuple[Figure, list[tuple[str, int]]]:
    """Draw papers where they lie, coloured by their rarest tag among a dimension's commonest ones.

    Returns the drawing, and these tags with how many papers have each colour; the others are grey. Places are (papers,
    2), labels (papers, tags).
    """
    import numpy as np

    uses = labels.sum(0)
    commonest = [column for column in np.argsort(-uses, kind="stable").tolist() if uses[column]][:MAPPED_TAGS]
    colour = np.full(len(places), -1)
    for rank, column in enumerate(commonest):  # the rarer ones come later, and hold
        colour[labels[:, column]] = rank
    figure, axes = new_axes(6.4, 6, f"Papers by {dimension.id}", "", "")
    shown = []
    for rank in (-1, *range(len(commonest))):
        rows = colour == rank
        name = drawable(dimension.tags[commonest[rank]]) if rank >= 0 else "other tags or none"
        style = mark_style(rank) if rank >= 0 else {"marker": "."}
        face = COLOURS[rank] if rank >= 0 else "#cccccc"
        if rows.any():
            x, y = places[rows].T
            size, edge = (34, 0.4) if rank >= 0 else (30, 0.0)
            axes.scatter(x, y, s=size, c=face, marker=style["marker"], label=name, edgecolors="white", linewidths=edge)
            shown.append((name, int(rows.sum())))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    put_legend(figure, 2, "The rarest of these tags that a paper carries")
    return figure, shown


def agreement_picture(tags: Sequence[tuple[str, float]], says: str) -> Picture:
    """Return how far people agree on each tag as a picture; ``tags`` are names with F1, ``says`` what it comes to."""
    with report_style():
        return picture(draw_bars("How far people agree", "F1 of one's word against another's", tags), f"Bars. {says}")


def drift_picture(weeks: Sequence[str], scores: Sequence[float], unsure: Sequence[float], says: str) -> Picture:
    """Return mean scores and the share of unsure papers from week to week as a picture."""
    lines = (("mean score of suggested tags", scores), ("share of papers that need a person", unsure))
    with report_style():
        return picture(draw_weeks("Suggestions from week to week", "", weeks, lines), f"Two lines over weeks. {says}")
