import sqlite3
from pathlib import Path

import pytest

from tagger.domain.paper import Entry, Paper
from tagger.store import open_store
from tagger.store.checkpoints import has_reset_fault
from tests.conftest import NOW


@pytest.mark.parametrize("version", [(3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 46, 1), (3, 50, 6), (3, 51, 0), (3, 51, 2)])
def test_versions_before_the_mended_ones_have_the_fault(version: tuple[int, ...]) -> None:
    assert has_reset_fault(version)


@pytest.mark.parametrize("version", [(3, 44, 6), (3, 44, 9), (3, 50, 7), (3, 51, 3), (3, 52, 0), (4, 0, 0)])
def test_mended_versions_do_not(version: tuple[int, ...]) -> None:
    assert not has_reset_fault(version)


def test_the_log_is_moved_by_the_last_who_closes_and_by_nobody_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 46, 1))
    path, log = tmp_path / "tagger.db", tmp_path / "tagger.db-wal"
    with open_store(path, create=True) as store, open_store(path) as reader:
        before = path.stat().st_size
        entries = [Entry(Paper(f"2405.{n:05}", "A title", "word " * 4000), None) for n in range(400)]
        with store.write():
            store.papers.save(entries, NOW)
        assert path.stat().st_size == before
        assert log.stat().st_size > 4096 * 1000, "SQLite itself moves a log of 1,000 pages"
        assert reader.papers.count() == 400
    assert not log.exists() and path.stat().st_size > before
