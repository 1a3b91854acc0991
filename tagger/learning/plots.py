"""Draws an evaluation, as SVG and PNG. The same evaluation gives the same bytes."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagger.domain.tags import Dimension, Tag
from tagger.errors import LearningError
from tagger.learning.answers import Answers
from tagger.learning.evaluation import Evaluation
from tagger.learning.metrics import COVERAGE_PRECISION, precision_recall, reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS_PER_INCH = 150
# Okabe and Ito's colours, told apart whatever eyes see; dashes and marks tell further dimensions apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", ":", "-.")
MARKS = "osD^vPX"
GREY = "#666666"
LONGEST_NAME = 44
STYLE: Mapping[str, object] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that every machine draws alike
    "font.size": 9,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "svg.hashsalt": "tagger",
}


def check_plots(folder: Path) -> None:
    """Make the folder. Raises LearningError if nothing can be drawn here, and OSError if it can't be made."""
    check_matplotlib()
    folder.mkdir(parents=True, exist_ok=True)


def check_matplotlib() -> None:
    """Raise LearningError if nothing can be drawn here."""
    if importlib.util.find_spec("matplotlib") is None:
        raise LearningError("plots need matplotlib, which isn't installed", "pip install matplotlib")


def write_plots(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Draw everything into a folder, each plot as SVG and PNG, and return the files.

    Reliability, precision and recall, each dimension's tags, and the learning curve if there is one. Raises
    LearningError without matplotlib, and OSError if the folder can't be written.
    """
    check_plots(folder)
    import matplotlib.style

    # From the library's defaults: a user's own settings would make the same evaluation look different elsewhere.
    with matplotlib.style.context(["default", dict(STYLE)]):
        figures = {
            "reliability": draw_reliability(evaluation),
            "precision-recall": draw_precision_recall(evaluation),
            **{
                f"tags-{dimension.id}": draw_tags(evaluation.model, i, dimension)
                for i, dimension in enumerate(evaluation.truth.tag_set.dimensions)
            },
        }
        if evaluation.curve:
            figures["learning-curve"] = draw_curve(evaluation)
        return [path for name, figure in figures.items() for path in _save(figure, folder / name)]


def _save(figure: Figure, stem: Path) -> list[Path]:
    svg, png = stem.parent / f"{stem.name}.svg", stem.parent / f"{stem.name}.png"
    figure.savefig(svg, metadata={"Date": None, "Creator": None})
    figure.savefig(png, dpi=DOTS_PER_INCH, metadata={"Software": None})
    return [svg, png]


def new_axes(width: float, height: float, title: str, x: str, y: str) -> tuple[Figure, Axes]:
    """Return a figure of that size in inches with labelled axes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    return figure, axes


def line_style(index: int) -> dict[str, Any]:
    """Return how a dimension's line is drawn: another colour for each, and once these are used up other dashes."""
    return {
        "color": COLOURS[index % len(COLOURS)],
        "linestyle": DASHES[index // len(COLOURS) % len(DASHES)],
        "linewidth": 1.5,
    }


def mark_style(index: int) -> dict[str, Any]:
    """Return how a dimension's mark is drawn."""
    return {"marker": MARKS[index % len(MARKS)], "markersize": 5, "markeredgecolor": "white", "markeredgewidth": 0.5}


def draw_reliability(evaluation: Evaluation) -> Figure:
    """Draw how often pairs are right, by their score, a line a dimension."""
    figure, axes = new_axes(5.4, 5.8, "How often a score is right", "mean score", "share of pairs that are right")
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="perfectly calibrated")
    ece = [figures.expected_calibration_error for figures in evaluation.model.figures()]
    for i, dimension in enumerate(evaluation.truth.tag_set.dimensions):
        bins = reliability(evaluation.truth.labels[i].ravel(), evaluation.model.scores[i].ravel())
        means, shares = [b.mean_score for b in bins], [b.share_right for b in bins]
        axes.plot(means, shares, **line_style(i), **mark_style(i), label=f"{dimension.id} (error {ece[i]:.3f})")
    for each in reliability(*evaluation.model.pairs()):
        axes.annotate(f"{each.count:,}", (each.mean_score, 1.08), ha="center", fontsize=7, color=GREY)
    axes.set(xlim=(-0.06, 1.06), ylim=(-0.04, 1.14), aspect="equal")
    put_legend(figure, 2, "At the top: how many pairs of a paper and a tag, all dimensions together")
    return figure


def draw_precision_recall(evaluation: Evaluation) -> Figure:
    """Draw precision over recall, a line a dimension, and a mark where the thresholds are."""
    x, y = "recall: share of right tags that are suggested", "precision: share of suggestions that are right"
    figure, axes = new_axes(6, 5.2, "Precision and recall at every score", x, y)
    at_floor = f"{COVERAGE_PRECISION:.0%} precision"
    axes.axhline(COVERAGE_PRECISION, color=GREY, linestyle="--", linewidth=1, label=at_floor)
    figures = evaluation.model.figures()
    for i, dimension in enumerate(evaluation.truth.tag_set.dimensions):
        labels, scores = evaluation.truth.labels[i].ravel(), evaluation.model.scores[i].ravel()
        if labels.any():
            precision, recall = precision_recall(labels, scores)
            axes.plot(recall, precision, **line_style(i), label=f"{dimension.id} (coverage {figures[i].coverage:.0%})")
            point = (figures[i].micro_recall, figures[i].micro_precision)
            axes.plot(*point, color=COLOURS[i % len(COLOURS)], **mark_style(i) | {"markersize": 8})
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    put_legend(figure, 2, "Marks: the tags that are taken. Coverage: the recall where precision falls below the floor")
    return figure


def draw_tags(model: Answers, index: int, dimension: Dimension) -> Figure:
    """Draw F1 of each tag of a dimension with its interval, precision and recall."""
    found = model.tags()[dimension.id]
    used = [tag for tag in dimension.tags if found[tag.id].figures.support]
    ranked = sorted(used, key=lambda tag: (found[tag.id].figures.f1, tag.id))
    figure, axes = new_axes(7, 1.6 + 0.22 * max(len(used), 2), f"Tags of {dimension.id}", "", "")
    colour = COLOURS[index % len(COLOURS)]
    for row, tag in enumerate(ranked):
        figures = found[tag.id].figures
        known = {} if row else {"F1": "F1", "interval": "95 % interval of F1", "p": "precision", "r": "recall"}
        if (ends := found[tag.id].f1_interval) is not None:
            bar: dict[str, Any] = {"color": colour, "linewidth": 5, "alpha": 0.25, "solid_capstyle": "butt"}
            axes.plot(ends, [row, row], **bar, label=known.get("interval"))
        axes.plot([figures.precision], [row], "|", color="black", markersize=8, label=known.get("p"))
        axes.plot([figures.recall], [row], "x", color=GREY, markersize=4, label=known.get("r"))
        axes.plot([figures.f1], [row], "o", color=colour, markersize=5, label=known.get("F1"))
    names = [f"{drawable(tag)} ({found[tag.id].figures.support})" for tag in ranked]
    axes.set_yticks(range(len(ranked)), names, parse_math=False)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.7, max(len(ranked), 1) - 0.3))
    axes.grid(axis="y", visible=False)
    put_legend(figure, 4, "In brackets: papers that carry the tag")
    return figure


