"""Backups that were damaged or made by people with ill will, and databases in them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tagger.backups import Folder, read_manifest, unpack, verify
from tagger.errors import TaggerError
from tagger.steps.doctor import examine
from tagger.steps.restore import restore
from tagger.store import open_store
from tests.conftest import NOW
from tests.fuzz.harness import fuzz
from tests.fuzz.seeds import CONFIGS, KEYS, TAGS, archive, dump, manifest_of
from tests.unit.steps.desk import open_desk

FILES = {"tagger.toml": CONFIGS[1], "tags.yaml": TAGS.encode(), "keys.json": json.dumps(KEYS).encode()}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    with open_desk(tmp_path / "w") as desk:
        desk.suggest("p1", "habitat:sea", "diet:plants")
        desk.accept("p1", "habitat:sea")
        desk.annotate("p1", habitat=("forest",))
    return tmp_path / "w"


def state(folder: Path) -> dict[str, object]:
    files = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return {n: c for n, c in files.items() if n[:9] != "tagger.db"} | {"db": dump(folder / "tagger.db")}


def restoring(workspace: Path) -> Callable[[bytes], None]:
    """Return what restores a backup into a workspace, which stays as it is if the backup is refused."""
    before = state(workspace)
    file = workspace.parent / "backup.zip"

    def feed(data: bytes) -> None:
        nonlocal before
        file.write_bytes(data)
        try:
            restore(workspace, str(file), NOW)
        except TaggerError:
            assert state(workspace) == before
            raise
        before = state(workspace)
        assert {path.name for path in workspace.parent.iterdir()} == {"w", "backup.zip"}

    return feed


def test_mutated_backups_are_unpacked_or_refused_in_one_line(workspace: Path, tmp_path: Path) -> None:
    whole = archive(FILES | {"tagger.db": (workspace / "tagger.db").read_bytes()[:4096], "templates/a.html": b"a" * 99})
    file, within = tmp_path / "backup.zip", tmp_path / "within"

    def feed(data: bytes) -> None:
        file.write_bytes(data)
        with file.open("rb") as stream:
            read_manifest(stream, "backup.zip")
            verify(stream, "backup.zip")
        with Folder(within).partial() as folder:
            unpack(file, folder)

    fuzz("backups", [whole], feed, few=300)
    assert list(within.iterdir()) == [] and not (tmp_path / "evil").exists()


def test_backups_with_a_mutated_manifest_are_unpacked_or_refused_in_one_line(tmp_path: Path) -> None:
    whole = archive(FILES)
    file, within = tmp_path / "backup.zip", tmp_path / "within"

    def feed(data: bytes) -> None:
        file.write_bytes(archive(FILES, manifest=data))
        with Folder(within).partial() as folder:
            assert unpack(file, folder).made_at.utcoffset() is not None

    fuzz("backup manifests", [manifest_of(whole)], feed, few=300)


def test_a_mutated_file_in_a_backup_is_restored_or_all_stays_as_it_was(workspace: Path) -> None:
    database = (workspace / "tagger.db").read_bytes()
    feed = restoring(workspace)

    def feed_config(data: bytes) -> None:
        feed(archive(FILES | {"tagger.db": database, "tagger.toml": data}))

    fuzz("restored settings", CONFIGS, feed_config, few=15)
    assert (workspace / "tagger.toml").is_file()


def test_a_mutated_database_is_restored_or_refused_in_one_line_and_doctor_can_look_at_it(workspace: Path) -> None:
    database = (workspace / "tagger.db").read_bytes()
    feed = restoring(workspace)

    def feed_database(data: bytes) -> None:
        feed(archive(FILES | {"tagger.db": data}))
        assert examine(workspace)

    assert fuzz("restored databases", [database], feed_database, few=15)


def test_a_mutated_database_is_opened_and_read_or_refused_in_one_line(workspace: Path, tmp_path: Path) -> None:
    database = (workspace / "tagger.db").read_bytes()
    path = tmp_path / "mutated.db"

    def feed(data: bytes) -> None:
        for old in tmp_path.glob("mutated.db*"):
            old.unlink()
        path.write_bytes(data)
        with open_store(path) as store:
            store.faults()
            list(store.papers.all())
            store.labels.annotations()
            store.labels.decisions()
            store.suggestions.of()
            store.models.all()

    assert fuzz("databases", [database], feed, few=100)
