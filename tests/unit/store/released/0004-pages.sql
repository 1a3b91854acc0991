BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'tagger','0001-the-loop','2026-11-25 01:13:58.407605+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'tagger','0002-evidence','2026-11-25 04:26:09.236429+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'tagger','0003-audits','2026-11-25 23:20:12.403275+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'tagger','0004-pages','2026-11-26 12:01:13.267419+00:00');
CREATE TABLE annotations (
        seq INTEGER PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id), annotator TEXT NOT NULL,
        at TEXT NOT NULL, tags TEXT NOT NULL, skipped INTEGER NOT NULL, withdrawn INTEGER NOT NULL,
        tag_set_version INTEGER NOT NULL, source TEXT NOT NULL, recorded_at TEXT NOT NULL
    ) STRICT;
CREATE TABLE audits (
        seq INTEGER PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id), dimension TEXT NOT NULL,
        tag TEXT NOT NULL, rule TEXT NOT NULL, model TEXT NOT NULL REFERENCES model_versions(name),
        score REAL NOT NULL, at TEXT NOT NULL, UNIQUE (paper_id, dimension, tag, rule, model)
    ) STRICT;
INSERT INTO "audits" VALUES(1,'2405.14906','habitat','sea','precision=0.95','m1',0.9,'2026-08-07T09:30:00.000000+00:00');
CREATE TABLE decisions (
        seq INTEGER PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id), dimension TEXT NOT NULL,
        tag TEXT NOT NULL, verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected', 'withdrawn')),
        decider TEXT NOT NULL, at TEXT NOT NULL, rule TEXT, model TEXT, score REAL, recorded_at TEXT NOT NULL
    ) STRICT;
INSERT INTO "decisions" VALUES(1,'2405.14906','habitat','sea','accepted','bob','2026-08-07T10:30:00.000000+00:00',NULL,'m1',0.9,'2026-08-07T10:30:00.000000+00:00');
CREATE TABLE digest_papers (
        day TEXT NOT NULL REFERENCES digests(day), paper_id TEXT NOT NULL REFERENCES papers(id),
        position INTEGER NOT NULL, PRIMARY KEY (day, paper_id)
    ) STRICT;
CREATE TABLE digests (day TEXT PRIMARY KEY, added_at TEXT NOT NULL) STRICT;
CREATE TABLE model_versions (
        name TEXT PRIMARY KEY, created_at TEXT NOT NULL, encoder TEXT NOT NULL, tag_set_version INTEGER NOT NULL,
        tag_set_fingerprint TEXT NOT NULL, data_fingerprint TEXT NOT NULL, papers INTEGER NOT NULL,
        figures TEXT NOT NULL
    ) STRICT;
INSERT INTO "model_versions" VALUES('m1','2026-08-07T09:30:00.000000+00:00','minilm',1,'f','d',3,'{"micro_f1":0.5}');
CREATE TABLE paper_revisions (
        seq INTEGER PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id), title TEXT NOT NULL,
        abstract TEXT NOT NULL, published TEXT, authors TEXT NOT NULL, url TEXT, categories TEXT NOT NULL,
        upvotes INTEGER, replaced_at TEXT NOT NULL
    ) STRICT;
CREATE TABLE papers (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, abstract TEXT NOT NULL, text_hash TEXT NOT NULL,
        published TEXT, authors TEXT NOT NULL, url TEXT, categories TEXT NOT NULL, upvotes INTEGER,
        added_at TEXT NOT NULL, changed_at TEXT NOT NULL
    ) STRICT;
INSERT INTO "papers" VALUES('2405.14906','A title','An abstract','bca486027ba752e7333e47e04ea745017a4344c078815839257db66d3145a979','2026-08-06','["Ann"]',NULL,'[]',3,'2026-08-07T09:30:00.000000+00:00','2026-08-07T09:30:00.000000+00:00');
CREATE TABLE promotions (
        seq INTEGER PRIMARY KEY, model TEXT NOT NULL REFERENCES model_versions(name), at TEXT NOT NULL
    ) STRICT;
