"""``tagger backup`` and ``tagger restore``, as a person meets them."""

import contextlib
import hashlib
import io
import json
import os
import pty
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tagger.backups import verify
from tagger.store.schema import MIGRATIONS
from tests.cli.conftest import Shell
from tests.conftest import ROOT
from tests.unit.store.test_schema import RELEASED, load

LABEL = {"id": "p1", "annotator": "ann", "modality": ["text"], "task": [], "method-family": [], "title": "A title"}
NAME = r"tagger-[0-9a-f]{8}-\d{8}-\d{6}-\d{6}"


@pytest.fixture
def labelled(shell: Shell) -> Shell:
    label(shell, "p1")
    return shell


def label(shell: Shell, paper_id: str) -> None:
    row = LABEL | {"id": paper_id, "title": f"The title of {paper_id}"}
    shell("annotations", "import", "-", stdin=json.dumps(row) + "\n")


def dump(file: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(file)) as db:
        return list(db.iterdump())


def backups(folder: Path) -> list[Path]:
    return sorted((folder / "backups").glob("*.zip"))


def state(folder: Path) -> dict[str, object]:
    """Everything of a workspace but the backups and the history."""
    apart = ("tagger.db", "history.db")
    files = [p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(apart) and "backups" not in p.parts]
    return {str(p.relative_to(folder)): p.read_bytes() for p in files} | {"db": dump(folder / "tagger.db")}


def test_a_backup_is_one_private_file_and_says_where_it_is(labelled: Shell) -> None:
    done = labelled("backup")
    (made,) = backups(labelled.folder)
    kilobytes = f"{made.stat().st_size / 1e3:.0f} kB"
    assert done.stdout == f"Wrote {made} (4 files, {kilobytes})\n" and done.stderr == ""
    assert re.fullmatch(rf"{NAME}\.zip", made.name)
    assert made.stat().st_mode & 0o777 == 0o600 and made.parent.stat().st_mode & 0o777 == 0o700
    assert [p.name for p in made.parent.iterdir()] == [made.name], "nothing else is left there"


def test_a_restored_workspace_is_the_same_to_the_byte(labelled: Shell) -> None:
    folder = labelled.folder
    (folder / "templates").mkdir()
    (folder / "templates" / "page.html").write_text("mine")
    (folder / "keys.json").write_text("{}")
    before = state(folder)
    labelled("backup")
    (made,) = backups(folder)
    label(labelled, "p2")
    labelled("tags", "words", "--accept", "task:agents=long-horizon")
    (folder / "tagger.toml").write_text('title = "Another"\n')
    (folder / "templates" / "page.html").unlink()
    changed = state(folder)
    assert changed != before
    done = labelled("restore", str(made))
    kept = backups(folder)[-1]
    assert re.fullmatch(rf"{NAME}-before-restore\.zip", kept.name)
    first, *rest = done.stdout.splitlines()
    assert re.fullmatch(r"Restored 6 files as of \d{4}-\d\d-\d\d \d\d:\d\d", first)
    assert rest == [f"What was there before is kept: {kept}", "Next: tagger doctor"]
    assert state(folder) == before
    assert labelled.json("doctor")["ok"]
    labelled("restore", str(kept))
    assert state(folder) == changed | {"templates/page.html": b"mine"}, "a restore is undone by another"


def test_a_backup_makes_a_workspace_elsewhere(labelled: Shell) -> None:
    exported = labelled("annotations", "export").stdout
    made = labelled.json("backup", "--to", "away")
    assert Path(made["file"]).parent == Path("away")
    done = labelled.json("--workspace", "new", "restore", made["file"])
    assert done["kept"] is None and done["files"] == made["files"]
    assert labelled("--workspace", "new", "annotations", "export").stdout == exported
    with contextlib.closing(sqlite3.connect(labelled.folder / "new" / "tagger.db")) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_no_token_and_no_password_is_in_a_backup(labelled: Shell) -> None:
    studio = labelled.folder / "studio"
    studio.mkdir()
    for name in ("token", "password", "connection.json"):
        (studio / name).write_text("very-secret-thing")
    labelled("backup")
    (made,) = backups(labelled.folder)
    with zipfile.ZipFile(made) as archive:
        assert not [name for name in archive.namelist() if name.startswith("studio")]
        assert not [name for name in archive.namelist() if b"very-secret-thing" in archive.read(name)]


