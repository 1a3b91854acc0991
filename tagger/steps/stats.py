"""Tags over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tagger.domain.model import Progress, no_progress
from tagger.domain.tags import TagKey
from tagger.domain.trends import By, Trends, find_trends
from tagger.errors import TagSetError
from tagger.publishing import trends_page, trends_svg, write_changed
from tagger.steps.audit import blind_papers
from tagger.steps.standings import standings
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
    progress: Progress = no_progress,
) -> Statistics:
    """Return the tags of the papers of these days, of one dimension or all, over time.

    The last ``latest`` periods are compared with those before them.

    A paper's tags are those that hold after all decisions, and suggested ones that nobody has decided on. Its day is
    that of its latest digest, or else the day it appeared. Raises TagSetError if there is no such dimension.
    """
    keys = _keys(workspace, dimension)
    blind = blind_papers(workspace)
    kept = standings(workspace, progress)
    trends = find_trends(kept.tag_counts(by, since, until, without=blind), keys, by, latest)
    suggested_tags = sum(tag.suggested for tag in trends.tags)
    return Statistics(
        trends=trends,
        decided=sum(tag.papers for tag in trends.tags) - suggested_tags,
        suggested=suggested_tags,
        left_out=kept.left_out(since, until, blind),
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
