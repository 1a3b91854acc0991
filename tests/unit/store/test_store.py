import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tagger.domain.labels import Annotation, Decision, Suggestion
from tagger.domain.model import ModelVersion
from tagger.domain.paper import Entry, Paper, title_id
from tagger.errors import StoreError
from tagger.store import Store, open_store
from tagger.store.studio_links import LinkedAnnotation
from tests.conftest import NOW

LATER = NOW + timedelta(hours=1)
DAY = date(2026, 8, 7)
PAPER = Paper("2405.14906", "A title", "An abstract", authors=("Ann", "Bob"), upvotes=3)
VERSION = ModelVersion("m1", NOW, "minilm", 1, "f" * 64, "d" * 64, 3, {"micro_f1": 0.5})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "tagger.db", create=True) as opened:
        yield opened


def save(store: Store, *papers: Paper, day: date | None = DAY) -> tuple[int, int, int]:
    with store.write():
        saved = store.papers.save([Entry(paper, day) for paper in papers], NOW)
    return saved.new, saved.changed, saved.unchanged


def annotate(store: Store, *annotations: Annotation) -> tuple[int, int, int]:
    with store.write():
        saved = store.labels.annotate(annotations, source="test", tag_set_version=1, now=NOW)
    return saved.new, saved.changed, saved.unchanged


def suggestion(**changes: object) -> Suggestion:
    made = Suggestion(PAPER.id, "m1", NOW, {"habitat": ("sea",)}, {"habitat": {"sea": 0.9, "forest": 0.1}}, False)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_second_save_of_the_same_changes_nothing(store: Store) -> None:
    assert save(store, PAPER) == (1, 0, 0)
    assert save(store, PAPER) == (0, 0, 1)
    assert store.papers.find(PAPER.id) == PAPER


def test_a_corrected_abstract_is_a_change_and_the_former_one_is_kept(store: Store) -> None:
    save(store, PAPER)
    assert save(store, replace(PAPER, abstract="A better one")) == (0, 1, 0)
    found = store.papers.find(PAPER.id)
    assert found is not None and found.abstract == "A better one"
    with sqlite3.connect(store.path) as db:
        assert db.execute("SELECT abstract FROM paper_revisions").fetchall() == [("An abstract",)]
    db.close()


def test_what_a_source_leaves_empty_erases_nothing_but_zero_is_a_value(store: Store) -> None:
    save(store, PAPER)
    assert save(store, Paper(PAPER.id, PAPER.title, "")) == (0, 0, 1)
    assert save(store, replace(PAPER, upvotes=0)) == (0, 1, 0)
    found = store.papers.find(PAPER.id)
    assert found is not None and (found.abstract, found.upvotes, found.authors) == ("An abstract", 0, ("Ann", "Bob"))


def test_a_digest_keeps_the_order_its_papers_came_in(store: Store) -> None:
    papers = [Paper(i, f"Title {i}", "") for i in ("c", "a", "b")]
    save(store, *papers)
    save(store, Paper("0", "Late", ""), *papers)
    assert [p.id for p in store.papers.in_digest(DAY)] == ["c", "a", "b", "0"]
    assert store.papers.digest_days() == {DAY: 4}
    assert store.papers.digests_of(["a", "none"]) == {"a": DAY}


def test_records_of_one_paper_are_merged_so_that_saving_them_again_changes_nothing(store: Store) -> None:
    records = (PAPER, Paper(PAPER.id, "A title", "Another abstract"))
    assert save(store, *records) == (1, 0, 0)
    assert save(store, *records) == (0, 0, 1)
    assert store.papers.find(PAPER.id) == replace(PAPER, abstract="Another abstract")


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("id_first", [True, False])
def test_a_paper_with_and_without_its_id_is_one(store: Store, at_once: bool, id_first: bool) -> None:
    records = [PAPER, Paper(title_id("A title"), "A  Title!", "An abstract")]
    records = records if id_first else records[::-1]
    for _ in range(2):
        for batch in [records] if at_once else [records[:1], records[1:]]:
            save(store, *batch)
        assert [p.id for p in store.papers.all()] == [PAPER.id]
        assert [p.id for p in store.papers.in_digest(DAY)] == [PAPER.id]
    assert store.faults() == []


