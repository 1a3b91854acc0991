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
INSERT INTO "_sqlite_migrations" VALUES(5,'tagger','0005-archive','2026-11-26 16:17:27.395875+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'tagger','0006-identity','2026-11-27 07:06:03.680459+00:00');
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
CREATE TABLE editions (
        seq INTEGER PRIMARY KEY, day TEXT NOT NULL, published TEXT NOT NULL, papers TEXT NOT NULL
    ) STRICT;
CREATE TABLE model_versions (
        name TEXT PRIMARY KEY, created_at TEXT NOT NULL, encoder TEXT NOT NULL, tag_set_version INTEGER NOT NULL,
        tag_set_fingerprint TEXT NOT NULL, data_fingerprint TEXT NOT NULL, papers INTEGER NOT NULL,
        figures TEXT NOT NULL
    ) STRICT;
INSERT INTO "model_versions" VALUES('m1','2026-08-07T09:30:00.000000+00:00','minilm',1,'f','d',3,'{"micro_f1":0.5}');
CREATE TABLE paper_names (
        name TEXT PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id), added_at TEXT NOT NULL
    ) STRICT;
CREATE TABLE paper_numbers (number INTEGER PRIMARY KEY, paper_id TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO "paper_numbers" VALUES(1,'2405.14906');
CREATE TABLE paper_revisions (
        seq INTEGER PRIMARY KEY, paper_id TEXT NOT NULL REFERENCES papers(id), title TEXT NOT NULL,
        abstract TEXT NOT NULL, published TEXT, authors TEXT NOT NULL, url TEXT, categories TEXT NOT NULL,
        upvotes INTEGER, replaced_at TEXT NOT NULL
    ) STRICT;
CREATE TABLE paper_sources (
        paper_id TEXT NOT NULL REFERENCES papers(id), source TEXT NOT NULL, added_at TEXT NOT NULL,
        PRIMARY KEY (paper_id, source)
    ) STRICT;
CREATE TABLE papers (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, abstract TEXT NOT NULL, text_hash TEXT NOT NULL,
        published TEXT, authors TEXT NOT NULL, url TEXT, categories TEXT NOT NULL, upvotes INTEGER,
        added_at TEXT NOT NULL, changed_at TEXT NOT NULL
    , title_key TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "papers" VALUES('2405.14906','A title','An abstract','bca486027ba752e7333e47e04ea745017a4344c078815839257db66d3145a979','2026-08-06','["Ann"]',NULL,'[]',3,'2026-08-07T09:30:00.000000+00:00','2026-08-07T09:30:00.000000+00:00','atitle');
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
CREATE VIEW paper_texts AS SELECT n.number, p.title, p.abstract
        FROM paper_numbers n JOIN papers p ON p.id = n.paper_id;
CREATE VIEW latest_annotations AS
        SELECT a.paper_id, a.annotator, a.at, a.skipped, d.key AS dimension, t.value AS tag
        FROM (SELECT *, row_number() OVER (PARTITION BY paper_id, annotator ORDER BY at DESC, seq DESC) AS place
            FROM annotations) a
        LEFT JOIN json_each(a.tags) d LEFT JOIN json_each(d.value) t
        WHERE a.place = 1 AND NOT a.withdrawn AND (t.value IS NOT NULL OR a.skipped);
CREATE VIEW latest_verdicts AS
        SELECT paper_id, dimension, tag, verdict, decider, rule, model, score, at
        FROM (SELECT *, row_number() OVER (
                PARTITION BY paper_id, dimension, tag ORDER BY rule IS NOT NULL, at DESC, seq DESC) AS place
            FROM (SELECT *, row_number() OVER (
                    PARTITION BY paper_id, dimension, tag, rule, CASE WHEN rule IS NULL THEN decider END
                    ORDER BY at DESC, seq DESC) AS voice_place
                FROM decisions)
            WHERE voice_place = 1 AND verdict <> 'withdrawn')
        WHERE place = 1;
CREATE VIEW latest_suggestions AS
        SELECT s.paper_id, s.model, s.at, s.needs_review, d.key AS dimension, t.value AS tag,
            (SELECT e.value FROM json_each(s.scores) AS o, json_each(o.value) AS e
                WHERE o.key = d.key AND e.key = t.value) AS score
        FROM (SELECT s.*, row_number() OVER (PARTITION BY s.paper_id ORDER BY
                    s.model IS (SELECT model FROM promotions ORDER BY seq DESC LIMIT 1) DESC, s.seq DESC) AS place
            FROM suggestions s JOIN papers p ON p.id = s.paper_id AND p.text_hash = s.text_hash) s,
            json_each(s.tags) d, json_each(d.value) t
        WHERE s.place = 1;
CREATE TRIGGER papers_search_insert AFTER INSERT ON papers BEGIN INSERT INTO paper_numbers(paper_id) VALUES (new.id); INSERT INTO paper_stems(rowid, title, abstract) SELECT number, new.title, new.abstract FROM paper_numbers WHERE paper_id = new.id; INSERT INTO paper_words(rowid, title, abstract) SELECT number, new.title, new.abstract FROM paper_numbers WHERE paper_id = new.id; END;
CREATE TRIGGER papers_search_delete AFTER DELETE ON papers BEGIN INSERT INTO paper_stems(paper_stems, rowid, title, abstract) SELECT 'delete', number, old.title, old.abstract FROM paper_numbers WHERE paper_id = old.id; INSERT INTO paper_words(paper_words, rowid, title, abstract) SELECT 'delete', number, old.title, old.abstract FROM paper_numbers WHERE paper_id = old.id; DELETE FROM paper_numbers WHERE paper_id = old.id; END;
CREATE TRIGGER papers_search_text AFTER UPDATE ON papers WHEN new.title <> old.title OR new.abstract <> old.abstract BEGIN INSERT INTO paper_stems(paper_stems, rowid, title, abstract) SELECT 'delete', number, old.title, old.abstract FROM paper_numbers WHERE paper_id = old.id; INSERT INTO paper_words(paper_words, rowid, title, abstract) SELECT 'delete', number, old.title, old.abstract FROM paper_numbers WHERE paper_id = old.id; INSERT INTO paper_stems(rowid, title, abstract) SELECT number, new.title, new.abstract FROM paper_numbers WHERE paper_id = new.id; INSERT INTO paper_words(rowid, title, abstract) SELECT number, new.title, new.abstract FROM paper_numbers WHERE paper_id = new.id; END;
CREATE INDEX editions_day ON editions(day);
CREATE TRIGGER editions_no_update BEFORE UPDATE ON editions BEGIN SELECT RAISE(ABORT, 'editions is append-only'); END;
CREATE TRIGGER editions_no_delete BEFORE DELETE ON editions BEGIN SELECT RAISE(ABORT, 'editions is append-only'); END;
CREATE INDEX paper_names_paper ON paper_names(paper_id);
CREATE INDEX papers_title_key ON papers(title_key);
CREATE VIRTUAL TABLE paper_stems USING fts5(title, abstract, content='paper_texts', content_rowid='number', tokenize='porter unicode61 remove_diacritics 2');
INSERT INTO paper_stems(paper_stems) VALUES ('rebuild');
CREATE VIRTUAL TABLE paper_words USING fts5(title, abstract, content='paper_texts', content_rowid='number', tokenize='unicode61 remove_diacritics 2');
INSERT INTO paper_words(paper_words) VALUES ('rebuild');
COMMIT;
