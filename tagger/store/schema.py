"""The database's tables, as ordered migrations. A released one never changes; a new one is appended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

APPEND_ONLY = ("annotations", "suggestions", "decisions", "promotions", "paper_revisions")

_FIRST = (
    """CREATE TABLE papers (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, abstract TEXT NOT NULL, text_hash TEXT NOT NULL,
        published TEXT, authors TEXT NOT NULL, url TEXT, categories TEXT NOT NULL, upvotes INTEGER,
        added_at TEXT NOT NULL, changed_at TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE paper_revisions (
        seq INTEGER PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id), title TEXT NOT NULL,
        abstract TEXT NOT NULL, published TEXT, authors TEXT NOT NULL, url TEXT, categories TEXT NOT NULL,
        upvotes INTEGER, replaced_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX paper_revisions_paper ON paper_revisions(paper_id)",
    "CREATE TABLE digests (day TEXT PRIMARY KEY, added_at TEXT NOT NULL) STRICT",
    """CREATE TABLE digest_papers (
        day TEXT NOT NULL REFERENCES digests(day), paper_id TEXT NOT NULL REFERENCES papers(id),
        position INTEGER NOT NULL, PRIMARY KEY (day, paper_id)
    ) STRICT""",
    "CREATE INDEX digest_papers_paper ON digest_papers(paper_id)",
    """CREATE TABLE annotations (
        seq INTEGER PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id), annotator TEXT NOT NULL,
        at TEXT NOT NULL, tags TEXT NOT NULL, skipped INTEGER NOT NULL, withdrawn INTEGER NOT NULL,
        tag_set_version INTEGER NOT NULL, source TEXT NOT NULL, recorded_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX annotations_paper ON annotations(paper_id, annotator)",
    """CREATE TABLE model_versions (
        name TEXT PRIMARY KEY, created_at TEXT NOT NULL, encoder TEXT NOT NULL, tag_set_version INTEGER NOT NULL,
        tag_set_fingerprint TEXT NOT NULL, data_fingerprint TEXT NOT NULL, papers INTEGER NOT NULL,
        figures TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE promotions (
        seq INTEGER PRIMARY KEY, model TEXT NOT NULL REFERENCES model_versions(name), at TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE suggestions (
        seq INTEGER PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id),
        model TEXT NOT NULL REFERENCES model_versions(name), text_hash TEXT NOT NULL, at TEXT NOT NULL,
        tags TEXT NOT NULL, scores TEXT NOT NULL, needs_review INTEGER NOT NULL,
        UNIQUE (paper_id, model, text_hash)
    ) STRICT""",
    """CREATE TABLE decisions (
        seq INTEGER PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id), dimension TEXT NOT NULL,
        tag TEXT NOT NULL, verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected', 'withdrawn')),
        decider TEXT NOT NULL, at TEXT NOT NULL, rule TEXT, model TEXT, score REAL, recorded_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX decisions_paper ON decisions(paper_id)",
    """CREATE TABLE studio_projects (
        seq INTEGER PRIMARY KEY, place TEXT NOT NULL, project_id INTEGER NOT NULL, born TEXT NOT NULL,
        opened_at TEXT NOT NULL, cursor TEXT
    ) STRICT""",
    """CREATE TABLE studio_tasks (
        project INTEGER NOT NULL REFERENCES studio_projects(seq), task_id INTEGER NOT NULL,
        paper_id TEXT NOT NULL REFERENCES papers(id), text_hash TEXT NOT NULL, PRIMARY KEY (project, task_id)
    ) STRICT""",
    "CREATE INDEX studio_tasks_paper ON studio_tasks(project, paper_id)",
    """CREATE TABLE studio_annotations (
        project INTEGER NOT NULL REFERENCES studio_projects(seq), annotation_id INTEGER NOT NULL,
        task_id INTEGER NOT NULL, paper_id TEXT NOT NULL REFERENCES papers(id), annotator TEXT NOT NULL,
        at TEXT NOT NULL, tags TEXT NOT NULL, skipped INTEGER NOT NULL, present INTEGER NOT NULL,
        PRIMARY KEY (project, annotation_id)
    ) STRICT""",
    "CREATE INDEX studio_annotations_task ON studio_annotations(project, task_id)",
    "CREATE INDEX studio_annotations_paper ON studio_annotations(project, paper_id)",
)


def _the_loop(db: Database) -> None:
    for statement in _FIRST:
        db.execute(statement)
    for table in APPEND_ONLY:
        _make_append_only(db, table)


def _make_append_only(db: Database, table: str) -> None:
    for action in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _evidence(db: Database) -> None:
    db.execute("ALTER TABLE suggestions ADD COLUMN evidence TEXT NOT NULL DEFAULT '{}'")


def _audits(db: Database) -> None:
    db.execute(
        """CREATE TABLE audits (
        seq INTEGER PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id), dimension TEXT NOT NULL,
        tag TEXT NOT NULL, rule TEXT NOT NULL, model TEXT NOT NULL REFERENCES model_versions(name),
        score REAL NOT NULL, at TEXT NOT NULL, UNIQUE (paper_id, dimension, tag, rule, model)
    ) STRICT"""
    )
    _make_append_only(db, "audits")


def _pages(db: Database) -> None:
    db.execute(
        """CREATE TABLE studio_pages (
        seq INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES studio_projects(seq),
        tag_set_version INTEGER NOT NULL, at TEXT NOT NULL
    ) STRICT"""
    )
    db.execute("CREATE INDEX studio_pages_project ON studio_pages(project, at)")
    # Until now a project's page showed the one version that there was.
    db.execute(
        "INSERT INTO studio_pages(project, tag_set_version, at) SELECT seq, "
        "coalesce((SELECT max(tag_set_version) FROM annotations), 1), opened_at FROM studio_projects"
    )


def _editions(db: Database) -> None:
    db.execute(
        """CREATE TABLE editions (
        seq INTEGER PRIMARY KEY, day TEXT NOT NULL, published TEXT NOT NULL, papers TEXT NOT NULL
    ) STRICT"""
    )
    db.execute("CREATE INDEX editions_day ON editions(day)")
    _make_append_only(db, "editions")


MIGRATIONS: dict[str, Callable[[Database], None]] = {
    "0001-the-loop": _the_loop,
    "0002-evidence": _evidence,
    "0003-audits": _audits,
    "0004-pages": _pages,
    "0007-editions": _editions,
}


def table_and_trigger_names() -> set[str]:
    """Return the names of everything that the migrations make."""
    from sqlite_utils import Database

    fresh = Database(memory=True)
    try:
        migrations().apply(fresh)
        return {str(row[0]) for row in fresh.execute("SELECT name FROM sqlite_master")}
    finally:
        fresh.close()


def migrations() -> Migrations:
    """Return all migrations, oldest first."""
    from sqlite_utils.migrations import Migrations

    ordered = Migrations("tagger")
    for name, change in MIGRATIONS.items():
        ordered(name=name)(change)
    return ordered
