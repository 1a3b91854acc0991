"""Looks at what tagger runs on: Python, libraries, SQLite, the disk, the clock, the Label Studio on this machine."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from tagger.errors import TaggerError
from tagger.settings import Settings
from tagger.steps.doctor.finding import Noted
from tagger.store import sqlite_version
from tagger.studio.installation import FLOOR_VERSION, TESTED_VERSION, find_server, installed_version, is_older

DISTRIBUTION = "digest-tagger"
# Below the first a large import or a training may not find room, below the second hardly anything does.
LITTLE_BYTES, TOO_LITTLE_BYTES = 2_000_000_000, 200_000_000
SKEW = timedelta(minutes=5)
_REASONS = {
    "setfit": "before 1.2 it breaks with transformers 5",
    "torch": "exported models were compared with this one's",
    "typer": "from 0.29 on every command starts in twice the time",
}


def python() -> str:
    """Tell the version of Python; an older one can't read this code."""
    return sys.version.split()[0]


def libraries() -> str:
    """Compare the installed libraries with the ranges that tagger was tested with."""
    from packaging.requirements import Requirement

    try:
        wanted = [Requirement(line) for line in requires(DISTRIBUTION) or ()]
    except PackageNotFoundError:
        return "not compared: tagger runs from a folder"
    wanted = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    others = list(_others([(one.name, str(one.specifier)) for one in wanted]))
    if others:
        raise TaggerError("; ".join(others), f"`pip install --upgrade {DISTRIBUTION}` puts it right")
    return f"{len(wanted)}, as tested"


def _others(wanted: list[tuple[str, str]]) -> Iterator[str]:
    from packaging.specifiers import SpecifierSet

    for name, specifier in wanted:
        try:
            there = version(name)
        except PackageNotFoundError:
            yield f"{name} isn't installed"
            continue
        if not SpecifierSet(specifier).contains(there, prereleases=True):
            reason = f" ({_REASONS[name]})" if name in _REASONS else ""
            yield f"{name} is {there}, tested is {specifier}{reason}"


def sqlite() -> str | Noted:
    """Tell the version of SQLite, and whether it has the fault that `tagger.store.checkpoints` works around."""
    found, has_fault = sqlite_version()
    if has_fault:
        return Noted(f"{found}, in which two programs that write may lose pages; tagger's commands avoid it")
    return found


def disk(folder: Path) -> str | Noted:
    """Tell how much room there is."""
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e9:.1f} GB free"
    if free < TOO_LITTLE_BYTES:
        raise TaggerError(f"only {free / 1e6:.0f} MB are free on the disk of {folder}", "Make room before you go on")
    return Noted(f"{told}: a training may need more") if free < LITTLE_BYTES else told


def clock(settings: Settings) -> str:
    """Compare the clock with what was written already. Of two words on a tag the later one counts, by this clock."""
    now = latest = datetime.now(UTC)
    if settings.database.exists():
        latest = datetime.fromtimestamp(settings.database.stat().st_mtime, UTC)
    if latest > now + SKEW:
        hint = "Set the clock right before anybody decides anything: of two decisions the later one counts"
        raise TaggerError(
            f"it is {now.astimezone():%Y-%m-%d %H:%M} by this machine's clock, but something was written "
            f"at {latest.astimezone():%Y-%m-%d %H:%M}",
            hint,
        )
    return f"{now.astimezone():%Y-%m-%d %H:%M} {time.tzname[time.localtime().tm_isdst > 0]}"


def label_studio() -> str | Noted:
    """Tell which Label Studio is installed on this machine, if one is. Raises TaggerError for one with known holes."""
    executable = find_server()
    if executable is None:
        return "not installed (tagger studio install)"
    found = installed_version(executable)
    if found is not None and is_older(found, FLOOR_VERSION):
        hint = f"Upgrade it: tagger was tested with {TESTED_VERSION}"
        raise TaggerError(f"version {found} is installed; before {FLOOR_VERSION} it has known holes", hint)
    if found != TESTED_VERSION:
        return Noted(f"{executable}, of {f'version {found}' if found else 'unknown version'}; tested: {TESTED_VERSION}")
    return f"{executable}, version {found}"
