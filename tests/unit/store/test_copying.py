"""Copies of the database, taken and put back while others use it."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tagger.domain.paper import Entry, Paper
from tagger.errors import StoreError
from tagger.store import DamagedError, check_database, copy_database, copying, database_id, open_store, put_database
from tests.conftest import NOW, ROOT
from tests.unit.store.test_schema import PAPER, RELEASED, load

WRITER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
for number in range(1_000_000):
    db.execute("BEGIN IMMEDIATE")
    for half in "ab":
        db.execute("INSERT INTO paper_sources VALUES ('2405.14906', ?, 'now')", [f"{number}{half}"])
    db.execute("COMMIT")
    if number == 0:
        print("begun", flush=True)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "tagger.db"
    with open_store(path, create=True) as store, store.write():
        store.papers.save([Entry(PAPER)], NOW)
    return path


def dump(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def sources(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(*) FROM paper_sources").fetchone()[0])


def test_a_copy_taken_while_another_process_writes_is_of_one_moment(database: Path, tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(database)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert writer.stdout and writer.stdout.readline() == "begun\n"
        counts = []
        for number in range(10):
            copy_database(database, tmp_path / f"{number}.db")
            counts.append(sources(tmp_path / f"{number}.db"))
            time.sleep(0.05)
    finally:
        writer.kill()
        writer.communicate()
    assert all(count % 2 == 0 for count in counts), "no transaction is seen by half"
    assert sorted(set(counts)) == counts[:1] + counts[1:] and len(set(counts)) > 1, "it went on writing meanwhile"


def test_what_is_put_back_is_the_same_and_seen_by_those_who_have_it_open(database: Path, tmp_path: Path) -> None:
    copy_database(database, tmp_path / "copy.db")
    before = dump(database)
    with open_store(database) as store:
        with store.write():
            store.papers.save([Entry(Paper("another", "Another title", ""))], NOW)
        assert dump(database) != before
        put_database(tmp_path / "copy.db", database)
        assert [p.id for p in store.papers.all()] == [PAPER.id]
        with store.write():
            store.papers.save([Entry(Paper("third", "Another title", ""))], NOW)
        assert store.papers.count() == 2 and store.faults() == []
    assert database_id(database) == database_id(tmp_path / "copy.db")


def test_who_writes_for_too_long_keeps_a_database_from_being_put_back(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_database(database, tmp_path / "copy.db")
    monkeypatch.setattr(copying, "BUSY_TIMEOUT_S", 0.5)
    before = dump(database)
    with open_store(database) as store, store.write():
        with pytest.raises(StoreError, match=r"locked.*Another tagger command is writing"):
            put_database(tmp_path / "copy.db", database)
    assert dump(database) == before


def test_a_short_write_is_waited_for(database: Path, tmp_path: Path) -> None:
    copy_database(database, tmp_path / "copy.db")
    holder = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    release = threading.Timer(1.5, lambda: holder.execute("ROLLBACK"))
    release.start()
    put_database(tmp_path / "copy.db", database)
    release.join()
    holder.close()
    assert dump(database) == dump(tmp_path / "copy.db")


@pytest.mark.parametrize("part", [0, 100, 5000, 20_000])
def test_a_torn_database_is_damaged_and_not_copied(database: Path, tmp_path: Path, part: int) -> None:
    (tmp_path / "torn.db").write_bytes(database.read_bytes()[:part])
    with pytest.raises(DamagedError):
        copy_database(tmp_path / "torn.db", tmp_path / "copy.db")
        database_id(tmp_path / "copy.db")


def test_rows_that_refer_to_nothing_are_told(database: Path, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as db, db:
        db.execute("INSERT INTO paper_sources VALUES ('nobody', 's', 'now')")
    with pytest.raises(DamagedError, match="paper_sources refers to a row of papers that isn't there"):
        copy_database(database, tmp_path / "copy.db")


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.stem)
def test_a_database_of_any_released_schema_is_copied_as_it_is(released: Path, tmp_path: Path) -> None:
    load(released, tmp_path / "old.db")
    copy_database(tmp_path / "old.db", tmp_path / "copy.db")
    check_database(tmp_path / "copy.db")
    assert dump(tmp_path / "copy.db") == dump(tmp_path / "old.db")


def test_before_a_migration_something_is_called_and_can_stop_it(tmp_path: Path) -> None:
    load(RELEASED[0], tmp_path / "old.db")
    before, called = dump(tmp_path / "old.db"), []

    def refuse() -> None:
        copy_database(tmp_path / "old.db", tmp_path / "copy.db")
        raise StoreError("no")

    with pytest.raises(StoreError, match="no"):
        open_store(tmp_path / "old.db", before_migrating=refuse)
    assert dump(tmp_path / "old.db") == before == dump(tmp_path / "copy.db")
    for _ in range(2):
        open_store(tmp_path / "old.db", before_migrating=lambda: called.append(1)).close()
    open_store(tmp_path / "new.db", create=True, before_migrating=lambda: called.append(2)).close()
    assert called == [1], "once, and for no new database"
