"""One backup as one zip file: the files of a workspace, and a manifest with their sizes and SHA-256."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from tagger.errors import BackupError

MANIFEST = "manifest.json"
FORMAT = "tagger-backup"
VERSION = 1
_CHUNK = 1 << 20
_MANIFEST_BYTES = 1 << 22
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LONGEST_NAME = 255  # bytes, in what file systems take
_LEVEL = 3  # a database is packed in half the time that the usual 6 takes, and grows by a tenth
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError),
    *(ValueError, KeyError, TypeError, AttributeError, OverflowError),
)


@dataclass(frozen=True, slots=True)
class Content:
    """A file in a backup: its SHA-256 in hex, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: the workspace's id, when and before what it was made, and its files by name."""

    workspace: str
    made_at: datetime
    before: str
    files: Mapping[str, Content]


def pack(target: Path, files: Mapping[str, Path], *, workspace: str, made_at: datetime, before: str = "") -> Manifest:
    """Write the files, under the names given, into a new archive that only its owner can read (mode 0600).

    Raises BackupError if a name can't be one in an archive, and OSError as the system gives it.
    """
    contents: dict[str, Content] = {}
    with open(target, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            for name, path in files.items():
                if not _is_safe(name):
                    raise BackupError(f"{path} has a name that no archive can hold", "Rename it")
                with path.open("rb") as source, _member(archive, name) as member:
                    contents[name] = _copied(source, member.write)
            manifest = Manifest(workspace, made_at, before, contents)
            with _member(archive, MANIFEST) as member:
                member.write(_to_json(manifest))
    return manifest


def unpack(file: Path, folder: Path) -> Manifest:
    """Write what is in an archive into an empty folder, and check all of it.

    Raises BackupError if it isn't a backup, a newer tagger made it, it is torn or was changed, a name in it leads
    elsewhere, or there is no room for it.
    """

    def opened(name: str) -> IO[bytes]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, "xb", opener=lambda p, flags: os.open(p, flags, 0o600))

    with file.open("rb") as stream:
        return _read(stream, file.name, opened, room=shutil.disk_usage(folder).free)


def verify(stream: IO[bytes], name: str) -> Manifest:
    """Check all that is in an archive, and return its manifest. Raises BackupError as ``unpack`` does."""
    return _read(stream, name, lambda _: open(os.devnull, "wb"))


def read_manifest(stream: IO[bytes], name: str) -> Manifest:
    """Return what an archive says of itself, without reading the rest. Raises BackupError as ``unpack`` does."""
    return _read(stream, name, None)


def _read(stream: IO[bytes], name: str, opened: Callable[[str], IO[bytes]] | None, room: int | None = None) -> Manifest:
    if not zipfile.is_zipfile(stream):
        stream.seek(0)
        torn = stream.read(4) == b"PK\x03\x04"
        raise BackupError(f"{name} is torn: its end is missing" if torn else f"{name} is no backup of tagger")
    manifest = None
    try:
        with zipfile.ZipFile(stream) as archive:
            if MANIFEST not in archive.namelist():
                raise BackupError(f"{name} is no backup of tagger (it has no {MANIFEST})")
            with archive.open(MANIFEST) as member:
                manifest = _from_json(member.read(_MANIFEST_BYTES), name)
            if any(entry.compress_type not in _PACKINGS for entry in archive.infolist()):
                raise BackupError(f"{name} was changed: it is packed in another way than backups are")
            if sorted(archive.namelist()) != sorted([MANIFEST, *manifest.files]):
                raise BackupError(f"{name} was changed: it holds other files than its {MANIFEST} names")
            if opened is None:
                return manifest
            needed = sum(content.size for content in manifest.files.values())
            if room is not None and needed > room:
                raise BackupError(f"{name} unpacks to {needed:,} bytes, and there is room for {room:,}")
            for inside, expected in manifest.files.items():
                with archive.open(inside) as source, opened(inside) as target:
                    if _copied(source, target.write, at_most=expected.size) != expected:
                        raise BackupError(f"{name} is damaged: {inside} isn't what its {MANIFEST} says")
    except _DAMAGE as error:
        raise _damaged(name, manifest, error) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # that is a place before the file's beginning
            raise
        raise _damaged(name, manifest, error) from error
    return manifest


def _damaged(name: str, manifest: Manifest | None, error: Exception) -> BackupError:
    return BackupError(f"{name} is {'damaged' if manifest else 'torn, or no backup of tagger'}: {error}")


def _copied(source: IO[bytes], write: Callable[[bytes], int], at_most: int | None = None) -> Content:
    """Copy a stream, and return what it was. Where it is longer than it may be, the rest is left."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if at_most is not None and size > at_most:
            break
        write(chunk)
    return Content(digest.hexdigest(), size)


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    entry = zipfile.ZipInfo(name)  # of a day long ago, as a clock may be set to one that zip can't write
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return archive.open(entry, "w", force_zip64=True)


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    short = all(len(part.encode()) <= _LONGEST_NAME for part in parts)
    return short and name != MANIFEST and name.isprintable() and "\\" not in name and not {"", ".", ".."} & set(parts)


def _to_json(manifest: Manifest) -> bytes:
    document = {
        "format": FORMAT,
        "version": VERSION,
        "workspace": manifest.workspace,
        "made_at": manifest.made_at.isoformat(),
        "before": manifest.before,
        "files": {name: {"sha256": c.sha256, "bytes": c.size} for name, c in manifest.files.items()},
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _from_json(data: bytes, name: str) -> Manifest:
    document = json.loads(data)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BackupError(f"{name} is no backup of tagger")
    if document["version"] != VERSION:
        raise BackupError(f"{name} was made by a newer tagger", "Upgrade tagger to restore it")
    files = {str(inside): Content(str(c["sha256"]), int(c["bytes"])) for inside, c in document["files"].items()}
    for inside in files:
        if not _is_safe(inside):
            raise BackupError(f"{name} holds a name that leads out of the workspace: {inside}")
    for inside in files:
        if any(part in files for part in map(str, PurePosixPath(inside).parents)):
            raise BackupError(f"{name} was changed: {inside} would be in a file, not a folder")
    made_at = datetime.fromisoformat(document["made_at"]).astimezone(UTC)  # or else it can't be shown
    return Manifest(str(document["workspace"]), made_at, str(document["before"]), files)
