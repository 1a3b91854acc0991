"""Puts a backup in the place of what a workspace holds, which is kept aside first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tagger.backups import Folder, Manifest, place_at, unpack
from tagger.domain.text import without_secrets
from tagger.errors import BackupError, SettingsError
from tagger.files import delete_file, move_file, new_folder, write_file, write_files
from tagger.settings import read_settings, settings_of
from tagger.steps.backup import DATABASE, OUTSIDE, RESTORING, is_private, keeping, named_files, pack_into
from tagger.store import DamagedError, check_database, put_database

_BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: when the backup was made, its files, those of no workspace that it holds as well and that were
    left in it, and where what was there before is kept."""

    made_at: datetime
    files: tuple[str, ...]
    outside: tuple[str, ...]
    kept: str | None


def restore(folder: Path, source: str, now: datetime) -> Restored:
    """Make the workspace in ``folder``, or a new one, what it was when a backup, a file or URL, was made.

    All of the backup is checked before anything is changed. Files that it doesn't hold stay. Raises BackupError if it
    isn't a whole backup or a newer tagger made it, and StoreError if its database is damaged or newer, or another
    command writes; then nothing has changed.
    """
    folder = folder.resolve()
    with _made(folder, folder / "backups"), keeping(str(folder)), Folder(folder / "backups").partial() as partial:
        content = partial / "content"
        content.mkdir()
        manifest = unpack(_fetched(source, partial), content)
        targets = _targets(folder, manifest, Path(source).name)
        check_database(content / DATABASE)
        usable, kept = _keep_aside(folder, targets, now)
        former = {path: path.read_bytes() if path.is_file() else None for path in targets.values()}
        with _begun(folder, source, former):
            write_files({path: (content / name).read_bytes() for name, path in targets.items()})
            _put(content / DATABASE, folder / DATABASE, usable=usable)
    outside = tuple(name for name in manifest.files if name.startswith(f"{OUTSIDE}/"))
    return Restored(manifest.made_at, (DATABASE, *targets), outside, kept)


@contextmanager
def _begun(folder: Path, source: str, former: Mapping[Path, bytes | None]) -> Iterator[None]:
    """Note that files and database may be of two moments, for the commands after one that is killed meanwhile.

    After a failure the files are put back.
    """
    note = folder / RESTORING
    write_file(note, without_secrets(source) if "://" in source else str(Path(source).expanduser().resolve()))
    try:
        yield
    except BaseException:
        _put_back(former)
        delete_file(note)
        raise
    delete_file(note)


def _fetched(source: str, partial: Path) -> Path:
    """Return the file that is to be restored; what a URL names is fetched first."""
    if "://" not in source:
        path = Path(source).expanduser()
        if not path.is_file():
            raise BackupError(f"there is no file {source}", "`tagger backup` makes backups, in backups/")
        return path
    place, _, name = source.rpartition("/")
    path = partial / (name or "backup")
    with place_at(place).open(name) as stream, path.open("xb") as target:
        shutil.copyfileobj(stream, target)
    return path


def _targets(folder: Path, manifest: Manifest, name: str) -> Mapping[str, Path]:
    """Return where the files besides the database go. Raises BackupError if one would leave its place."""
    if DATABASE not in manifest.files:
        raise BackupError(f"{name} holds no {DATABASE}")
    targets = {}
    for file in manifest.files:
        if file == DATABASE or file.startswith(f"{OUTSIDE}/"):
            continue
        path = folder / file
        if is_private(file) or not path.resolve().is_relative_to(folder):
            raise BackupError(f"{name} holds a file that doesn't belong in the workspace: {file}")
        targets[file] = path
    return targets


def _keep_aside(folder: Path, targets: Mapping[str, Path], now: datetime) -> tuple[bool, str | None]:
    """Keep what there is; return whether there is a database that can be written to, and where all that is kept."""
    try:
        settings = read_settings(folder)
        files = dict(named_files(settings))
    except SettingsError:
        settings, files = settings_of(folder), {}
    files |= {name: path for name, path in targets.items() if path.is_file()}
    if (folder / DATABASE).exists():
        with suppress(DamagedError):
            return True, pack_into(Folder(settings.backups), settings, files, now, "restore").place
    beside = [folder / f"{DATABASE}{ending}" for ending in ("", *_BESIDE)]
    loose = {path.name: path for path in beside if path.exists()}
    if not loose and not files:
        return False, None
    kept = settings.backups / f"unusable-{now.astimezone(UTC):%Y%m%d-%H%M%S-%f}"
    with new_folder(kept) as partial:
        for name, path in {**files, **loose}.items():
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, partial / name)
    return False, str(kept)


def _put(content: Path, database: Path, *, usable: bool) -> None:
    if usable:
        put_database(content, database)
        return
    for ending in _BESIDE:  # they would be taken for what is new in the database that comes
        database.with_name(f"{DATABASE}{ending}").unlink(missing_ok=True)
    move_file(content, database)


def _put_back(former: Mapping[Path, bytes | None]) -> None:
    write_files({path: data for path, data in former.items() if data is not None})
    for path, data in former.items():
        if data is None:
            path.unlink(missing_ok=True)


@contextmanager
def _made(*folders: Path) -> Iterator[None]:
    """Remove those folders that weren't there before and are left empty by a failure."""
    new = [path for path in folders if not path.exists()]
    try:
        yield
    except BaseException:
        for path in reversed(new):
            with suppress(OSError):
                os.rmdir(path)
        raise
