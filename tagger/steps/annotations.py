"""Annotations in and out as JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from tagger.domain.labels import Annotation, standing_annotations
from tagger.domain.paper import Entry
from tagger.errors import SourceError
from tagger.sources import AnnotationRow, Rejected, read_annotations
from tagger.steps.ingest import rejections_in_words
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import found, counted over rows; ``rejected`` are the rows that were left out."""

    new: int
    changed: int
    unchanged: int
    rejected: tuple[Rejected, ...]


def import_annotations(
    workspace: Workspace, source: str, *, strict: bool = False, now: datetime, stdin: BinaryIO | None = None
) -> Imported:
    """Save the annotations of a JSON Lines source, and the papers that come along, in one transaction.

    A row without a time is taken as said now, in the order of the rows. A row that can't be used is told and the others
    are kept; with ``strict``, or when none can be used, SourceError is raised and nothing is kept.
    """
    tag_set, store = workspace.tag_set, workspace.store
    parsed = read_annotations(source, [d.id for d in tag_set.dimensions], stdin=stdin)
    rejected = list(parsed.rejected)
    with store.write():
        known = {paper.id for paper in store.papers.of([row.paper_id for row in parsed.rows])}
        entries: list[Entry] = []
        annotations: list[Annotation] = []
        for number, row in enumerate(parsed.rows):
            if row.paper is None and row.paper_id not in known:
                reason = f"the paper '{row.paper_id}' isn't in the workspace, and the row has no title and abstract"
                rejected.append(Rejected(row.place, reason))
                continue
            at = row.at or now + timedelta(microseconds=number)
            try:
                annotations.append(_annotation(workspace, row, at))
            except KeyError as error:
                rejected.append(Rejected(row.place, f"the tag set has no '{error.args[0]}'"))
                continue
            if row.paper is not None:
                known.add(row.paper_id)
                entries.append(Entry(row.paper, row.digest, row.place))
        if rejected and (strict or not annotations):
            raise SourceError(f"nothing was kept: {rejections_in_words(rejected)}")
        store.papers.save(entries, now)
        saved = store.labels.annotate(annotations, source="import", tag_set_version=tag_set.version, now=now)
    return Imported(saved.new, saved.changed, saved.unchanged, tuple(rejected))


def export_annotations(workspace: Workspace) -> Iterator[str]:
    """Yield every standing annotation as a line of JSON, oldest first, so that importing them gives the same state."""
    by_paper = workspace.store.labels.annotations()
    papers = {paper.id: paper for paper in workspace.store.papers.of(list(by_paper))}
    digests = workspace.store.papers.digests_of(list(by_paper))
    standing = [a for annotations in by_paper.values() for a in standing_annotations(annotations)]
    for annotation in sorted(standing, key=lambda a: (a.at, a.paper_id, a.annotator)):
        paper = papers[annotation.paper_id]
        row: dict[str, object] = {"id": paper.id, "annotator": annotation.annotator}
        if annotation.skipped:
            row["skip"] = True
        else:
            row |= {d.id: list(annotation.tags.get(d.id, ())) for d in workspace.tag_set.dimensions}
        row |= {"title": paper.title, "abstract": paper.abstract}
        if paper.id in digests:
            row["digest"] = digests[paper.id].isoformat()
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _annotation(workspace: Workspace, row: AnnotationRow, at: datetime) -> Annotation:
    if row.skipped:
        return Annotation(row.paper_id, row.annotator, at, skipped=True)
    return Annotation(row.paper_id, row.annotator, at, workspace.tag_set.ordered(row.tags))
