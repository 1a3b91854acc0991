"""Backs a workspace up: its database, and the files that people made."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tagger.backups import Folder, Place, file_name, pack, place_at, rotate
from tagger.domain.text import without_secrets
from tagger.errors import BackupError
from tagger.settings import DEFAULT_BACKUPS, HISTORY_NAME, Settings
from tagger.store import copy_database, database_id

DATABASE = "tagger.db"
OUTSIDE = "outside"
RESTORING = ".restoring"
"""Holds what a restore is of, while it is at work: left by one that was killed."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made: its name and place, its size in bytes, its files, and the older ones that it made go."""

    name: str
    place: str
    size: int
    files: tuple[str, ...]
    deleted: tuple[str, ...]


def back_up(
    settings: Settings, now: datetime, *, to: str | None = None, keep: int | None = None, before: str = ""
) -> BackedUp:
    """Make a backup in the workspace's own folder for them, or at ``to``, a folder or URL.

    Of this workspace's backups there, ``keep`` of its kind are left; by default as many as the settings say. The
    database is copied while others may write to it, whatever its schema, and the copy is checked. Raises StoreError if
    it isn't sound, and BackupError if the backup can't be kept there; then nothing is left of it.
    """
    check_restored(settings.folder)
    place = Folder(settings.backups) if to is None else place_at(to)
    with keeping(to or str(settings.backups)):
        made = pack_into(place, settings, named_files(settings), now, before)
        deleted = rotate(place, made.name, keep or settings.backups_kept or DEFAULT_BACKUPS)
    return replace(made, deleted=tuple(deleted))


def check_restored(folder: Path) -> None:
    """Raise BackupError if a restore of the workspace was begun and not brought to its end."""
    note = folder / RESTORING
    if note.is_file():
        source = note.read_text(encoding="utf-8", errors="replace")
        hint = f"If it was cut short, `tagger restore {source}` ends it; what was there is in {folder / 'backups'}"
        raise BackupError(f"a restore of {folder} was begun and hasn't come to its end", hint)


def back_up_before(settings: Settings, change: str) -> None:
    """Make a backup before a change, such as ``tag-change``; none if the settings want none."""
    if settings.backups_kept:
        back_up(settings, datetime.now(UTC), before=change)


def named_files(settings: Settings) -> Mapping[str, Path]:
    """Return the workspace's files by the names that they have in a backup: those elsewhere are under ``outside``."""
    named: dict[str, Path] = {}
    for path in settings.files:
        found = Path(os.path.normpath(path))
        within = found.is_relative_to(settings.folder)
        name = found.relative_to(settings.folder).as_posix() if within else found.name
        restored = within and path.resolve().is_relative_to(settings.folder) and not is_private(name)
        named[name if restored else f"{OUTSIDE}/{name}"] = path
    return named


def is_private(name: str) -> bool:
    """Return whether no backup puts a file of that name back: tokens, backups, the history, what SQLite keeps."""
    first = name.split("/")[0]
    return first in ("studio", "backups", RESTORING) or first.startswith((DATABASE, HISTORY_NAME))


def pack_into(place: Place, settings: Settings, files: Mapping[str, Path], now: datetime, before: str) -> BackedUp:
    """Make a backup of the database and these files in a place, as ``back_up`` does, and delete none there."""
    # What isn't whole yet is on the disk where the backup will be, if it is one of this machine's.
    with (place if isinstance(place, Folder) else Folder(settings.backups)).partial() as partial:
        copy, archive = partial / DATABASE, partial / "backup.zip"
        copy_database(settings.database, copy)
        workspace = database_id(copy)
        pack(archive, {DATABASE: copy, **files}, workspace=workspace, made_at=now, before=before)
        name = _free_name(place, workspace, now, before)
        size = archive.stat().st_size
        place.put(archive, name)
    return BackedUp(name, place.shown(name), size, (DATABASE, *files), ())


def _free_name(place: Place, workspace: str, now: datetime, before: str) -> str:
    there = set(place.names())
    while (name := file_name(workspace, now, before)) in there:
        now += timedelta(microseconds=1)
    return name


@contextmanager
def keeping(where: str) -> Iterator[None]:
    """Make what the system refuses a BackupError."""
    try:
        yield
    except OSError as error:
        hint = "Is the disk full, or the folder read-only?"
        raise BackupError(
            f"can't keep a backup in {without_secrets(where)}: {error.strerror or error}", hint
        ) from error
