"""Tells an evaluation as the sections of a report."""

from __future__ import annotations

from collections.abc import Iterator

from tagger.domain.report import Section
from tagger.domain.tags import Dimension
from tagger.learning.answers import TagSummary
from tagger.learning.bootstrap import Interval
from tagger.learning.confusion import Confusion, confusions
from tagger.learning.evaluation import Evaluation
from tagger.learning.metrics import COVERAGE_PRECISION, calibration_error, reliability
from tagger.learning.plots import draw_curve, draw_precision_recall, draw_reliability, draw_tags
from tagger.learning.projection import gain_of_more
from tagger.learning.report_plots import draw_bars, draw_map, flattened, picture, report_style

MOST_CONFUSIONS = 15
# A map of fewer papers is no map.
LEAST_MAPPED = 10


def evaluation_sections(evaluation: Evaluation, seed: int) -> list[Section]:
    """Return what a cross-validation found as a report's sections; the seed is of the map's layout."""
    with report_style():
        return [
            _summary(evaluation),
            _curve(evaluation),
            *_tags(evaluation),
            _precision_recall(evaluation),
            _calibration(evaluation),
            _confusions(evaluation),
            _map(evaluation, seed),
        ]


def _summary(evaluation: Evaluation) -> Section:
    whole = evaluation.model.whole()
    rows = []
    for name, summary in ({"all": whole} | evaluation.model.dimensions()).items():
        figures, ends = summary.figures, summary.intervals
        micro, macro = (f"{value:.3f}" for value in (figures.micro_f1, figures.macro_f1))
        rows.append((name, micro, _ends(ends.get("micro_f1")), macro, _ends(ends.get("macro_f1"))))
    for peer in evaluation.peers:
        summary = peer.whole()
        micro, macro = (f"{value:.3f}" for value in (summary.figures.micro_f1, summary.figures.macro_f1))
        rows.append((peer.name, micro, _ends(summary.intervals.get("micro_f1")), macro, ""))
    papers = len(evaluation.sure)
    says = (
        f"On {papers} papers in {evaluation.folds} folds, each judged by a model that hadn't seen it, micro F1 is "
        f"{whole.figures.micro_f1:.3f} and macro F1 {whole.figures.macro_f1:.3f}; {int(evaluation.sure.sum())} papers "
        f"would need no review. Simpler ways of tagging stand below."
    )
    return Section("How good it is", says, (), ("", "micro F1", "95 %", "macro F1", "95 %"), rows)


def _curve(evaluation: Evaluation) -> Section:
    title, curve, labelled = "Learning curve", evaluation.curve, len(evaluation.sure)
    if len(curve) < 2:
        return Section(title, f"With {labelled} labelled papers there are too few to learn from still fewer of them.")
    gain = gain_of_more(curve, labelled)
    ahead = "too few points tell what more labels would bring"
    if gain:
        ahead = (
            f"if it goes on like this, {gain.more} more labelled papers bring {gain.micro_f1:+.3f} micro F1 "
            f"({gain.interval[0]:+.3f} to {gain.interval[1]:+.3f})"
        )
    wholes = [(point.papers, point.answers.whole()) for point in curve]
    first, last = wholes[0][1].figures.micro_f1, wholes[-1][1].figures.micro_f1
    told = f"From {wholes[0][0]} to {wholes[-1][0]} labelled papers micro F1 goes from {first:.3f} to {last:.3f}"
    rows = [
        (f"{papers}", f"{w.figures.micro_f1:.3f}", _ends(w.intervals.get("micro_f1")), f"{w.figures.macro_f1:.3f}")
        for papers, w in wholes
    ]
    drawn = picture(draw_curve(evaluation), f"Two lines with bands over the number of labelled papers. {told}.")
    return Section(title, f"{told}; {ahead}.", (drawn,), ("labelled papers", "micro F1", "95 %", "macro F1"), rows)


def _tags(evaluation: Evaluation) -> Iterator[Section]:
    found = evaluation.model.tags()
    for i, dimension in enumerate(evaluation.truth.tag_set.dimensions):
        of = {tag: summary for tag, summary in found[dimension.id].items() if summary.figures.support}
        title = f"Tags of {dimension.id}"
        if not of:
            yield Section(title, "No labelled paper carries a tag of this dimension yet.")
            continue
        ranked = sorted(of, key=lambda tag: (-of[tag].figures.f1, tag))
        best, worst = (f"{dimension.tag(tag).name} ({of[tag].figures.f1:.2f})" for tag in (ranked[0], ranked[-1]))
        says = f"F1 of each tag that a labelled paper carries, from {best} down to {worst}, with 95 % intervals."
        drawn = picture(draw_tags(evaluation.model, i, dimension), f"A row of marks for each of {len(of)} tags. {says}")
        headings = ("tag", "papers", "F1", "95 %", "precision", "recall", "threshold")
        yield Section(title, says, (drawn,), headings, [_tag_row(dimension, tag, of[tag]) for tag in ranked])


