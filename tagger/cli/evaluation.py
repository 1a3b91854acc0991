"""An evaluation in words: tables that fit a terminal, and what they come to."""

from collections.abc import Iterator, Mapping
from typing import Any

from tagger.cli.output import counted, table

Names = Mapping[str, Mapping[str, str]]


def evaluation_in_words(document: Mapping[str, Any], names: Names) -> str:
    """Return an evaluation's document as tables and sentences; ``names`` are the tags' names by dimension and tag."""
    return "\n\n".join(_parts(document, names))


def _parts(document: Mapping[str, Any], names: Names) -> Iterator[str]:
    yield _summaries({"all": document} | document["dimensions"], "")
    if document["curve"]:
        yield _summaries({str(point["papers"]): point for point in document["curve"]}, "labelled papers")
    yield _peers(document["peers"])
    for dimension, figures in document["dimensions"].items():
        yield _tags(dimension, figures["tags"], names[dimension])
    yield "\n".join(_sentences(document))


def _summaries(rows: Mapping[str, Mapping[str, Any]], what: str) -> str:
    headings = (what, "micro F1", "95 %", "folds", "macro F1", "95 %", "av. prec.")
    lines = [
        (
            name,
            _number(found["micro_f1"]),
            _interval(found["intervals"]["micro_f1"]),
            f"±{found['fold_spread']['micro_f1']:.3f}",
            _number(found["macro_f1"]),
            _interval(found["intervals"]["macro_f1"]),
            _number(found["average_precision"]),
        )
        for name, found in rows.items()
    ]
    return table(headings, lines, right=range(1, len(headings)))


def _peers(peers: list[Mapping[str, Any]]) -> str:
    headings = ("in the same folds", "micro F1", "macro F1", "av. prec.", "tagger's lead")
    lines = []
    for peer in peers:
        low, high = peer["lead"]["intervals"]["micro_f1"]
        figures = (_number(peer[name]) for name in ("micro_f1", "macro_f1", "average_precision"))
        lines.append((peer["name"], *figures, _signed(low, high)))
    return table(headings, lines, right=range(1, len(headings)))


def _signed(low: float, high: float) -> str:
    return f"{low:+.3f} to {high:+.3f}".replace("0.", ".")


def _tags(dimension: str, tags: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]) -> str:
    headings = (dimension, "papers", "F1", "precision", "recall", "av. prec.", "threshold")
    lines = [
        (
            names.get(tag, tag),
            found["support"],
            f"{found['f1']:.2f}",
            *(f"{found[name]:.2f}" for name in ("precision", "recall", "average_precision", "threshold")),
        )
        for tag, found in tags.items()
        if found["support"]
    ]
    return table(headings, lines, right=range(1, len(headings)))


def _sentences(document: Mapping[str, Any]) -> Iterator[str]:
    precision, recall, of_paper = (document[name] for name in ("micro_precision", "micro_recall", "example_f1"))
    yield f"Precision {precision:.3f}, recall {recall:.3f}; the F1 of a paper's own list {of_paper:.3f} on average."
    yield f"At a precision of .95, {document['coverage']:.0%} of the right tags are still suggested."
    yield f"Scores are off by {document['expected_calibration_error']:.3f} on average (expected calibration error)."
    if document["sure"]:
        agreed = f"; the F1 of their lists is {document['sure_example_f1']:.3f}"
    else:
        agreed = ""
    yield f"{counted(document['sure'], 'paper')} of {document['papers']} would need no review{agreed}."
    yield f"{document['papers']} papers, {document['folds']} folds, everything fitted inside the fold."
    if document.get("plots"):
        yield f"{counted(len(document['plots']), 'file')} drawn in {document['plots'][0].parent}"


def _number(value: float) -> str:
    return f"{value:.3f}"


def _interval(ends: tuple[float, float]) -> str:
    """Return the ends of an interval within 0 and 1 in little space: ``.811-.833``."""
    return "-".join(f"{end:.3f}".removeprefix("0") for end in ends)