INSERT INTO "promotions" VALUES(1,'m1','2026-08-07T09:30:00.000000+00:00');
CREATE TABLE studio_annotations (
        project INTEGER NOT NULL REFERENCES studio_projects(seq), annotation_id INTEGER NOT NULL,
        task_id INTEGER NOT NULL, paper_id TEXT NOT NULL REFERENCES papers(id), annotator TEXT NOT NULL,
        at TEXT NOT NULL, tags TEXT NOT NULL, skipped INTEGER NOT NULL, present INTEGER NOT NULL,
        PRIMARY KEY (project, annotation_id)
    ) STRICT;
CREATE TABLE studio_pages (
        seq INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES studio_projects(seq),
        tag_set_version INTEGER NOT NULL, at TEXT NOT NULL
    ) STRICT;
CREATE TABLE studio_projects (
        seq INTEGER PRIMARY KEY, place TEXT NOT NULL, project_id INTEGER NOT NULL, born TEXT NOT NULL,
        opened_at TEXT NOT NULL, cursor TEXT
    ) STRICT;
CREATE TABLE studio_tasks (
        project INTEGER NOT NULL REFERENCES studio_projects(seq), task_id INTEGER NOT NULL,
        paper_id TEXT NOT NULL REFERENCES papers(id), text_hash TEXT NOT NULL, PRIMARY KEY (project, task_id)
    ) STRICT;
CREATE TABLE suggestions (
        seq INTEGER PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id),
        model TEXT NOT NULL REFERENCES model_versions(name), text_hash TEXT NOT NULL, at TEXT NOT NULL,
        tags TEXT NOT NULL, scores TEXT NOT NULL, needs_review INTEGER NOT NULL, evidence TEXT NOT NULL DEFAULT '{}',
        UNIQUE (paper_id, model, text_hash)
    ) STRICT;
INSERT INTO "suggestions" VALUES(1,'2405.14906','m1','bca486027ba752e7333e47e04ea745017a4344c078815839257db66d3145a979','2026-08-07T09:30:00.000000+00:00','{"habitat":["sea"]}','{"habitat":{"sea":0.9}}',0,'{}');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX paper_revisions_paper ON paper_revisions(paper_id);
CREATE INDEX digest_papers_paper ON digest_papers(paper_id);
CREATE INDEX annotations_paper ON annotations(paper_id, annotator);
CREATE INDEX decisions_paper ON decisions(paper_id);
CREATE INDEX studio_tasks_paper ON studio_tasks(project, paper_id);
CREATE INDEX studio_annotations_task ON studio_annotations(project, task_id);
CREATE INDEX studio_annotations_paper ON studio_annotations(project, paper_id);
CREATE TRIGGER annotations_no_update BEFORE UPDATE ON annotations BEGIN SELECT RAISE(ABORT, 'annotations is append-only'); END;
CREATE TRIGGER annotations_no_delete BEFORE DELETE ON annotations BEGIN SELECT RAISE(ABORT, 'annotations is append-only'); END;
CREATE TRIGGER suggestions_no_update BEFORE UPDATE ON suggestions BEGIN SELECT RAISE(ABORT, 'suggestions is append-only'); END;
CREATE TRIGGER suggestions_no_delete BEFORE DELETE ON suggestions BEGIN SELECT RAISE(ABORT, 'suggestions is append-only'); END;
CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;
CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;
CREATE TRIGGER promotions_no_update BEFORE UPDATE ON promotions BEGIN SELECT RAISE(ABORT, 'promotions is append-only'); END;
CREATE TRIGGER promotions_no_delete BEFORE DELETE ON promotions BEGIN SELECT RAISE(ABORT, 'promotions is append-only'); END;
CREATE TRIGGER paper_revisions_no_update BEFORE UPDATE ON paper_revisions BEGIN SELECT RAISE(ABORT, 'paper_revisions is append-only'); END;
CREATE TRIGGER paper_revisions_no_delete BEFORE DELETE ON paper_revisions BEGIN SELECT RAISE(ABORT, 'paper_revisions is append-only'); END;
CREATE TRIGGER audits_no_update BEFORE UPDATE ON audits BEGIN SELECT RAISE(ABORT, 'audits is append-only'); END;
CREATE TRIGGER audits_no_delete BEFORE DELETE ON audits BEGIN SELECT RAISE(ABORT, 'audits is append-only'); END;
CREATE INDEX studio_pages_project ON studio_pages(project, at);
COMMIT;
