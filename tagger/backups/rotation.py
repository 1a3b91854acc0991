"""Deletes old backups, and nothing else."""

from __future__ import annotations

from tagger.backups.archive import read_manifest
from tagger.backups.naming import parse_name
from tagger.backups.places import Place
from tagger.errors import BackupError


def rotate(place: Place, newest: str, keep: int) -> list[str]:
    """Delete backups of the workspace and kind that ``newest`` is of until ``keep`` are left; return their names.

    Those that a person asked for and those made by themselves are two kinds, so that neither crowds out the other. A
    file goes only if its name and its manifest both say that it is one; ``newest`` always stays.
    """
    own = parse_name(newest)
    if own is None:
        return []
    found = []
    for name in place.names():
        parsed = parse_name(name)
        if parsed and parsed.workspace == own.workspace and bool(parsed.before) == bool(own.before) and name != newest:
            found.append((parsed.made_at, name))
    deleted = []
    for _, name in sorted(found, reverse=True)[max(keep, 1) - 1 :]:
        if _is_of(place, name, own.workspace):
            place.delete(name)
            deleted.append(name)
    return deleted


def _is_of(place: Place, name: str, workspace: str) -> bool:
    try:
        with place.open(name) as stream:
            return read_manifest(stream, name).workspace == workspace
    except BackupError:
        return False
