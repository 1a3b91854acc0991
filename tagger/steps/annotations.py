"""Annotations in and out as JSON Lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import BinaryIO

from tagger.domain.labels import Annotation, standing_annotations
from tagger.domain.paper import Entry, Paper
from tagger.domain.tags import Tags, TagSet
from tagger.errors import SourceError
from tagger.sources import AnnotationRow, Rejected, read_annotations
from tagger.steps.ingest import rejections_in_words
from tagger.steps.workspace import Workspace

_AHEAD = timedelta(days=1)  # clocks and time zones differ, but not by more


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import found, counted over rows; ``rejected`` are those left out, ``notes`` things worth a line."""

    new: int
    changed: int
    unchanged: int
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...]


def import_annotations(
    workspace: Workspace, source: str, *, strict: bool = False, now: datetime, stdin: BinaryIO | None = None
) -> Imported:
    """Save the annotations of a JSON Lines source, and the papers that aren't there yet, in one transaction.

    A row without a time is taken as said now, and so is one whose time is yet to come; of several by one annotator for
    one paper the last counts. A row that can't be used is told and the others are kept; with ``strict``, or when none
    can be used, SourceError is raised and nothing is kept.
    """
    tag_set, papers, labels = workspace.tag_set, workspace.store.papers, workspace.store.labels
    parsed = read_annotations(source, [d.id for d in tag_set.dimensions], stdin=stdin)
    rejected = list(parsed.rejected)
    rows = _usable(parsed.rows, tag_set, now, rejected)
    with workspace.store.write():
        _, notes = papers.add([Entry(row.paper, row.digest, row.place) for row in rows if row.paper], now)
        ids = papers.resolve([row.paper_id for row in rows])
        rows = [replace(row, paper_id=ids.get(row.paper_id, row.paper_id)) for row in rows]
        rows = _of_known_papers(rows, {paper.id for paper in papers.of([row.paper_id for row in rows])}, rejected)
        if rejected and (strict or not rows):
            raise SourceError(f"nothing was kept: {rejections_in_words(rejected)}")
        rows, repetitions = _last_words(rows)
        standing = labels.annotations([row.paper_id for row in rows], with_former=True)
        annotations = [
            _annotation(tag_set, row, now + timedelta(microseconds=number), standing.get(row.paper_id, []))
            for number, row in enumerate(rows)
        ]
        saved = labels.annotate(annotations, source="import", tag_set_version=tag_set.version, now=now)
    return Imported(saved.new, saved.changed, saved.unchanged, tuple(rejected), (*notes, *repetitions))


def export_annotations(workspace: Workspace) -> Iterator[str]:
    """Yield every standing annotation as a line of JSON, oldest first, so that importing them gives the same state.

    Tags that the tag set never had are left out, as no import would take them. One that says nothing of some tags, as
    these came later, tells the version of the tag set that it was made by.
    """
    standing = _standing(workspace)
    papers = {paper.id: paper for paper in workspace.store.papers.of([a.paper_id for a in standing])}
    digests = workspace.store.papers.digests_of(list(papers))
    for annotation in sorted(standing, key=lambda a: (a.at, a.paper_id, a.annotator)):
        row: dict[str, object] = {"id": annotation.paper_id, "annotator": annotation.annotator}
        tags = _in_tag_set(workspace.tag_set, annotation.tags)
        row |= {"skip": True} if annotation.skipped else {d: list(chosen) for d, chosen in tags.items()}
        row |= {"tag_set": annotation.tag_set} if annotation.unasked else {}
        row |= _paper_fields(papers[annotation.paper_id], digests.get(annotation.paper_id))
        yield json.dumps(row, ensure_ascii=False) + "\n"


