"""The database's tables, as ordered migrations. A released one never changes; a new one is appended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tagger.domain.identity import title_key

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


# Both indexes read the papers through a view, under numbers of their own: the papers' row ids may change in a VACUUM.
# One knows stems, for whole words; in the other words are as written, as a prefix of a word isn't one of its stem.
_INDEXES = (("paper_stems", "porter unicode61 remove_diacritics 2"), ("paper_words", "unicode61 remove_diacritics 2"))

_SEARCH = (
    "CREATE TABLE paper_numbers (number INTEGER PRIMARY KEY, paper_id TEXT NOT NULL UNIQUE) STRICT",
    """CREATE VIEW paper_texts AS SELECT n.number, p.title, p.abstract
        FROM paper_numbers n JOIN papers p ON p.id = n.paper_id""",
    *(
        f"CREATE VIRTUAL TABLE {index} USING fts5(title, abstract, content='paper_texts', content_rowid='number', "
        f"tokenize='{tokens}')"
        for index, tokens in _INDEXES
    ),
)

_VIEWS = (
    """CREATE VIEW latest_annotations AS
        SELECT a.paper_id, a.annotator, a.at, a.skipped, d.key AS dimension, t.value AS tag
        FROM (SELECT *, row_number() OVER (PARTITION BY paper_id, annotator ORDER BY at DESC, seq DESC) AS place
            FROM annotations) a
        LEFT JOIN json_each(a.tags) d LEFT JOIN json_each(d.value) t
        WHERE a.place = 1 AND NOT a.withdrawn AND (t.value IS NOT NULL OR a.skipped)""",
    """CREATE VIEW latest_verdicts AS
        SELECT paper_id, dimension, tag, verdict, decider, rule, model, score, at
        FROM (SELECT *, row_number() OVER (
                PARTITION BY paper_id, dimension, tag ORDER BY rule IS NOT NULL, at DESC, seq DESC) AS place
            FROM (SELECT *, row_number() OVER (
                    PARTITION BY paper_id, dimension, tag, rule, CASE WHEN rule IS NULL THEN decider END
                    ORDER BY at DESC, seq DESC) AS voice_place
                FROM decisions)
            WHERE voice_place = 1 AND verdict <> 'withdrawn')
        WHERE place = 1""",
    """CREATE VIEW latest_suggestions AS
        SELECT s.paper_id, s.model, s.at, s.needs_review, d.key AS dimension, t.value AS tag,
            (SELECT e.value FROM json_each(s.scores) AS o, json_each(o.value) AS e
                WHERE o.key = d.key AND e.key = t.value) AS score
        FROM (SELECT s.*, row_number() OVER (PARTITION BY s.paper_id ORDER BY
                    s.model IS (SELECT model FROM promotions ORDER BY seq DESC LIMIT 1) DESC, s.seq DESC) AS place
            FROM suggestions s JOIN papers p ON p.id = s.paper_id AND p.text_hash = s.text_hash) s,
            json_each(s.tags) d, json_each(d.value) t
        WHERE s.place = 1""",
)


def _search(db: Database) -> None:
    for statement in (*_SEARCH, *_VIEWS):
        db.execute(statement)
    db.execute("INSERT INTO paper_numbers(paper_id) SELECT id FROM papers ORDER BY id")
    for index, _ in _INDEXES:
        db.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")

    def each_index(statement: str) -> str:
        return " ".join(statement.format(index=index) for index, _ in _INDEXES)

    add = each_index(
        "INSERT INTO {index}(rowid, title, abstract) "
        "SELECT number, new.title, new.abstract FROM paper_numbers WHERE paper_id = new.id;"
    )
    drop = each_index(
        "INSERT INTO {index}({index}, rowid, title, abstract) "
        "SELECT 'delete', number, old.title, old.abstract FROM paper_numbers WHERE paper_id = old.id;"
    )
    number = "INSERT INTO paper_numbers(paper_id) VALUES (new.id);"
    changed = "new.title <> old.title OR new.abstract <> old.abstract"
    db.execute(f"CREATE TRIGGER papers_search_insert AFTER INSERT ON papers BEGIN {number} {add} END")
    db.execute(
        "CREATE TRIGGER papers_search_delete AFTER DELETE ON papers "
        f"BEGIN {drop} DELETE FROM paper_numbers WHERE paper_id = old.id; END"
    )
    db.execute(f"CREATE TRIGGER papers_search_text AFTER UPDATE ON papers WHEN {changed} BEGIN {drop} {add} END")


def _editions(db: Database) -> None:
    db.execute(
        """CREATE TABLE editions (
        seq INTEGER PRIMARY KEY, day TEXT NOT NULL, published TEXT NOT NULL, papers TEXT NOT NULL
    ) STRICT"""
    )
    db.execute("CREATE INDEX editions_day ON editions(day)")
    _make_append_only(db, "editions")


def _archive(db: Database) -> None:
    _search(db)
    _editions(db)


_IDENTITY = (
    """CREATE TABLE paper_names (
        name TEXT PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id), added_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX paper_names_paper ON paper_names(paper_id)",
    """CREATE TABLE paper_sources (
        paper_id TEXT NOT NULL REFERENCES papers(id), source TEXT NOT NULL, added_at TEXT NOT NULL,
        PRIMARY KEY (paper_id, source)
    ) STRICT""",
    "ALTER TABLE papers ADD COLUMN title_key TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX papers_title_key ON papers(title_key)",
)