def test_a_paper_that_was_spoken_of_without_its_id_keeps_what_was_said(store: Store) -> None:
    bare = replace(PAPER, id=title_id(PAPER.title))
    save(store, bare)
    annotate(store, Annotation(bare.id, "ann", NOW, {"habitat": ("sea",)}))
    with store.write():
        saved = store.papers.save([Entry(replace(PAPER, upvotes=9))], NOW)
    assert saved.ids == (bare.id,) and f"{PAPER.id} as {bare.id}" in saved.notes[0]
    assert list(store.papers.all()) == [replace(bare, upvotes=9)]
    assert store.labels.annotations().keys() == {bare.id} and store.faults() == []


def test_a_title_of_several_papers_says_of_none_which_it_is(store: Store) -> None:
    save(store, Paper("x1", "Technical Report", "One"), Paper("x2", "Technical report", "Two"))
    save(store, Paper(title_id("Technical Report"), "Technical Report", "Three"))
    assert {p.abstract for p in store.papers.all()} == {"One", "Two", "Three"}


def test_only_a_digest_of_the_same_papers_is_dropped_for_another_day(store: Store) -> None:
    other = Paper("x", "Another", "")
    for day, papers in enumerate([(PAPER,), (PAPER, other), (other, PAPER), (PAPER, other, Paper("y", "Y", ""))]):
        save(store, *papers, day=DAY + timedelta(day))
    for dropped in ([DAY + timedelta(2)], []):
        with store.write():
            assert store.papers.drop_same_digests([PAPER.id, "x"], DAY + timedelta(1)) == dropped
    assert store.papers.digest_days() == {DAY: 1, DAY + timedelta(1): 2, DAY + timedelta(3): 3}


def test_adding_leaves_known_papers_alone(store: Store) -> None:
    save(store, PAPER, day=None)
    bare = Paper(title_id(PAPER.title), PAPER.title, "Older")
    with store.write():
        ids, _ = store.papers.add(
            [Entry(replace(PAPER, abstract="Older"), DAY), Entry(bare), Entry(Paper("x", "X", ""))], NOW
        )
    assert ids == [PAPER.id, PAPER.id, "x"]
    assert list(store.papers.all()) == [PAPER, Paper("x", "X", "")] and store.papers.digest_days() == {}


def test_an_annotation_is_appended_only_when_it_says_something_new(store: Store) -> None:
    save(store, PAPER)
    first = Annotation(PAPER.id, "ann", NOW, {"habitat": ("sea",)})
    assert annotate(store, first) == (1, 0, 0)
    assert annotate(store, replace(first, at=LATER)) == (0, 0, 1)
    assert annotate(store, replace(first, at=LATER, tags={"habitat": ("forest",)})) == (0, 1, 0)
    assert annotate(store, replace(first, annotator="bob")) == (1, 0, 0)
    assert [a.tags["habitat"] for a in store.labels.annotations()[PAPER.id]] == [("sea",), ("sea",), ("forest",)]


def test_an_annotation_older_than_the_last_word_is_kept_as_history(store: Store) -> None:
    save(store, PAPER)
    annotate(store, Annotation(PAPER.id, "ann", LATER, {"habitat": ("forest",)}))
    assert annotate(store, Annotation(PAPER.id, "ann", NOW, {"habitat": ("sea",)})) == (0, 0, 1)
    assert [a.at for a in store.labels.annotations()[PAPER.id]] == [NOW, LATER]


def test_a_withdrawal_of_nothing_is_nothing(store: Store) -> None:
    save(store, PAPER)
    assert annotate(store, Annotation(PAPER.id, "ann", NOW, withdrawn=True)) == (0, 0, 1)
    assert store.labels.annotations() == {}


def test_a_label_for_a_paper_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        annotate(store, Annotation("nowhere", "ann", NOW))


def test_a_decision_is_not_doubled(store: Store) -> None:
    save(store, PAPER)
    made = Decision(PAPER.id, "habitat", "sea", "accepted", "ann", NOW, None, "m1", 0.9)
    for expected in (1, 0):
        with store.write():
            assert store.labels.decide([made], LATER) == expected
    assert store.labels.decisions([PAPER.id]) == {PAPER.id: [made]}


def test_suggestions_hold_for_the_text_they_were_made_for(store: Store) -> None:
    save(store, PAPER)
    with store.write():
        store.models.save(VERSION)
        assert store.suggestions.save([(PAPER, suggestion())]) == 1
        assert store.suggestions.save([(PAPER, suggestion(at=LATER))]) == 0
    assert store.suggestions.of([PAPER.id], model="m1") == {PAPER.id: [suggestion()]}
    save(store, replace(PAPER, abstract="Corrected"))
    assert store.suggestions.of() == {}


