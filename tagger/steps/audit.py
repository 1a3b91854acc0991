"""The blind check of what a rule accepted: which papers it takes, what people answer, and what that tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tagger.domain.labels import Annotation, Audit
from tagger.domain.paper import Paper
from tagger.errors import ReviewError
from tagger.review import Checks, Verdict, verdicts
from tagger.steps.workspace import Workspace
from tagger.tagset import find_tag

# Where annotations come from: Label Studio's page as it is, or one that a suggestion had filled in, and `review audit`.
FROM_SCRATCH, PREFILLED, AUDITED = "studio", "studio-prefilled", "audit"
_BLIND = (FROM_SCRATCH, AUDITED)


def blind_papers(workspace: Workspace) -> list[str]:
    """Return the papers that a person has to judge without seeing a suggestion, those drawn first in front.

    Until then nothing may show what was suggested for them to whoever judges.
    """
    return awaited_papers(judged_tags(workspace))


def awaited_papers(judged: Iterable[tuple[Audit, Verdict]]) -> list[str]:
    """Return the papers of the drawn tags that nobody has judged yet, those drawn first in front."""
    return list(dict.fromkeys(audit.paper_id for audit, verdict in judged if verdict == "awaited"))


def checks(workspace: Workspace) -> dict[tuple[str, str], Checks]:
    """Return what blind checks found, by rule and model version."""
    return checks_of(judged_tags(workspace))


def checks_of(judged: Iterable[tuple[Audit, Verdict]]) -> dict[tuple[str, str], Checks]:
    """Return what drawn tags and what became of them tell, by rule and model version."""
    tallies: dict[tuple[str, str], Counter[Verdict]] = {}
    for audit, verdict in judged:
        tallies.setdefault((audit.rule, audit.model), Counter())[verdict] += 1
    return {key: _checks(found) for key, found in tallies.items()}


def judged_tags(workspace: Workspace) -> Iterator[tuple[Audit, Verdict]]:
    """Yield every drawn tag with what became of it."""
    labels, drawn = workspace.store.labels, workspace.store.audits.all()
    ids = list(drawn)
    said, blind = labels.annotations(ids), labels.annotations(ids, sources=_BLIND)
    decisions = labels.decisions(ids)
    for paper_id, audits in drawn.items():
        found = verdicts(audits, blind.get(paper_id, []), said.get(paper_id, []), decisions.get(paper_id, []))
        yield from zip(audits, found, strict=True)


def answer(
    workspace: Workspace, paper_id: str, tags: Sequence[str], *, skip: bool = False, by: str, now: datetime
) -> Paper:
    """Save what a person says of a paper that they judged blind: all its tags, or that it can't be judged.

    Raises ReviewError for a paper that isn't to be judged blind, and where a required dimension has no tag.
    """
    paper = workspace.store.papers.find(paper_id)
    if paper is None or paper.id not in blind_papers(workspace):
        raise ReviewError(f"{paper_id} isn't to be judged blind", "`tagger review audit` lists the papers that are")
    chosen: dict[str, list[str]] = {}
    for dimension, tag in (find_tag(workspace.tag_set, tag) for tag in tags):
        chosen.setdefault(dimension, []).append(tag)
    lacking = [d.id for d in workspace.tag_set.dimensions if d.required and d.id not in chosen]
    if lacking and not skip:
        raise ReviewError(f"{', '.join(lacking)} needs a tag", "Name all the paper's tags, or give --skip")
    said = Annotation(paper.id, by, now, workspace.tag_set.ordered(chosen) if not skip else {}, skipped=skip)
    with workspace.store.write():
        version = workspace.tag_set.version
        workspace.store.labels.annotate([said], source=AUDITED, tag_set_version=version, now=now)
    return paper


def _checks(found: Counter[Verdict]) -> Checks:
    return Checks(found["right"], found["right"] + found["wrong"], found["awaited"], found["lost"])
