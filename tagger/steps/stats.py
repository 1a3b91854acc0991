"""Tags over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tagger.domain.tags import TagKey
from tagger.domain.trends import By, TaggedPaper, Trends, find_trends
from tagger.errors import TagSetError
from tagger.publishing import trends_page, trends_svg, write_changed
from tagger.review import plain_tags
from tagger.steps.audit import blind_papers
from tagger.steps.workspace import Workspace

DRAWN = (".svg", ".html")
"""The endings of the files that can be drawn."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """The tags over time: how many of those counted are decided and how many suggested.

    ``left_out`` counts papers that have to be judged ``blind``, that were ``skipped``, that nobody and no model has
    tagged (``untagged``), and that are of no day (``undated``).
    """

    trends: Trends
    decided: int
    suggested: int
    left_out: Mapping[str, int]


def stats(
    workspace: Workspace,
    *,
    dimension: str | None = None,
    by: By,
    since: date | None = None,
    until: date | None = None,
    latest: int = 1,
) -> Statistics:
    """Return the tags of the papers of these days, of one dimension or all, over time.

    The last ``latest`` periods are compared with those before them.

    A paper's tags are those that hold after all decisions, and suggested ones that nobody has decided on. Its day is
    that of its latest digest, or else the day it appeared. Raises TagSetError if there is no such dimension.
    """
    keys = _keys(workspace, dimension)
    hits = workspace.store.search.find("", since=since, until=until)
    days = {hit.paper_id: hit.day for hit in hits if hit.day}
    blind = days.keys() & set(blind_papers(workspace))
    store = workspace.store
    plain = plain_tags(
        store.suggestions.tags(), store.labels.verdicts(), store.labels.annotated(), workspace.tag_set.keys
    )
    open_days = {paper_id: day for paper_id, day in days.items() if paper_id not in blind}
    papers = [TaggedPaper(day, *plain[paper_id]) for paper_id, day in open_days.items() if paper_id in plain]
    left_out = {"skipped": 0, "untagged": 0}
    others = [paper_id for paper_id in open_days if paper_id not in plain]
    for paper_id, state in workspace.states(others, only_tags=True).items():
        if state.status == "skipped":
            left_out["skipped"] += 1
        elif state.suggestion is None and not state.annotated and not state.verdicts:
            left_out["untagged"] += 1
        else:
            decided = [(tag.dimension, tag.tag) for tag in state.effective]
            suggested = [key for key in state.undecided if key not in decided]
            papers.append(TaggedPaper(days[paper_id], decided, suggested))
    trends = find_trends(papers, keys, by, latest)
    suggested_tags = sum(tag.suggested for tag in trends.tags)
    return Statistics(
        trends=trends,
        decided=sum(tag.papers for tag in trends.tags) - suggested_tags,
        suggested=suggested_tags,
        left_out={"blind": len(blind), **left_out, "undated": len(hits) - len(days)},
    )


def draw(workspace: Workspace, found: Statistics, path: Path) -> None:
    """Draw the tags over time to a file that ends with one of ``DRAWN``; one that says the same already isn't touched.

    Raises PublishingError if a template is wrong, and OSError as the system gives it.
    """
    render = trends_page if path.suffix == ".html" else trends_svg
    drawn = render(found.trends, workspace.tag_set, found.suggested, workspace.settings.templates)
    write_changed({path.name: drawn}, path.parent)


def _keys(workspace: Workspace, dimension: str | None) -> list[TagKey]:
    dimensions = [d for d in workspace.tag_set.dimensions if dimension in (None, d.id)]
    if not dimensions:
        known = ", ".join(d.id for d in workspace.tag_set.dimensions)
        raise TagSetError(f"no dimension '{dimension}' in the tag set", f"It has {known}")
    return [(d.id, tag) for d in dimensions for tag in d.tag_ids]
