"""Which of a Label Studio project's tasks and annotations stand for which of ours. It can be made again from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tagger.domain.labels import Annotation
from tagger.domain.tags import TagSet
from tagger.store.rows import json_text, tags_of, tags_text, time_of, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class LinkedProject:
    """A project that was opened once.

    ``place`` names its server, ``born`` is when the server made it, ``cursor`` how far it has been pulled.
    """

    seq: int
    place: str
    project_id: int
    born: str
    cursor: str | None


@dataclass(frozen=True, slots=True)
class LinkedAnnotation:
    """What an annotation on the server said when it was last seen; not ``present``: it has been deleted there."""

    annotation_id: int
    task_id: int
    annotation: Annotation
    present: bool = True


class StudioLinks:
    """What the workspace remembers of the Label Studio projects it used."""

    def __init__(self, db: Database, tag_set: TagSet) -> None:
        self._db = db
        self._tag_set = tag_set

    def project(self, place: str) -> LinkedProject | None:
        """Return the project last opened at that server, or None."""
        sql = "SELECT * FROM studio_projects WHERE place = ? ORDER BY seq DESC LIMIT 1"
        row = next(iter(self._db.query(sql, [place])), None)
        return LinkedProject(row["seq"], row["place"], row["project_id"], row["born"], row["cursor"]) if row else None

    def add_project(self, place: str, project_id: int, born: str, now: datetime) -> LinkedProject:
        """Remember a project as the one in use at that server."""
        row = {"place": place, "project_id": project_id, "born": born, "opened_at": time_text(now)}
        self._db.table("studio_projects").insert(row)
        project = self.project(place)
        assert project is not None
        return project

    def save_page(self, project: LinkedProject, tag_set_version: int, now: datetime) -> None:
        """Remember that the project's page shows that version of the tag set from now on."""
        if self.page_version(project, now) != tag_set_version:
            row = {"project": project.seq, "tag_set_version": tag_set_version, "at": time_text(now)}
            self._db.table("studio_pages").insert(row)

    def page_version(self, project: LinkedProject, at: datetime) -> int | None:
        """Return which version of the tag set the project's page showed then: the first one, before any is known."""
        sql = "SELECT tag_set_version, at FROM studio_pages WHERE project = ? ORDER BY at, seq"
        shown = self._db.execute(sql, [project.seq]).fetchall()
        versions = [version for version, since in shown if since <= time_text(at)]
        return next(reversed(versions), shown[0][0] if shown else None)

    def save_cursor(self, project: LinkedProject, cursor: str) -> None:
        """Remember how far the project has been pulled."""
        self._db.table("studio_projects").update(project.seq, {"cursor": cursor})

    def task_hashes(self, project: LinkedProject) -> dict[str, dict[int, str]]:
        """Return, by paper id, the project's tasks and the hash of the text each was last given."""
        found: dict[str, dict[int, str]] = {}
        for row in self._db.query("SELECT * FROM studio_tasks WHERE project = ? ORDER BY task_id", [project.seq]):
            found.setdefault(row["paper_id"], {})[row["task_id"]] = row["text_hash"]
        return found

    def save_task(self, project: LinkedProject, task_id: int, paper_id: str, text_hash: str) -> None:
        """Remember a task and the text it was given."""
        row = {"project": project.seq, "task_id": task_id, "paper_id": paper_id, "text_hash": text_hash}
        self._db.table("studio_tasks").insert(row, replace=True)

    def annotations(self, project: LinkedProject, task_ids: Sequence[int] | None = None) -> dict[int, LinkedAnnotation]:
        """Return the annotations seen in the project or on some of its tasks, by id, those gone since included."""
        sql = "SELECT * FROM studio_annotations WHERE project = ?"
        values: list[int | str] = [project.seq]
        if task_ids is not None:
            sql += " AND task_id IN (SELECT value FROM json_each(?))"
            values.append(json_text(list(task_ids)))
        return {row["annotation_id"]: self._linked(row) for row in self._db.query(sql, values)}

    def of_annotator(self, project: LinkedProject, paper_id: str, annotator: str) -> list[LinkedAnnotation]:
        """Return the annotations of one annotator for one paper that are on the server, oldest first."""
        sql = "SELECT * FROM studio_annotations WHERE project = ? AND paper_id = ? AND annotator = ? AND present"
        rows = self._db.query(sql + " ORDER BY annotation_id", [project.seq, paper_id, annotator])
        return [self._linked(row) for row in rows]

    def outdated(self, project: LinkedProject) -> list[LinkedAnnotation]:
        """Return, by present ids, the annotations on the server that name tags by ids which these haven't any more."""
        rows = self._db.query("SELECT * FROM studio_annotations WHERE project = ? AND present", [project.seq])
        found = [(row["tags"], self._linked(row)) for row in rows]
        return [linked for tags, linked in found if tags_text(linked.annotation.tags) != tags]

    def save_annotations(self, project: LinkedProject, annotations: Iterable[LinkedAnnotation]) -> None:
        """Remember annotations as they stand on the server now."""
        self._db.table("studio_annotations").insert_all(
            (
                {
                    "project": project.seq,
                    "annotation_id": linked.annotation_id,
                    "task_id": linked.task_id,
                    "paper_id": linked.annotation.paper_id,
                    "annotator": linked.annotation.annotator,
                    "at": time_text(linked.annotation.at),
                    "tags": tags_text(linked.annotation.tags),
                    "skipped": int(linked.annotation.skipped),
                    "present": int(linked.present),
                }
                for linked in annotations
            ),
            replace=True,
        )

    def forget_annotations(self, project: LinkedProject, annotations: Iterable[LinkedAnnotation]) -> None:
        """Forget annotations that the server doesn't know any more, as if it had never had them."""
        for linked in annotations:
            keys = [project.seq, linked.annotation_id, linked.task_id]
            self._db.execute(
                "DELETE FROM studio_annotations WHERE project = ? AND annotation_id = ? AND task_id = ?", keys
            )

    def _linked(self, row: Mapping[str, Any]) -> LinkedAnnotation:
        annotation = Annotation(
            paper_id=row["paper_id"],
            annotator=row["annotator"],
            at=time_of(row["at"]),
            tags=self._tag_set.translated(tags_of(row["tags"])),
            skipped=bool(row["skipped"]),
        )
        return LinkedAnnotation(row["annotation_id"], row["task_id"], annotation, bool(row["present"]))