def draw_curve(evaluation: Evaluation) -> Figure:
    """Draw F1 over the number of labelled papers."""
    from matplotlib.ticker import NullFormatter, NullLocator

    figure, axes = new_axes(6, 4.6, "What more labelled papers bring", "labelled papers", "F1 on papers kept apart")
    papers = [point.papers for point in evaluation.curve]
    wholes = [point.answers.whole() for point in evaluation.curve]
    for i, (name, label) in enumerate((("micro_f1", "micro F1"), ("macro_f1", "macro F1"))):
        line = line_style(i)
        axes.fill_between(
            papers,
            [whole.intervals[name][0] for whole in wholes],
            [whole.intervals[name][1] for whole in wholes],
            color=line["color"],
            alpha=0.15,
            linewidth=0,
        )
        axes.plot(papers, [getattr(whole.figures, name) for whole in wholes], **line, **mark_style(i), label=label)
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xticks(papers, [str(n) for n in papers])
    put_legend(figure, 2, "Bands: 95 % intervals")
    return figure


def put_legend(figure: Figure, columns: int, title: str) -> None:
    """Put the legend below the plot, where it hides nothing."""
    figure.legend(loc="outside lower left", ncols=columns, title=title, title_fontsize=8, fontsize=8, alignment="left")


def drawable(tag: Tag) -> str:
    """Return a tag's name in one short line, or its id where the font has no letters for it."""
    name = " ".join(tag.name.split())
    return shortened(name if name and has_letters(name) else tag.id)


def has_letters(text: str) -> bool:
    """Return whether the font can draw a text."""
    from matplotlib.font_manager import findfont, get_font

    letters = get_font(findfont(str(STYLE["font.family"]))).get_charmap()
    return all(ord(letter) in letters for letter in text)


def shortened(name: str) -> str:
    """Return a name as far as there is room for it."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
