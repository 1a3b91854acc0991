"""The names of backup files, which tell whose they are, of when, and what they were made before."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_NAME = re.compile(r"tagger-([0-9a-f]{8})-(\d{8}-\d{6}-\d{6})(?:-before-([a-z-]+))?\.zip", re.ASCII)
_STAMP = "%Y%m%d-%H%M%S-%f"


@dataclass(frozen=True, slots=True)
class BackupName:
    """What a file's name says: the workspace, when it was made, and for one made by itself, before what."""

    workspace: str
    made_at: datetime
    before: str


def file_name(workspace: str, made_at: datetime, before: str = "") -> str:
    """Return the name of a backup: names of one workspace are in the order of their times."""
    stamp = made_at.astimezone(UTC).strftime(_STAMP)
    return f"tagger-{workspace}-{stamp}{f'-before-{before}' if before else ''}.zip"


def parse_name(name: str) -> BackupName | None:
    """Return what a name says, or None if it isn't one of a backup."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        made_at = datetime.strptime(found[2], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return BackupName(found[1], made_at, found[3] or "")
