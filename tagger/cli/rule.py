"""``tagger review rule`` and ``audit``, and what ``accept --rule`` prints."""

import textwrap
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.output import WIDTH, Json, counted, printable, show, table

if TYPE_CHECKING:
    from tagger.domain.paper import Paper
    from tagger.steps.rule import Rule, RuledTag

Target = Annotated[
    float, typer.Option("--target", min=0.5, max=0.999, help="The precision that the rule has to be sure of.")
]
Sample = Annotated[
    float, typer.Option("--sample", min=0.01, max=1, help="The share of its papers that people check blind.")
]
TARGET, SAMPLE = 0.95, 0.1


def accept_by_rule(
    folder: Path, *, day: date | None, target: float, sample: float, by: str | None, as_json: bool
) -> None:
    """Run the rule on the workspace in ``folder`` and print what it did."""
    from tagger.steps import review
    from tagger.steps import rule as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(folder) as workspace:
        who = review.reviewer(workspace, by)
        now = datetime.now().astimezone()
        done = steps.accept_by_rule(workspace, day=day, target=target, sample=sample, by=who, now=now)
    lines = [
        f"Accepted {counted(done.decisions, 'tag')} of {counted(done.papers, 'paper')} by the rule {done.rule}; "
        f"{done.done} wholly, {counted(done.left, 'tag')} left to people"
    ]
    if done.drawn:
        lines.append(f"To judge blind: {counted(done.drawn, 'paper')} (`tagger review audit`, or push to Label Studio)")
    if done.other:
        lines.append(f"{counted(done.other, 'paper')} left out: `tagger predict` has yet to tag them with {done.model}")
    show(asdict(done), "\n".join(lines), as_json=as_json)


def rule(context: typer.Context, target: Target = TARGET, json: Json = False) -> None:
    """Show from which score on the rule accepts each tag, what share that is, and what blind checks found.

    Own bounds rest on the tag's own labels; tags with too few share a pooled one, which holds for them taken together.

    Example: tagger review rule --target 0.95
    """
    from tagger.steps import rule as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        found = steps.find_rule(workspace, target)
    ruled = {key: tag for key, tag in found.tags.items() if tag.bound.score is not None}
    rows = [(":".join(key), *_cells(tag)) for key, tag in ruled.items()]
    lines = [f"The rule {found.name} of the model version {found.model}: {found.state}."]
    if rows:
        headings = ("tag", "from", "bound", "right out of fold", "reached by", "blind")
        lines += ["", table(headings, rows, right=(1, 3, 4, 5)), ""]
    without = len(found.tags) - len(ruled)
    lines.append(f"{counted(without, 'tag')} without a bound: people decide." if without else "Every tag has a bound.")
    if rows:
        lines.append("Next: tagger review accept --rule")
    show(_document(found), "\n".join(lines), as_json=json)


def audit(
    context: typer.Context,
    paper: Annotated[str | None, typer.Argument(metavar="ID", help="The paper that you judge.")] = None,
    tags: Annotated[str | None, typer.Option("--tags", metavar="TAG,…", help="All its tags; empty for none.")] = None,
    skip: Annotated[bool, typer.Option("--skip", help="It can't be judged.")] = False,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who judges.", show_default="you")] = None,
    json: Json = False,
) -> None:
    """List the papers to judge without seeing what is suggested, which tells how good the rule is; or judge one.

    Example: tagger review audit 2405.14906 --tags modality:text,task:reasoning
    """
    from tagger.steps import audit as steps
    from tagger.steps import review
    from tagger.steps.workspace import open_workspace

    if (paper is None) != (tags is None and not skip) or (tags is not None and skip):
        raise typer.BadParameter("name a paper with all its --tags, or with --skip; or nothing, for the list")
    with open_workspace(context.obj) as workspace:
        if paper is not None:
            who, named = review.reviewer(workspace, by), [tag.strip() for tag in (tags or "").split(",")]
            chosen = [tag for tag in named if tag]
            now = datetime.now().astimezone()
            done = steps.answer(workspace, paper, chosen, skip=skip, by=who, now=now)
        order = steps.blind_papers(workspace)
        found = {each.id: each for each in workspace.store.papers.of(order)}
    papers = [found[paper_id] for paper_id in order]
    if paper is not None:
        text = f"Took your word on {done.id}; {counted(len(papers), 'paper')} left to judge blind"
        show({"id": done.id, "left": len(papers)}, text, as_json=json)
        return
    documents = [{"id": each.id, "title": each.title, "abstract": each.abstract} for each in papers]
    text = "\n\n".join(_plain(each) for each in papers)
    text += "\n\nNext: tagger review audit ID --tags TAG,TAG…" if papers else "Nothing is to be judged blind."
    show({"papers": documents}, text, as_json=json)


def _plain(paper: "Paper") -> str:
    abstract = textwrap.fill(printable(paper.abstract), WIDTH, initial_indent="    ", subsequent_indent="    ")
    return f"{printable(paper.id)}  {printable(paper.title)}\n{abstract}"


def _cells(tag: "RuledTag") -> tuple[str, ...]:
    bound = tag.bound
    judged = f"{tag.right} of {tag.judged}" if tag.judged else "-"
    return f"{bound.score:.2f}", bound.how, f"{bound.right} of {bound.seen}", f"{tag.coverage:.0%}", judged


def _document(found: "Rule") -> dict[str, object]:
    low, high = found.checks.interval
    tags = [
        {
            "dimension": dimension,
            "tag": tag,
            "bound": ruled.bound.score,
            "how": ruled.bound.how,
            "right": ruled.bound.right,
            "seen": ruled.bound.seen,
            "coverage": round(ruled.coverage, 4),
            "audited": {"right": ruled.right, "judged": ruled.judged},
        }
        for (dimension, tag), ruled in found.tags.items()
    ]
    c = found.checks
    audited = {"right": c.right, "judged": c.judged, "awaited": c.awaited, "lost": c.lost, "low": low, "high": high}
    head = {"rule": found.name, "model": found.model, "target": found.target, "off": found.is_off}
    return head | {"audited": audited, "tags": tags}
