"""``tagger agreement`` and ``tagger review conflicts``: people beside one another."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.output import By, Day, Json, counted, minute, paper_line, show, table
from tagger.domain.paper import Paper

if TYPE_CHECKING:
    from tagger.review import Conflict
    from tagger.review.agreement import TagAgreement
    from tagger.steps.agreement import Agreed

CONFLICTS_SHOWN = 10


def conflicts(context: typer.Context, digest: Day = None, json: Json = False) -> None:
    """List the tags that people differ on: who said what and when, and whose word holds until one is settled.

    The last word holds. `review settle ID` confirms it, accept or reject with --tag decides one. All that was said
    stays in the history.

    Example: tagger review conflicts
    """
    from tagger.steps import agreement as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        found = steps.conflicts(workspace, day=digest.date() if digest else None)
    lines = []
    for number, (paper, conflict) in enumerate(found):
        if number == 0 or found[number - 1][0].id != paper.id:
            lines.append(paper_line(paper, unsure=False))
        lines += _lines(conflict)
    if found:
        papers = len({paper.id for paper, _ in found})
        lines += [
            f"People differ on {counted(len(found), 'tag')} of {counted(papers, 'paper')}.",
            "Next: tagger review settle ID… as it holds | accept or reject ID --tag TAG",
        ]
    document = {"conflicts": [conflict_document(*pair) for pair in found]}
    show(document, "\n".join(lines) or "People differ on nothing.", as_json=json)


def settle(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Papers, by their ids.")],
    by: By = None,
    json: Json = False,
) -> None:
    """Settle all that people differ on in papers as it holds now.

    Example: tagger review settle 2405.14906
    """
    from tagger.steps import review as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        now, who = datetime.now().astimezone(), steps.reviewer(workspace, by)
        result = steps.settle(workspace, ids, by=who, now=now)
    text = f"Settled {counted(result.decisions, 'tag')} of {counted(result.papers, 'paper')}"
    show({"papers": result.papers, "decisions": result.decisions}, text, as_json=json)


def agreement(context: typer.Context, json: Json = False) -> None:
    """Tell how far people agree who annotated the same papers, how far each is trusted, and what to settle.

    Alpha is Krippendorff's, with MASI distance: 1 is full agreement, 0 what chance would give, - nothing to compare.
    Skipped papers are left out.

    Example: tagger agreement
    """
    from tagger.steps import agreement as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        found = steps.agreement(workspace)
    show(_document(found), "\n".join(_told(found)), as_json=json)


def conflict_document(paper: Paper, conflict: "Conflict") -> dict[str, object]:
    """Return a conflict as plain data."""
    last = conflict.holds
    words = [{"by": w.by, "carries": w.carries, "at": w.at, "way": w.way} for w in conflict.words]
    told = {"id": paper.id, "title": paper.title, "dimension": conflict.dimension, "tag": conflict.tag}
    return told | {"words": words, "holds": last.carries, "by": last.by}


def _lines(conflict: "Conflict") -> list[str]:
    last = conflict.holds
    holds = "holds" if last.carries else "doesn't hold"
    lines = [f"    {conflict.dimension}: {conflict.tag} {holds}, by the word of {last.by}"]
    for word in conflict.words:
        lines.append(f"      {'yes' if word.carries else 'no':5}{minute(word.at)}  {word.way:11}{word.by}")
    return lines


def _document(found: "Agreed") -> dict[str, object]:
    figures = found.agreement
    people = [
        {
            "name": who.annotator,
            "papers": figures.annotated[who.annotator],
            "shared": who.papers,
            "agreement": who.agreement,
            "trust": who.trust,
        }
        for who in found.trust
    ]
    return {
        "annotators": people,
        "shared": figures.shared,
        "alpha": {"overall": figures.overall, "dimensions": dict(figures.alpha)},
        "pairs": list(figures.pairs),
        "tags": list(figures.tags),
        "conflicts": [conflict_document(*pair) for pair in found.conflicts],
    }


def _told(found: "Agreed") -> list[str]:
    figures = found.agreement
    if not figures.annotated:
        return ["Nobody has annotated anything yet."]
    papers = [
        (who.annotator, figures.annotated[who.annotator], who.papers, _figure(who.agreement), _figure(who.trust))
        for who in found.trust
    ]
    lines = [table(("annotator", "papers", "shared", "agreement", "trust"), papers, right=(1, 2, 3, 4)), ""]
    if not figures.shared:
        return [*lines, "No paper was annotated by two people, so there is nothing to compare."]
    alphas = [*figures.alpha.items(), ("overall", figures.overall)]
    lines += [table(("dimension", "alpha"), [(name, _figure(value)) for name, value in alphas], right=(1,)), ""]
    pairs = [(f"{pair.one}, {pair.other}", pair.papers, _figure(pair.f1)) for pair in figures.pairs]
    lines += [table(("two people", "papers", "F1"), pairs, right=(1, 2)), ""]
    return [*lines, *_tags(figures.tags), "", *_to_settle(found.conflicts)]


def _tags(tags: "Sequence[TagAgreement]") -> list[str]:
    given = sorted((tag for tag in tags if tag.f1 is not None), key=lambda tag: (tag.f1 or 0.0, -tag.given))
    rows = [(f"{tag.dimension}: {tag.tag}", _figure(tag.f1), tag.given, tag.both) for tag in given if tag.f1 != 1]
    agreed = f"People agree on every use of {counted(len(given) - len(rows), 'tag')}."
    return [table(("tag", "F1", "given", "by both"), rows, right=(1, 2, 3)), agreed] if rows else [agreed]


def _to_settle(conflicts: Sequence[tuple[Paper, "Conflict"]]) -> list[str]:
    if not conflicts:
        return ["Nothing is left to settle."]
    rows = [
        (paper.id, f"{c.dimension}: {c.tag}", ", ".join(c.who(carries=True)), ", ".join(c.who(carries=False)))
        for paper, c in conflicts[:CONFLICTS_SHOWN]
    ]
    more = len(conflicts) - len(rows)
    last = f"and {more} more; " if more else ""
    return [table(("paper", "tag to settle", "yes", "no"), rows), f"{last}tagger review conflicts tells when and how"]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def register(app: typer.Typer, review: typer.Typer) -> None:
    """Add the commands."""
    app.command()(agreement)
    for command in (conflicts, settle):
        review.command()(command)
