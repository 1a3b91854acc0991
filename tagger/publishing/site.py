"""Renders the archive: a page a day, a calendar of them, a page and a feed for every tag, and tags over time."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tagger.domain.tags import Dimension, Tag
from tagger.domain.trends import TaggedPaper, Trends, count_tags, find_trends
from tagger.publishing.atom_feed import Appearance, feed_of
from tagger.publishing.page import render
from tagger.publishing.trends import trends_page
from tagger.publishing.view import Neighbours, TaggedDigest
from tagger.publishing.writing import render_day

NEWEST = 100
"""How many papers a feed holds, and the first page of a tag."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar: how many papers each day with a digest has, and the weekday (1 to 7) it begins on."""

    first: date
    starts_on: int
    days: Mapping[date, int]

    @property
    def all_days(self) -> list[date]:
        """Every day of the month."""
        last = calendar.monthrange(self.first.year, self.first.month)[1]
        return [self.first.replace(day=n) for n in range(1, last + 1)]


def render_site(digests: Sequence[TaggedDigest], templates: Path | None = None) -> Iterator[dict[str, bytes]]:
    """Yield the archive's files by name, those of a day or a tag together; ``digests`` are oldest first.

    Raises PublishingError if a template of the workspace is wrong.
    """
    days = [digest.day for digest in digests]
    for number, digest in enumerate(digests):
        before, after = days[number - 1] if number else None, days[number + 1] if number + 1 < len(days) else None
        files = render_day(digest, templates, Neighbours(before, after))
        yield {f"{digest.day}/{name}": content for name, content in files.items()}
    if not digests:
        return
    newest = digests[-1]
    appearances = [Appearance(digest, paper) for digest in reversed(digests) for paper in digest.papers]
    by_tag: dict[tuple[str, str], list[Appearance]] = {}
    for appearance in appearances:
        for dimension_id, tags in appearance.published.tags.items():
            for held in tags:
                by_tag.setdefault((dimension_id, held.id), []).append(appearance)
    uses = {key: len(found) for key, found in by_tag.items()}
    page = render(
        "archive.html", templates, title=newest.title, tag_set=newest.tag_set, months=_months(digests), uses=uses
    )
    yield {"index.html": page.encode(errors="replace"), "feed.xml": feed_of(newest.title, "", appearances[:NEWEST])}
    yield {"trends.html": trends_page(_trends(digests), newest.tag_set, 0, templates, archive=newest.title)}
    for dimension in newest.tag_set.dimensions:
        for tag in dimension.tags:
            if found := by_tag.get((dimension.id, tag.id)):
                yield _tag_files(newest.title, dimension, tag, found, templates)


def names_of_tag(dimension_id: str, tag_id: str, year: int) -> tuple[str, str, str]:
    """Return the names of the files that hold a tag's papers of a year: its page, its feed, its page of that year."""
    place = f"tags/{dimension_id}/{tag_id}"
    return f"{place}.html", f"{place}.xml", f"{place}-{year}.html"


def _tag_files(
    title: str, dimension: Dimension, tag: Tag, found: Sequence[Appearance], templates: Path | None
) -> dict[str, bytes]:
    """Return a tag's page of the newest papers, its feed, and a page of all papers of each year."""
    years: dict[int, list[Appearance]] = {}
    for appearance in found:
        years.setdefault(appearance.digest.day.year, []).append(appearance)
    about: dict[str, Any] = {
        "title": title,
        "dimension": dimension,
        "tag": tag,
        "years": list(years),
        "total": len(found),
    }

    def page(shown: Sequence[Appearance], year: int | None) -> bytes:
        return render("tag.html", templates, shown=shown, year=year, **about).encode(errors="replace")

    feed = feed_of(f"{title}: {tag.name}", f"{dimension.id}:{tag.id}", found[:NEWEST])
    files: dict[str, bytes] = {}
    for year, shown in years.items():
        newest, newest_feed, of_year = names_of_tag(dimension.id, tag.id, year)
        files |= {newest: page(found[:NEWEST], None), newest_feed: feed, of_year: page(shown, year)}
    return files


def _trends(digests: Sequence[TaggedDigest]) -> Trends:
    """Return the tags by month, a paper of several days as that of the last."""
    last = {held.paper.id: (digest.day, held.tags) for digest in digests for held in digest.papers}
    papers = [
        TaggedPaper(day, [(dimension, tag.id) for dimension, chosen in tags.items() for tag in chosen], ())
        for day, tags in last.values()
    ]
    keys = [(dimension.id, tag) for dimension in digests[-1].tag_set.dimensions for tag in dimension.tag_ids]
    return find_trends(count_tags(papers), keys, "month")


def _months(digests: Sequence[TaggedDigest]) -> list[Month]:
    """Return the months that have a digest, latest first."""
    papers: dict[date, dict[date, int]] = {}
    for digest in digests:
        papers.setdefault(digest.day.replace(day=1), {})[digest.day] = len(digest.papers)
    return [Month(first, first.isoweekday(), days) for first, days in sorted(papers.items(), reverse=True)]
