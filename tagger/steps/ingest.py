"""Papers in: from files, URLs and stdin into the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import BinaryIO

from tagger.domain.paper import Entry
from tagger.domain.text import without_secrets
from tagger.errors import LONGEST, SourceError, in_one_line
from tagger.sources import Rejected, read_source
from tagger.steps.workspace import Workspace

_NAMED = 5  # so many rejections are told one by one
_LONGEST_REASON = LONGEST // (_NAMED + 1)


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingest found. ``rejected`` are the records that were left out, ``notes`` things worth a line."""

    new: int
    changed: int
    unchanged: int
    ids: tuple[str, ...]
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...]


def ingest(
    workspace: Workspace,
    sources: Sequence[str],
    *,
    digest: date | None = None,
    strict: bool = False,
    now: datetime,
    stdin: BinaryIO | None = None,
) -> Ingested:
    """Save the papers of all sources in one transaction; ``digest`` overrules the day that a source names.

    With it, a digest of just these papers under another day is dropped, so that a wrong day can be put right.

    A record or source that can't be read is told in ``rejected`` and the others are kept; with ``strict``, none is kept
    and SourceError is raised. So it is, too, when nothing at all could be read.
    """
    entries: list[Entry] = []
    rejected: list[Rejected] = []
    notes: list[str] = []
    for source in sources:
        try:
            parsed = read_source(source, today=now.date(), stdin=stdin)
        except SourceError as error:
            if len(sources) == 1:
                raise
            rejected.append(Rejected(without_secrets(source), str(error)))
            continue
        name = without_secrets(source).encode(errors="backslashreplace").decode()  # a file's name may be no text
        prefix = f"{name}, " if len(sources) > 1 else ""
        entries += [replace(entry, place=prefix + entry.place, source=name) for entry in parsed.entries]
        rejected += [replace(r, place=prefix + r.place) for r in parsed.rejected]
        notes += [prefix + note for note in (*parsed.notes, *(() if digest else parsed.day_notes))]
    if rejected and (strict or not entries):
        raise SourceError(f"nothing was kept: {rejections_in_words(rejected)}")
    if digest:
        entries = [replace(entry, digest=digest) for entry in entries]
    with workspace.store.write():
        saved = workspace.store.papers.save(entries, now)
        wrong_days = workspace.store.papers.drop_same_digests(saved.ids, digest) if digest else []
    notes += [*saved.notes, *(f"the digest of {day} is that of {digest} now" for day in wrong_days)]
    return Ingested(saved.new, saved.changed, saved.unchanged, saved.ids, tuple(rejected), tuple(notes))


def rejections_in_words(rejected: Sequence[Rejected]) -> str:
    """Return one line for all records that were left out, naming the first few with their places."""
    named = "; ".join(in_one_line(f"{r.place}: {r.reason}", _LONGEST_REASON) for r in rejected[:_NAMED])
    more = f"; and {len(rejected) - _NAMED} more" if len(rejected) > _NAMED else ""
    count = "1 record can't be used" if len(rejected) == 1 else f"{len(rejected)} records can't be used"
    return f"{count}: {named}{more}"
