"""Looks at what a workspace keeps: the database and what follows from it, backups, the history, files left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tagger.backups import Folder, parse_name, read_manifest, verify
from tagger.errors import StoreError, TaggerError
from tagger.files import clear, leftovers
from tagger.settings import HISTORY_NAME, Settings
from tagger.steps.doctor.finding import Noted, Wrong
from tagger.steps.doctor.installation import SKEW
from tagger.steps.history import history
from tagger.steps.standings import basis_of, standing_of
from tagger.steps.workspace import Workspace, open_database
from tagger.store import DamagedError, Standing

# Of more papers so many are compared, evenly spread: all of a hundred thousand would take minutes.
COMPARED = 2_000
LARGE_LOG_BYTES = 200_000_000
_RECENTLY = timedelta(days=7)
_PATIENCE_S = 2.0


def database(settings: Settings) -> str:
    """Read through the database."""
    with open_database(settings) as store:
        if faults := store.faults():
            raise TaggerError("; ".join(faults[:3]), "`tagger restore` puts a backup in its place")
        return f"{store.papers.count()} papers, sound"


def search_index(settings: Settings) -> str | Noted:
    """Compare the search index with the papers' texts."""
    with open_database(settings) as store:
        try:
            with store.write(wait_s=_PATIENCE_S):
                faults = store.search.faults()
        except StoreError as error:
            return Noted(f"not looked at: {error.message}")
    if faults:
        raise Wrong("; ".join(faults[:3]), partial(_rebuild_index, settings))
    return "as the papers' texts"


def _rebuild_index(settings: Settings) -> str:
    with open_database(settings) as store, store.write():
        store.search.rebuild()
    return "made the search index anew"


def log(settings: Settings) -> str | Noted:
    """Look whether readers have to wait for writers, and how large the write-ahead log is."""
    with open_database(settings) as store:
        if not store.has_log():
            return Noted("commands that only look wait for those that write", partial(_use_log, settings))
    path = Path(f"{settings.database}-wal")
    size = path.stat().st_size if path.exists() else 0
    if size > LARGE_LOG_BYTES:
        return Noted(f"{size / 1e6:.0f} MB, which the last command that runs now will put into the database")
    return "readers don't wait for writers"


def _use_log(settings: Settings) -> str:
    with open_database(settings) as store:
        store.use_log()
    return "gave the database its write-ahead log again"


def kept_standings(workspace: Workspace) -> str:
    """Compare where papers stand, as it is kept, with what was said of them."""
    kept = workspace.store.standings
    with workspace.store.snapshot():
        if not kept.are_present(basis_of(workspace)):
            return "to be worked out by the next command that asks"
        ids = [paper.id for paper in workspace.store.papers.all()]
        ids = ids[:: max(1, len(ids) // COMPARED)]
        told = {state.paper_id: _sorted(standing_of(state)) for state in workspace.states(ids, only_tags=True).values()}
        there = {standing.paper_id: _sorted(standing) for standing in kept.of(ids)}
    others = [paper_id for paper_id in ids if there.get(paper_id) != told[paper_id]]
    if others:
        shown = ", ".join(others[:3])
        raise Wrong(f"{len(others)} papers stand otherwise than is kept: {shown}", partial(_forget, workspace.settings))
    return f"{len(ids)} papers compared"


def _sorted(standing: Standing) -> tuple[object, ...]:
    return standing.status, standing.annotated, standing.conflicts, sorted(standing.tags, key=str)


def _forget(settings: Settings) -> str:
    with open_database(settings) as store, store.write():
        store.standings.rest_on("")
    return "will work out anew where papers stand"


def backups(settings: Settings) -> str:
    """Read through the last backup, and see of the others whether they end."""
    place = Folder(settings.backups)
    found = sorted((parsed.made_at, name) for name in place.names() if (parsed := parse_name(name)))
    for _, name in found:
        with place.open(name) as stream:
            (verify if name == found[-1][1] else read_manifest)(stream, name)
    return f"{len(found)}, the last of {found[-1][0].astimezone():%Y-%m-%d %H:%M}, sound" if found else "none yet"


def kept_history(folder: Path) -> str | Noted:
    """Read through the history."""
    try:
        runs = history(folder)
    except DamagedError as error:
        raise Wrong(error.message, partial(_put_aside, folder / HISTORY_NAME)) from error
    except StoreError as error:
        return Noted(f"not looked at: {error.message}")
    ahead = sum(run.began_at > datetime.now(UTC) + SKEW for run in runs)
    if ahead:
        return Noted(f"{len(runs)} runs; {ahead} of them began in the future, by a clock that was wrong")
    return f"{len(runs)} runs"


def _put_aside(path: Path) -> str:
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    for end in ("", "-journal"):  # what was being written belongs to it
        if Path(f"{path}{end}").exists():
            os.replace(f"{path}{end}", f"{aside}{end}")
    return f"put the history aside as {aside.name}; a new one begins"


def killed_runs(folder: Path) -> str | Noted:
    """Tell of commands that were killed lately: what they did is whole or not there, but it may want doing again."""
    try:
        runs = history(folder, datetime.now(UTC) - _RECENTLY)
    except StoreError:
        return "not known: the history can't be read"
    killed = [run for run in runs if run.outcome in ("killed", "crashed")]
    if not killed:
        return "none was killed in the last seven days"
    last = killed[0]
    times = "one was" if len(killed) == 1 else f"{len(killed)} were"
    told = f"`tagger {last.command}` at {last.began_at.astimezone():%Y-%m-%d %H:%M}"
    return Noted(f"{times} killed or crashed in seven days, the last of them {told}")


def left_behind(settings: Settings) -> str | Noted:
    """Look for files that killed commands left half-written."""
    folders = [folder for folder in (settings.folder, settings.models, settings.backups) if folder.is_dir()]
    if left := [path for folder in folders for path in leftovers(folder)]:
        return Noted(f"{len(left)} half-written files, such as {left[0]}", partial(_clear, folders))
    return "none"


def _clear(folders: list[Path]) -> str:
    for folder in folders:
        clear(folder)
    return "deleted what killed commands had left half-written"


def secrets(settings: Settings) -> str:
    """Look who may read the token and the password of Label Studio."""
    there = list(_secrets(settings))
    if exposed := [path for path in there if path.stat().st_mode & 0o077]:
        modes = ", ".join(f"{path} (mode {path.stat().st_mode & 0o777:o})" for path in exposed)
        raise Wrong(f"others can read {modes}", partial(_make_private, exposed))
    return ", ".join(f"{path.name}: mode 600" for path in there) or "none yet"


def _secrets(settings: Settings) -> Iterator[Path]:
    for name in ("token", "password"):
        path = settings.studio / name
        try:
            path.stat()
        except FileNotFoundError:
            continue
        yield path


def _make_private(paths: list[Path]) -> str:
    for path in paths:
        path.chmod(0o600)
    return f"made private: {', '.join(path.name for path in paths)}"
