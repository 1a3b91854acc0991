"""The site of all reviewed digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tagger.domain.model import Progress
from tagger.errors import PublishingError
from tagger.publishing import render_site, write_changed
from tagger.steps.audit import checks
from tagger.steps.publish import tagged_digest
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Archived:
    """What an archive's building did: how many files were written, and how many said the same already.

    ``left_out`` are days with undecided papers, or without any that is decided.
    """

    days: int
    papers: int
    written: int
    unchanged: int
    left_out: tuple[date, ...]


def archive(workspace: Workspace, folder: Path, *, withhold: bool, now: datetime, progress: Progress) -> Archived:
    """Write the site of all days with decided tags only; files that say the same already aren't touched.

    A day with undecided papers is left out, unless ``withhold`` leaves out those papers only. What was written of a day
    that is left out now stays. Raises PublishingError if a template is wrong or the folder can't be written to.
    """
    store = workspace.store
    days = sorted(store.papers.digest_days())
    states = workspace.states()
    former = store.editions.of(days)
    blind = checks(workspace)
    digests, editions, left_out = [], [], []
    for day in days:
        found = tagged_digest(
            workspace, day, store.papers.in_digest(day), states, former.get(day, []), now.date(), blind
        )
        digest, edition = found
        if not digest.papers or (digest.withheld and not withhold):
            left_out.append(day)
            continue
        digests.append(digest)
        editions += [edition] if edition else []
    written = unchanged = 0
    try:
        for number, files in enumerate(render_site(digests, workspace.settings.templates), 1):
            changed = write_changed(files, folder)
            written, unchanged = written + changed, unchanged + len(files) - changed
            progress("Building", min(number, len(digests)), len(digests))
    except OSError as error:
        raise PublishingError(f"can't write to {folder}: {error.strerror}") from error
    with store.write():
        store.editions.add(editions)
    papers = sum(len(digest.papers) for digest in digests)
    return Archived(len(digests), papers, written, unchanged, tuple(left_out))
