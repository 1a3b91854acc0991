"""The site of all reviewed digests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tagger.domain.edition import Edition
from tagger.domain.model import Progress
from tagger.errors import PublishingError
from tagger.publishing import Manifest, names_of_tag, render_site
from tagger.steps.audit import checks
from tagger.steps.publish import tagged_digest
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Archived:
    """What an archive's building did: how many files were written, and how many said the same already.

    ``left_out`` are days with undecided papers, or without any that is decided. ``removed`` are files of earlier builds
    that lead nowhere now, ``changed`` those of them that stay, as someone else changed them.
    """

    days: int
    papers: int
    written: int
    unchanged: int
    left_out: tuple[date, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def archive(workspace: Workspace, folder: Path, *, withhold: bool, now: datetime, progress: Progress) -> Archived:
    """Write the site of all days with decided tags only; files that say the same already aren't touched.

    A day with undecided papers is left out, unless ``withhold`` leaves out those papers only. What earlier builds wrote
    of such a day and of its tags stays; what else they wrote and this one doesn't is removed. Where there is nothing to
    build, nothing is removed. Raises PublishingError if a template or the list of what was written is wrong, or the
    folder can't be written to.
    """
    store = workspace.store
    days = sorted(store.papers.digest_days())
    states = workspace.states()
    former = store.editions.of(days)
    blind = checks(workspace)
    digests, editions, left_out, waiting = [], [], [], set()
    for day in days:
        found = tagged_digest(
            workspace, day, store.papers.in_digest(day), states, former.get(day, []), now.date(), blind
        )
        digest, edition = found
        if not digest.papers or (digest.withheld and not withhold):
            left_out.append(day)
            waiting |= {day} if digest.withheld else set()
            continue
        digests.append(digest)
        editions += [edition] if edition else []
    written = unchanged = 0
    removed: list[str] = []
    foreign: list[str] = []
    try:
        manifest = Manifest(folder)
        for number, files in enumerate(render_site(digests, workspace.settings.templates), 1):
            changed = manifest.write(files)
            written, unchanged = written + changed, unchanged + len(files) - changed
            progress("Building", min(number, len(digests)), len(digests))
        if digests:
            days_awaited, names_awaited = {day.isoformat() for day in waiting}, _names_of_tags(waiting, former)
            removed, foreign = manifest.remove_others(
                lambda name: name.split("/")[0] in days_awaited or name in names_awaited
            )
    except OSError as error:
        raise PublishingError(f"can't write to {folder}: {error.strerror}") from error
    with store.write():
        store.editions.add(editions)
    papers = sum(len(digest.papers) for digest in digests)
    return Archived(len(digests), papers, written, unchanged, tuple(left_out), tuple(removed), tuple(foreign))


def _names_of_tags(days: Iterable[date], former: Mapping[date, Sequence[Edition]]) -> set[str]:
    """Return the files that hold the papers of days as they were published last, by their tags."""
    return {
        name
        for day in days
        for edition in former.get(day, ())[-1:]
        for paper in edition.papers.values()
        for dimension, tags in paper.tags.items()
        for tag in tags
        for name in names_of_tag(dimension, tag, day.year)
    }
