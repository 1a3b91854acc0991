"""``tagger review why``: one tag on one paper, from the evidence to what holds."""

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.evidence import LEGEND_OF_ONE, tag_evidence
from tagger.cli.output import WIDTH, Json, minute, paper_line, printable, show

if TYPE_CHECKING:
    from tagger.steps.why import Said, Scored, Why


def why(
    context: typer.Context,
    paper: Annotated[str, typer.Argument(metavar="PAPER", help="A paper, by its id.")],
    tag: Annotated[str, typer.Argument(metavar="TAG", help="A tag, also as dimension:tag.")],
    json: Json = False,
) -> None:
    """Tell what speaks for a tag on a paper, all that was said of it in order, and what holds now and why.

    Example: tagger review why 2405.14906 modality:code
    """
    from tagger.steps import why as asking
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        found = asking.why(workspace, paper, tag)
    show(_document(found), "\n".join(why_in_words(found)), as_json=json)


def why_in_words(found: "Why") -> list[str]:
    """Return the lines that tell what speaks for a tag on a paper, what was said of it, and what holds."""
    dimension, tag = found.key
    lines = [paper_line(found.paper, unsure=False).strip(), printable(f"{dimension}: {tag}{_meaning(found)}")]
    lines += ["", *textwrap.wrap(printable(found.verdict), WIDTH), "", "Model versions, for its present text:"]
    lines += [line for scored in found.scores for line in _scored(dimension, scored)] or ["  None has read it yet."]
    lines += ["", "What was said:"]
    lines += [line for said in found.history for line in _said(said)] or ["  Nothing."]
    if any(scored.evidence for scored in found.scores):
        lines += ["", *LEGEND_OF_ONE]
    return lines


def _meaning(found: "Why") -> str:
    if found.tag is None:
        return ", which the tag set has no more"
    return f" ({found.tag.means or found.tag.name})"


def _said(said: "Said") -> list[str]:
    start = f"  {minute(said.at)}  "
    text = printable(f"{said.by} {said.what}")
    return textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start))


def _scored(dimension: str, scored: "Scored") -> list[str]:
    score = "-" if scored.score is None else f"{scored.score:.2f}"
    said = "suggested" if scored.suggested else "not suggested"
    lines = [f"  {minute(scored.at)}  {scored.model}  {score}, {said}"]
    if scored.evidence and scored.current:
        lines += tag_evidence(dimension, scored.evidence, scored.nearest)
    elif scored.current:
        kept = "of what speaks for it" if scored.suggested else "of why: that is only kept for what is suggested"
        lines.append(f"      Nothing was kept {kept}.")
    return lines


def _document(found: "Why") -> dict[str, object]:
    dimension, tag = found.key
    return {
        "id": found.paper.id,
        "title": found.paper.title,
        "dimension": dimension,
        "tag": tag,
        "holds": found.holds is not None,
        "why": found.verdict,
        "scores": [_score_document(scored, dimension, tag) for scored in found.scores],
        "history": list(found.history),
        "words": list(found.words),
    }


def _score_document(scored: "Scored", dimension: str, tag: str) -> dict[str, object]:
    from tagger.domain.evidence import Evidence

    kept = Evidence({dimension: {tag: scored.evidence}} if scored.evidence else {}, scored.nearest)
    told = {"model": scored.model, "at": scored.at, "score": scored.score, "suggested": scored.suggested}
    return told | {"evidence": kept.document({dimension: (tag,)})[dimension][tag]}


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command()(why)
