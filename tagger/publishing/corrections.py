"""What changed in a digest after it had gone out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tagger.domain.edition import Edition, EditionPaper
from tagger.domain.tags import TagKey, TagSet


@dataclass(frozen=True, slots=True)
class Correction:
    """What an edition changed, a line each, and the day on which it came out."""

    published: date
    lines: tuple[str, ...]


def corrections(editions: Sequence[Edition], tag_set: TagSet) -> tuple[Correction, ...]:
    """Return what each edition of a digest changed against the one of an earlier day, latest first.

    ``editions`` are oldest first. Of those of one day only the last counts: until then a digest is being made.
    """
    last = {edition.published: edition for edition in editions}
    found = (
        Correction(later.published, tuple(_changes(former.papers, later.papers, tag_set)))
        for former, later in itertools.pairwise(last.values())
    )
    return tuple(reversed([correction for correction in found if correction.lines]))


def _changes(former: Mapping[str, EditionPaper], later: Mapping[str, EditionPaper], tag_set: TagSet) -> Iterator[str]:
    # A paper may have got another id since; then its title tells which it is.
    titles = {paper.title: paper_id for paper_id, paper in former.items() if paper_id not in later}
    same = {i: i if i in former else titles.get(paper.title) for i, paper in later.items()}
    for paper_id, paper in later.items():
        before = former.get(same[paper_id] or "")
        if before is None:
            yield f"added “{paper.title}”"
            continue
        if before.title != paper.title:
            yield f"“{before.title}” is now “{paper.title}”"
        gone, come = _keys(before) - _keys(paper), _keys(paper) - _keys(before)
        told = [f"now {_names(come, tag_set)}"] * bool(come) + [f"no longer {_names(gone, tag_set)}"] * bool(gone)
        if told:
            yield f"“{paper.title}”: {'; '.join(told)}"
    kept = set(same.values())
    yield from (f"removed “{paper.title}”" for paper_id, paper in former.items() if paper_id not in kept)


def _keys(paper: EditionPaper) -> set[TagKey]:
    return {(dimension, tag) for dimension, tags in paper.tags.items() for tag in tags}


def _names(keys: set[TagKey], tag_set: TagSet) -> str:
    known = {(d.id, tag.id): tag.name for d in tag_set.dimensions for tag in d.tags}
    ordered = [name for key, name in known.items() if key in keys]
    return ", ".join([*ordered, *sorted(tag for _, tag in keys - known.keys())])