def tags_left_out(workspace: Workspace) -> Mapping[str, int]:
    """Return the standing tags that an export leaves out, and how often each stands. They stay in the store."""
    pairs = [(d, tag) for a in _standing(workspace) for d, tags in a.tags.items() for tag in tags]
    known = {(d.id, tag) for d in workspace.tag_set.dimensions for tag in d.tag_ids_with_former}
    return Counter(f"{d}:{tag}" for d, tag in pairs if (d, tag) not in known)


def _standing(workspace: Workspace) -> list[Annotation]:
    annotations = workspace.store.labels.annotations(with_former=True)
    return [a for said in annotations.values() for a in standing_annotations(said)]


def _usable(
    rows: Sequence[AnnotationRow], tag_set: TagSet, now: datetime, rejected: list[Rejected]
) -> list[AnnotationRow]:
    usable = []
    for row in rows:
        try:
            ordered = replace(row, tags={} if row.skipped else tag_set.ordered(row.tags, with_former=True))
        except KeyError as error:
            rejected.append(Rejected(row.place, f"the tag set has no '{error.args[0]}'"))
            continue
        if row.at and row.at > now + _AHEAD:
            rejected.append(Rejected(row.place, f"its at, {row.at.isoformat()}, is more than a day ahead"))
            continue
        usable.append(ordered)
    return usable


def _of_known_papers(rows: list[AnnotationRow], known: set[str], rejected: list[Rejected]) -> list[AnnotationRow]:
    for row in rows:
        if row.paper_id not in known:
            reason = f"the paper '{row.paper_id}' isn't in the workspace, and no row that can be used has its title"
            rejected.append(Rejected(row.place, reason))
    return [row for row in rows if row.paper_id in known]


def _last_words(rows: list[AnnotationRow]) -> tuple[list[AnnotationRow], list[str]]:
    """Return the rows without those that a later one replaces, and notes; rows with a time are history and stay."""
    last: dict[object, AnnotationRow] = {}
    notes = []
    for row in rows:
        key = (row.paper_id, row.annotator, row.at)
        former = last.pop(key, None)
        if former:
            notes.append(f"{row.place}: {row.annotator} on {row.paper_id} again, as on {former.place}; this one counts")
        last[key] = row
    return list(last.values()), notes


def _annotation(tag_set: TagSet, row: AnnotationRow, now: datetime, said: Sequence[Annotation]) -> Annotation:
    """Return the annotation that a row makes. One that repeats what stands leaves tags outside the tag set as well.

    A time to come would outlast whatever is said until then. A row that was taken before keeps the time it had then.
    """
    made = Annotation(row.paper_id, row.annotator, row.at or now, row.tags, skipped=row.skipped, tag_set=row.tag_set)
    if made.at > now:
        same = (made.annotator, made.tags, made.skipped)
        taken = [a for a in said if (a.annotator, a.tags, a.skipped) == same and not a.withdrawn]
        made = replace(made, at=taken[0].at if taken else now)
    for former in standing_annotations(said):
        if former.annotator == row.annotator and former.skipped == row.skipped:
            if _in_tag_set(tag_set, former.tags) == row.tags:
                return replace(made, tags=former.tags)
    return made


def _in_tag_set(tag_set: TagSet, tags: Tags) -> Tags:
    return {d.id: tuple(tag for tag in d.tag_ids_with_former if tag in tags.get(d.id, ())) for d in tag_set.dimensions}


def _paper_fields(paper: Paper, digest: date | None) -> dict[str, object]:
    """Return a paper's fields as a row has them: the title and abstract, and of the others those that are known."""
    fields: dict[str, object] = {
        "title": paper.title,
        "abstract": paper.abstract,
        "published": paper.published.isoformat() if paper.published else None,
        "digest": digest.isoformat() if digest else None,
        "authors": list(paper.authors),
        "url": paper.url,
        "categories": list(paper.categories),
        "upvotes": paper.upvotes,
        "doi": paper.doi.lower() if paper.doi and paper.doi != paper.id else None,  # as it is read
    }
    return {name: value for name, value in fields.items() if value not in (None, [])}