def test_a_tag_set_elsewhere_comes_along_and_is_left_in_the_backup(labelled: Shell) -> None:
    folder = labelled.folder / "w"
    labelled("init", "w")
    shutil.move(folder / "tags.yaml", labelled.folder / "shared.yaml")
    (folder / "tagger.toml").write_text('tag_set = "../shared.yaml"\n')
    assert "outside/shared.yaml" in labelled.json("--workspace", "w", "backup")["files"]
    (labelled.folder / "shared.yaml").write_text("edited")
    done = labelled("--workspace", "w", "restore", str(backups(folder)[0]))
    assert done.stderr == (
        "note: left in the backup are files from outside the workspace: outside/shared.yaml, outside/GUIDE.md\n"
    )
    assert (labelled.folder / "shared.yaml").read_text() == "edited"


def test_what_is_no_whole_backup_is_refused_in_one_line_and_changes_nothing(labelled: Shell) -> None:
    labelled("backup", "--to", "away")
    (made,) = (labelled.folder / "away").iterdir()
    whole = made.read_bytes()
    before = state(labelled.folder)

    def refused(content: bytes) -> str:
        (labelled.folder / "x.zip").write_bytes(content)
        line = labelled.fails("restore", "x.zip")
        (labelled.folder / "x.zip").unlink()
        assert state(labelled.folder) == before
        assert not (labelled.folder / "backups").exists(), "what was refused leaves no folder"
        return line

    assert refused(whole[: len(whole) // 2]) == "tagger: x.zip is torn: its end is missing"
    assert refused(b"") == refused(b"no zip") == "tagger: x.zip is no backup of tagger"
    assert refused((labelled.folder / "tagger.db").read_bytes()) == "tagger: x.zip is no backup of tagger"
    flipped = bytearray(whole)
    flipped[2000] ^= 0xFF
    assert refused(bytes(flipped)).startswith("tagger: x.zip is damaged: ")
    assert " is damaged: " in refused(whole[100:]), "its beginning is missing"
    foreign = io.BytesIO()
    with zipfile.ZipFile(foreign, "w") as archive:
        archive.writestr("tagger.db", b"")
    assert refused(foreign.getvalue()) == "tagger: x.zip is no backup of tagger (it has no manifest.json)"
    assert labelled.fails("restore", "nix.zip") == (
        "tagger: there is no file nix.zip. `tagger backup` makes backups, in backups/"
    )


def repacked(made: Path, target: Path, files: dict[str, bytes], **changed: object) -> None:
    """Write a backup with other files in it, and a manifest that names them."""
    with zipfile.ZipFile(made) as archive:
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
        contents = {name: archive.read(name) for name in manifest["files"]} | files
    listed = {n: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for n, data in contents.items()}
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", json.dumps(manifest | {"files": listed} | changed))


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "templates//evil", "a\\evil", ".", "a\nb"])
def test_a_name_that_leads_elsewhere_is_refused(labelled: Shell, name: str) -> None:
    labelled("backup")
    repacked(backups(labelled.folder)[0], labelled.folder / "x.zip", {name: b"evil"})
    before = state(labelled.folder)
    assert "x.zip holds a name that leads out of the workspace: " in labelled.fails("restore", "x.zip")
    assert state(labelled.folder) == before and not list(labelled.folder.parent.glob("evil"))


@pytest.mark.parametrize("name", ["studio/token", "backups/x", "tagger.db-wal", "history.db", "link/x"])
def test_a_file_that_is_none_of_a_workspaces_is_refused(labelled: Shell, tmp_path_factory: Any, name: str) -> None:
    (labelled.folder / "link").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    labelled("backup")
    repacked(backups(labelled.folder)[0], labelled.folder / "x.zip", {name: b"evil"})
    assert labelled.fails("restore", "x.zip") == (
        f"tagger: x.zip holds a file that doesn't belong in the workspace: {name}"
    )