@pytest.mark.parametrize("table", ["annotations", "suggestions", "decisions", "promotions", "paper_revisions"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET seq = seq + 1"])
def test_history_can_not_be_rewritten(store: Store, table: str, statement: str) -> None:
    save(store, PAPER)
    save(store, replace(PAPER, title="New"))
    annotate(store, Annotation(PAPER.id, "ann", NOW))
    with store.write():
        store.models.save(VERSION)
        store.models.promote("m1", NOW)
        store.suggestions.save([(replace(PAPER, title="New"), suggestion())])
        store.labels.decide([Decision(PAPER.id, "habitat", "sea", "accepted", "ann", NOW)], NOW)
    db = sqlite3.connect(store.path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(statement.format(table))
    db.close()


def test_the_last_promotion_names_the_current_model(store: Store) -> None:
    assert store.models.current_name() is None
    with store.write():
        store.models.save(VERSION)
        store.models.save(replace(VERSION, name="m2", created_at=LATER))
        store.models.promote("m1", NOW)
        store.models.promote("m2", LATER)
    assert store.models.current_name() == "m2"
    assert store.models.find("m1") == VERSION
    assert [v.name for v in store.models.all()] == ["m1", "m2"]


def test_a_failure_inside_a_write_keeps_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write():
        store.papers.save([Entry(PAPER)], NOW)
        raise RuntimeError
    assert store.papers.count() == 0


def test_what_was_seen_in_a_project_is_remembered_for_that_project_alone(store: Store) -> None:
    save(store, PAPER)
    said = Annotation(PAPER.id, "ann", NOW, {"habitat": ("sea",)})
    with store.write():
        old = store.studio.add_project("http://127.0.0.1:1", 1, "b1", NOW)
        store.studio.save_task(old, 7, PAPER.id, PAPER.text_hash)
        store.studio.save_annotations(old, [LinkedAnnotation(5, 7, said)])
        store.studio.save_cursor(old, "c1")
    found = store.studio.project(old.place)
    assert found is not None and found.cursor == "c1"
    assert store.studio.annotations(old, [7]) == {5: LinkedAnnotation(5, 7, said)}
    assert store.studio.annotations(old, [8]) == {}
    assert store.studio.of_annotator(old, PAPER.id, "ann") == [LinkedAnnotation(5, 7, said)]
    with store.write():
        new = store.studio.add_project(old.place, 1, "b2", LATER)
    assert store.studio.annotations(new) == {} and store.studio.task_hashes(new) == {}


def test_a_new_database_is_sound_and_uses_wal(store: Store) -> None:
    assert store.faults() == []
    db = sqlite3.connect(store.path)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()


def test_a_missing_foreign_newer_or_damaged_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database at"):
        open_store(tmp_path / "none.db")
    foreign = sqlite3.connect(tmp_path / "foreign.db")
    foreign.execute("CREATE TABLE other (x)")
    foreign.close()
    with pytest.raises(StoreError, match="not one of tagger"):
        open_store(tmp_path / "foreign.db")
    (tmp_path / "text.db").write_text("This is no database at all. " * 50)
    with pytest.raises(StoreError, match="not a database"):
        open_store(tmp_path / "text.db")
    open_store(tmp_path / "newer.db", create=True).close()
    newer = sqlite3.connect(tmp_path / "newer.db")
    newer.execute(
        "INSERT INTO _sqlite_migrations(migration_set, name, applied_at) VALUES ('tagger', '9999-later', '2030')"
    )
    newer.commit()
    newer.close()
    with pytest.raises(StoreError, match="written by a newer tagger"):
        open_store(tmp_path / "newer.db")


def test_another_command_that_writes_is_told_in_words(store: Store) -> None:
    with (
        open_store(store.path) as other,
        store.write(),
        pytest.raises(StoreError, match="Another tagger command"),
        other.write(wait_s=0.05),
    ):
        raise AssertionError("two writers at once")


def damage(path: Path, table: str) -> None:
    """Overwrite the first page of a table."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (size,) = db.execute("PRAGMA page_size").fetchone()
    (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
    db.close()
    with path.open("r+b") as stream:
        stream.seek((page - 1) * size)
        stream.write(b"\xa5" * size)


def test_a_damaged_file_is_one_clear_line_when_it_is_read_or_written(tmp_path: Path) -> None:
    path = tmp_path / "tagger.db"
    with open_store(path, create=True) as made:
        save(made, PAPER)
    damage(path, "papers")
    with pytest.raises(StoreError, match="puts a backup in its place"), open_store(path) as broken:
        broken.papers.find(PAPER.id)
    with open_store(path) as broken:
        with pytest.raises(StoreError, match=r"can't write to .*malformed"), broken.write():
            broken.papers.save([Entry(PAPER)], NOW)
        assert any("malformed" in fault or "papers" in fault or "Tree" in fault for fault in broken.faults())


def test_faults_names_what_is_missing_and_survives_what_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "tagger.db"
    with open_store(path, create=True) as made:
        made._db.conn.execute("DROP TABLE decisions")
        assert "decisions is missing" in made.faults()
        made._db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with pytest.raises(StoreError, match="no such table: decisions"), open_store(path) as broken:
        broken.labels.decisions()


def test_faults_of_a_damaged_file_are_told_and_not_raised(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def malformed(*_: object) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(store._db, "execute", malformed)
    assert store.faults() == ["database disk image is malformed"]


def test_a_file_that_lost_its_content_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "tagger.db"
    path.touch()
    with pytest.raises(StoreError, match="is empty"):
        open_store(path)
    open_store(path, create=True).close()
    open_store(path).close()


def test_a_broken_rule_of_the_database_stays_a_bug(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError), store.write():
        annotate(store, Annotation("none", "ann", NOW, {"habitat": ("sea",)}))


def joined(store: Store, *labelled: str) -> tuple[str, ...]:
    """Save two papers, the ``labelled`` of them with a label, and a record that says they are one; return its ids."""
    save(store, Paper("10.1000/182", "Kelp from above", "Short", other_ids=("W1",)), day=DAY)
    save(store, Paper("2405.00001", "Drones over kelp", ""), day=DAY + timedelta(1))
    annotate(store, *(Annotation(paper_id, "ann", NOW, {"habitat": ("sea",)}) for paper_id in labelled))
    both = Paper("2405.00001", "Drones over kelp", "", other_ids=("10.1000/182",))
    with store.write():
        saved = store.papers.save([Entry(both, source="s2.json")], NOW)
    assert store.papers.resolve(["W1", "10.1000/182", "2405.00001"])["2405.00001"] == saved.ids[0]
    assert store.faults() == []
    return *saved.ids, *saved.notes


def test_a_record_with_the_names_of_two_papers_makes_them_one(store: Store) -> None:
    assert joined(store) == ("2405.00001",)
    (paper,) = store.papers.all()
    assert set(paper.names) == {"2405.00001", "10.1000/182", "W1"} and paper.doi == "10.1000/182"
    assert paper.abstract == "Short", "what the other paper said isn't lost"
    assert store.papers.digest_days() == {DAY: 1, DAY + timedelta(1): 1}
    assert store.papers.sources_of(["2405.00001"]) == {"2405.00001": ("s2.json",)}


def test_the_one_that_labels_refer_to_stays(store: Store) -> None:
    assert joined(store, "10.1000/182") == ("10.1000/182",)
    (paper,) = store.papers.all()
    assert paper.title == "Drones over kelp" and store.papers.find("2405.00001") == paper
    assert store.labels.annotations().keys() == {"10.1000/182"}


def test_two_that_labels_refer_to_stay_two_and_it_is_said(store: Store) -> None:
    _, note = joined(store, "10.1000/182", "2405.00001")
    assert note.startswith("2405.00001 and 10.1000/182 are one paper, but ") and note.endswith("so they stay two")
    assert [paper.id for paper in store.papers.all()] == ["10.1000/182", "2405.00001"]


def test_a_damaged_value_is_one_line_and_is_found(tmp_path: Path) -> None:
    with open_store(tmp_path / "t.db", create=True) as store:
        with store.write():
            store.papers.save([Entry(PAPER)], NOW)
            store._db.execute("UPDATE papers SET authors = '[\"Ann'")
        with pytest.raises(StoreError, match="holds a damaged value"):
            list(store.papers.all())
        assert store.faults() == ["1 of papers have damaged authors"]
