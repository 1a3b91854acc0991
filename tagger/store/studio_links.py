"""Which of a Label Studio project's tasks and annotations stand for which of ours. It can be made again from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tagger.store.rows import time_text

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class LinkedProject:
    """A project that was opened once. ``cursor`` is how far it has been pulled."""

    seq: int
    url: str
    project_id: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class LinkedAnnotation:
    """An annotation as it was last seen on the server; ``content`` is its tags or skip as text, to see a change by."""

    annotation_id: int
    task_id: int
    paper_id: str
    annotator: str
    content: str
    present: bool


class StudioLinks:
    """What the workspace remembers of the Label Studio projects it used."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def project(self, url: str) -> LinkedProject | None:
        """Return the project last opened at that server, or None."""
        sql = "SELECT * FROM studio_projects WHERE url = ? ORDER BY seq DESC LIMIT 1"
        row = next(iter(self._db.query(sql, [url])), None)
        return LinkedProject(row["seq"], row["url"], row["project_id"], row["cursor"]) if row else None

    def add_project(self, url: str, project_id: int, now: datetime) -> LinkedProject:
        """Remember a project as the one in use at that server."""
        row = {"url": url, "project_id": project_id, "opened_at": time_text(now)}
        self._db.table("studio_projects").insert(row)
        project = self.project(url)
        assert project is not None
        return project

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

    def annotations(self, project: LinkedProject) -> dict[int, LinkedAnnotation]:
        """Return the project's annotations that were seen, by their ids, those gone since included."""
        rows = self._db.query("SELECT * FROM studio_annotations WHERE project = ?", [project.seq])
        return {row["annotation_id"]: _linked(row) for row in rows}

    def save_annotations(self, project: LinkedProject, annotations: Iterable[LinkedAnnotation]) -> None:
        """Remember annotations as they stand on the server now."""
        self._db.table("studio_annotations").insert_all(
            (
                {
                    "project": project.seq,
                    "annotation_id": a.annotation_id,
                    "task_id": a.task_id,
                    "paper_id": a.paper_id,
                    "annotator": a.annotator,
                    "content": a.content,
                    "present": int(a.present),
                }
                for a in annotations
            ),
            replace=True,
        )


def _linked(row: Mapping[str, Any]) -> LinkedAnnotation:
    return LinkedAnnotation(
        annotation_id=row["annotation_id"],
        task_id=row["task_id"],
        paper_id=row["paper_id"],
        annotator=row["annotator"],
        content=row["content"],
        present=bool(row["present"]),
    )