def _tag_row(dimension: Dimension, tag: str, of: TagSummary) -> tuple[str, ...]:
    figures = of.figures
    shares = (f"{value:.2f}" for value in (figures.precision, figures.recall, of.threshold))
    return (dimension.tag(tag).name, str(figures.support), f"{figures.f1:.2f}", _ends(of.f1_interval), *shares)


def _precision_recall(evaluation: Evaluation) -> Section:
    of = dict(zip(evaluation.model.dimensions(), evaluation.model.figures(), strict=True))
    chosen = "; ".join(f"{d}: {f.micro_precision:.0%} and {f.micro_recall:.0%}" for d, f in of.items())
    says = f"At the chosen thresholds, the marks, so many suggestions are right and right tags suggested: {chosen}."
    drawn = picture(draw_precision_recall(evaluation), f"Precision falls as recall rises, a line a dimension. {says}")
    floor = f"recall at {COVERAGE_PRECISION:.0%} precision"
    rows = [
        (d, *(f"{x:.3f}" for x in (f.micro_precision, f.micro_recall, f.average_precision, f.coverage)))
        for d, f in of.items()
    ]
    return Section(
        "Precision and recall", says, (drawn,), ("dimension", "precision", "recall", "average precision", floor), rows
    )


def _calibration(evaluation: Evaluation) -> Section:
    pairs = evaluation.model.pairs()
    bins, error = reliability(*pairs), calibration_error(*pairs)
    says = f"A score is off by {error:.3f} on average: of pairs scored about .8, about 80 % should be right."
    drawn = picture(draw_reliability(evaluation), f"The share of pairs that are right over their score. {says}")
    rows = [(f"{b.mean_score:.2f}", f"{b.share_right:.2f}", f"{b.count}") for b in bins]
    return Section("Calibration", says, (drawn,), ("mean score", "share right", "pairs"), rows)


def _confusions(evaluation: Evaluation) -> Section:
    title, against = "Confusions between tags", evaluation.truth
    found: list[Confusion] = []
    for dimension, labels, chosen in zip(
        against.tag_set.dimensions, against.labels, evaluation.model.chosen, strict=True
    ):
        found += confusions(dimension, labels, chosen)
    found = sorted(found, key=lambda each: -each.papers)[:MOST_CONFUSIONS]
    if not found:
        return Section(title, "No tag was suggested where another of its dimension was missed.")

    def name(dimension: str, tag: str) -> str:
        return against.tag_set.dimension(dimension).tag(tag).name

    pairs = [(name(f.dimension, f.missed), name(f.dimension, f.suggested), f.papers) for f in found]
    first = pairs[0]
    says = f"What was missed while something else was suggested, most often {first[0]} for which {first[1]} stood, on "
    says += f"{first[2]} paper{'s' if first[2] > 1 else ''}."
    bars = draw_bars("Missed → suggested instead", "papers", [(f"{m} → {s}", n) for m, s, n in pairs])
    rows = [(m, s, str(n)) for m, s, n in pairs]
    return Section(title, says, (picture(bars, f"A bar a pair. {says}"),), ("missed", "suggested", "papers"), rows)


def _map(evaluation: Evaluation, seed: int) -> Section:
    title, papers = "Map of the papers", len(evaluation.embeddings)
    if papers < LEAST_MAPPED:
        return Section(title, f"{papers} papers are too few for a map.")
    places = flattened(evaluation.embeddings, seed)
    drawn, rows = [], []
    for dimension, labels in zip(evaluation.truth.tag_set.dimensions, evaluation.truth.labels, strict=True):
        figure, shown = draw_map(places, dimension, labels)
        told = ", ".join(f"{name} {count}" for name, count in shown)
        drawn.append(picture(figure, f"{papers} points, papers with like texts near each other. {told}."))
        rows += [(dimension.id, name, str(count)) for name, count in shown]
    says = (
        "Papers that the encoder finds alike lie near each other; where a colour is scattered, the encoder alone "
        "doesn't tell that tag apart. Distances between groups mean nothing."
    )
    return Section(title, says, tuple(drawn), ("dimension", "colour", "papers"), rows)


def _ends(ends: Interval | None) -> str:
    return f"{ends[0]:.2f} to {ends[1]:.2f}" if ends else ""