def test_a_newer_backup_is_refused(labelled: Shell) -> None:
    labelled("backup")
    (made,) = backups(labelled.folder)
    repacked(made, labelled.folder / "x.zip", {}, version=2)
    assert labelled.fails("restore", "x.zip") == (
        "tagger: x.zip was made by a newer tagger. Upgrade tagger to restore it"
    )
    shutil.copy(labelled.folder / "tagger.db", labelled.folder / "newer.db")
    with contextlib.closing(sqlite3.connect(labelled.folder / "newer.db")) as db, db:
        db.execute("INSERT INTO _sqlite_migrations(migration_set, name, applied_at) VALUES ('tagger', '9999-x', 'now')")
    with contextlib.closing(sqlite3.connect(labelled.folder / "newer.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    repacked(made, labelled.folder / "x.zip", {"tagger.db": (labelled.folder / "newer.db").read_bytes()})
    assert labelled.fails("restore", "x.zip") == (
        "tagger: tagger.db was written by a newer tagger (it has '9999-x'). Upgrade tagger"
    )


@pytest.mark.parametrize("content", [b"", b"torn" * 2000, None])
def test_a_database_past_saving_is_kept_as_it_is(labelled: Shell, content: bytes | None) -> None:
    folder = labelled.folder
    before = state(folder)
    labelled("backup")
    (made,) = backups(folder)
    damaged = (folder / "tagger.db").read_bytes()[:9000] if content is None else content
    (folder / "tagger.db").write_bytes(damaged)
    finding = next(f for f in labelled.json("doctor", code=1)["findings"] if f["what"] == "database")
    assert not finding["ok"] and "tagger restore" in finding["detail"]
    kept = Path(labelled.json("restore", str(made))["kept"])
    assert kept.parent == folder / "backups" and (kept / "tagger.db").read_bytes() == damaged
    assert state(folder) == before and labelled.json("doctor")["ok"]


def test_a_sqlite_file_of_another_program_is_refused(labelled: Shell) -> None:
    (labelled.folder / "tagger.db").unlink()
    with contextlib.closing(sqlite3.connect(labelled.folder / "tagger.db")) as db:
        db.execute("CREATE TABLE t (x)")
    line = labelled.fails("backup")
    assert line.endswith("tagger.db is a database, but not one of tagger")
    assert list((labelled.folder / "backups").iterdir()) == []


def test_doctor_looks_at_the_backups(labelled: Shell) -> None:
    def found(code: int = 0) -> Any:
        return next(f for f in labelled.json("doctor", code=code)["findings"] if f["what"] == "backups")

    assert found()["detail"] == "none yet"
    labelled("backup")
    assert re.fullmatch(r"1, the last of \d{4}-\d\d-\d\d \d\d:\d\d, sound", found()["detail"])
    (made,) = backups(labelled.folder)
    made.write_bytes(made.read_bytes()[:-100])
    torn = found(1)
    assert (torn["level"], torn["detail"]) == ("wrong", f"{made.name} is torn: its end is missing")


def test_a_tag_change_and_a_migration_are_backed_up_first(labelled: Shell) -> None:
    folder = labelled.folder
    tags = (folder / "tags.yaml").read_bytes()
    labelled("tags", "retire", "task:agents", "--dry-run")
    assert not backups(folder), "a dry run changes nothing"
    labelled("tags", "retire", "task:agents")
    (made,) = backups(folder)
    assert re.fullmatch(rf"{NAME}-before-tag-change\.zip", made.name)
    with zipfile.ZipFile(made) as archive:
        assert archive.read("tags.yaml") == tags != (folder / "tags.yaml").read_bytes()
    labelled("tags", "words", "--accept", "task:reasoning=lookup")
    labelled("tags", "words", "--accept", "task:reasoning=lookup")
    assert len(backups(folder)) == 2, "a word that is known changes nothing"
    (folder / "tagger.db").unlink()
    load(RELEASED[0], folder / "tagger.db")
    old = dump(folder / "tagger.db")
    labelled("status")
    *_, last = backups(folder)
    assert len(backups(folder)) == 3
    (migrated,) = [b for b in backups(folder) if b.name.endswith("-before-migration.zip")]
    assert last.exists() and dump(folder / "tagger.db") != old
    labelled("restore", str(migrated))
    assert dump(folder / "tagger.db") == old
    labelled("status")
    assert dump(folder / "tagger.db") != old, "the next command brings it up to date"


def test_with_no_backups_wanted_none_is_made_by_itself(labelled: Shell) -> None:
    (labelled.folder / "tagger.toml").write_text("backups = 0\n")
    labelled("tags", "retire", "task:agents")
    assert not (labelled.folder / "backups").exists()
    labelled("backup")
    assert len(backups(labelled.folder)) == 1


def test_a_migration_without_a_backup_does_not_happen(labelled: Shell) -> None:
    (labelled.folder / "tagger.db").unlink()
    load(RELEASED[0], labelled.folder / "tagger.db")
    (labelled.folder / "backups").write_text("a file where a folder should be")
    old = dump(labelled.folder / "tagger.db")
    assert "can't keep a backup in" in labelled.fails("status")
    assert dump(labelled.folder / "tagger.db") == old


LIMITED = """
import resource, runpy, sys
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
runpy.run_module("tagger", run_name="__main__")
"""


def command(shell: Shell, *arguments: str, limit: int | None = None) -> "subprocess.Popen[str]":
    """Start the command; with a limit it can't write files of more bytes."""
    way = ["-m", "tagger"] if limit is None else ["-c", LIMITED, str(limit)]
    return subprocess.Popen(
        [sys.executable, *way, *arguments],
        cwd=shell.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("limit", [100_000, 10_000])
def test_without_space_no_half_file_is_left_and_one_line_says_so(labelled: Shell, limit: int) -> None:
    before = state(labelled.folder)
    done = command(labelled, "backup", "--to", "away", limit=limit)
    _, said = done.communicate(timeout=120)
    assert done.returncode == 1 and re.fullmatch(r"tagger: can't [^\n]*\n", said), said
    assert list((labelled.folder / "away").iterdir()) == []
    change = command(labelled, "tags", "retire", "task:agents", limit=limit)
    _, said = change.communicate(timeout=120)
    assert change.returncode == 1 and re.fullmatch(r"tagger: can't [^\n]*\n", said), said
    assert state(labelled.folder) == before, "nothing changes without its backup"


def test_killed_at_any_moment_it_leaves_no_backup_or_a_whole_one(labelled: Shell) -> None:
    (labelled.folder / "templates").mkdir()
    (labelled.folder / "templates" / "large").write_bytes(random.Random(1).randbytes(20_000_000))
    began = time.monotonic()
    labelled("backup", "--keep", "1")
    took = time.monotonic() - began
    seen: set[str] = set()
    chance = random.Random(2)
    for attempt in range(60):
        if attempt >= 12 and len(seen) > 1:
            break
        running = command(labelled, "backup", "--keep", "1")
        time.sleep(
            chance.uniform(0.2, 1.2 + attempt / 12) * took
        )  # a machine that was busy may be quick, or the other way
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=120)
        found = backups(labelled.folder)
        assert found, "the one from before stays until the next is whole"
        for file in found:
            with file.open("rb") as stream:
                assert "templates/large" in verify(stream, file.name).files
        seen |= {file.name for file in found}
    labelled("backup", "--keep", "1")
    assert len(backups(labelled.folder)) == 1 and labelled.json("doctor")["ok"]
    assert len(seen) > 1, "some of them were quick enough"


def test_a_restore_that_is_killed_is_run_again(labelled: Shell) -> None:
    before = state(labelled.folder)
    labelled("backup", "--to", "away")
    (made,) = (labelled.folder / "away").iterdir()
    shutil.move(made, labelled.folder.parent / made.name)
    (labelled.folder / "away").rmdir()
    label(labelled, "p2")
    chance = random.Random(3)
    for _ in range(6):
        running = command(labelled, "restore", str(labelled.folder.parent / made.name))
        time.sleep(chance.uniform(0.2, 0.7))
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=120)
        if (labelled.folder / ".restoring").exists():
            assert "hasn't come to its end" in labelled.fails("status")
        else:
            assert labelled.json("status")["papers"] in (1, 2), "it is the one or the other"
    labelled("restore", str(labelled.folder.parent / made.name))
    assert state(labelled.folder) == before


def test_a_terminal_is_told_of_a_migration(labelled: Shell) -> None:
    def told() -> str:
        mine, its = pty.openpty()
        done = subprocess.run(
            [sys.executable, "-m", "tagger", "annotations", "export"],
            cwd=labelled.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=its,
        )
        os.close(its)
        said = b""
        with contextlib.suppress(OSError):  # the end of a terminal is an error where there is no more to read
            while more := os.read(mine, 4096):
                said += more
        os.close(mine)
        assert done.returncode == 0, said
        return said.decode()

    (labelled.folder / "tagger.db").unlink()
    load(RELEASED[0], labelled.folder / "tagger.db")
    steps = len(MIGRATIONS) - 1
    assert told() == f"bringing tagger.db up to date: {steps} of {steps + 1} steps\r\n"
    assert told() == ""


def test_only_one_place_opens_databases_and_it_makes_backups() -> None:
    opening = [p.name for p in (ROOT / "tagger" / "steps").glob("*.py") if "open_store(" in p.read_text()]
    assert opening == ["workspace.py"]