def _identity(db: Database) -> None:
    for statement in _IDENTITY:
        db.execute(statement)
    db.conn.create_function("title_key", 1, title_key, deterministic=True)
    db.execute("UPDATE papers SET title_key = title_key(title)")


_STANDINGS = (
    """CREATE TABLE standings (
        paper_id TEXT PRIMARY KEY REFERENCES papers(id) ON DELETE CASCADE, status TEXT NOT NULL,
        annotated INTEGER NOT NULL, conflicts INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX standings_status ON standings(status, annotated, conflicts)",
    "CREATE INDEX standings_conflicts ON standings(paper_id) WHERE conflicts > 0",
    "CREATE INDEX standings_annotated ON standings(paper_id) WHERE annotated",
    """CREATE TABLE standing_tags (
        paper_id TEXT NOT NULL REFERENCES papers(id) ON DELETE CASCADE, dimension TEXT NOT NULL, tag TEXT NOT NULL,
        decided INTEGER NOT NULL, rule TEXT, model TEXT, PRIMARY KEY (paper_id, dimension, tag)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX standing_tags_tag ON standing_tags(dimension, tag, paper_id)",
    "CREATE INDEX standing_tags_rule ON standing_tags(model, rule) WHERE rule IS NOT NULL",
    "CREATE INDEX decisions_rule ON decisions(model, rule, dimension, tag) WHERE rule IS NOT NULL",
    "CREATE INDEX papers_published ON papers(id, published)",
    "DROP INDEX digest_papers_paper",
    "CREATE INDEX digest_papers_paper ON digest_papers(paper_id, day)",
    """CREATE TABLE stale_papers (
        paper_id TEXT PRIMARY KEY REFERENCES papers(id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE standing_basis (basis TEXT NOT NULL) STRICT",
    "INSERT INTO stale_papers(paper_id) SELECT id FROM papers",
)
# What a paper's standing rests on, and the column that names the paper.
_SAID = (
    *(("INSERT ON " + table, "paper_id") for table in ("annotations", "decisions", "suggestions")),
    ("INSERT ON papers", "id"),
    ("UPDATE OF text_hash ON papers", "id"),
)


def _standings(db: Database) -> None:
    for statement in _STANDINGS:
        db.execute(statement)
    for event, paper in _SAID:
        name = event.lower().replace(" of text_hash", "").replace(" on ", " ").split()
        db.execute(
            f"CREATE TRIGGER {name[1]}_stale_{name[0]} AFTER {event} "
            f"BEGIN INSERT OR IGNORE INTO stale_papers(paper_id) VALUES (new.{paper}); END"
        )


MIGRATIONS: dict[str, Callable[[Database], None]] = {
    "0001-the-loop": _the_loop,
    "0002-evidence": _evidence,
    "0003-audits": _audits,
    "0004-pages": _pages,
    "0005-archive": _archive,
    "0006-identity": _identity,
    "0007-standings": _standings,
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
