"""What is wrong with this installation and workspace, if anything is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from tagger.backups import Folder, parse_name, read_manifest, verify
from tagger.domain.tags import TagSet
from tagger.errors import TaggerError
from tagger.learning import package
from tagger.learning.encoder import find_encoder
from tagger.learning.weights import find_weights
from tagger.settings import Settings, read_settings
from tagger.steps.backup import check_restored
from tagger.steps.models import check_model, model_folders
from tagger.steps.studio import studio_status
from tagger.steps.workspace import open_database
from tagger.studio.access import check_version
from tagger.studio.installation import find_server
from tagger.tagset import read_tag_set

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    detail: str


def examine(folder: Path) -> list[Finding]:
    """Look at everything the commands lean on; what can't be used is a finding that says what to do."""
    findings = [Finding("Python", True, sys.version.split()[0])]
    settings = _look(findings, "workspace", lambda: read_settings(folder), lambda s: str(s.folder))
    _look(findings, "restore", lambda: check_restored(folder), lambda _: "none is under way")
    server = find_server()
    findings.append(Finding("Label Studio", True, str(server) if server else "not installed (tagger studio install)"))
    if settings is None:
        return findings
    tag_set = _look(
        findings,
        "tag set",
        lambda: read_tag_set(settings.tag_set_file),
        lambda t: f"version {t.version}, {sum(len(d.tags) for d in t.dimensions)} tags",
    )
    _look(findings, "encoder", lambda: find_encoder(settings.encoder), str)
    database = _look(findings, "database", lambda: _examine_database(settings), str)
    _look(findings, "backups", lambda: _examine_backups(settings), str)
    _look(findings, "server", lambda: _examine_server(settings), str)
    _look(findings, "token", lambda: _examine_token(settings.studio / "token"), str)
    folders = _look(findings, "models", lambda: model_folders(settings), lambda found: f"{len(found)} in their folder")
    for path in folders or ():
        _look(findings, f"model {path.name}", partial(_examine_model, path), lambda _: "files verified")
    if tag_set and database:
        _look(findings, "current model", lambda: _examine_current_model(settings, tag_set), str)
    return findings


def _examine_server(settings: Settings) -> str:
    status = studio_status(settings)
    if not status.running:
        return "not running"
    note = check_version(status.url)
    return f"{status.url} ({note})" if note else status.url


def _examine_token(path: Path) -> str:
    try:
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        return "none yet"
    if mode != 0o600:
        raise TaggerError(f"mode {mode:o}: others can read it", f"chmod 600 {path}")
    return f"mode {mode:o}"


def _examine_model(folder: Path) -> None:
    package.verify(folder)
    find_weights(folder)


def _examine_current_model(settings: Settings, tag_set: TagSet) -> str:
    with open_database(settings) as store:
        name = store.models.current_name()
    if name is None:
        return "none yet"
    check_model(settings.models / name, tag_set)
    return name


def _examine_database(settings: Settings) -> str:
    with open_database(settings) as store:
        faults = store.faults()
        papers = store.papers.count()
    if faults:
        raise TaggerError("; ".join(faults[:3]), "`tagger restore` puts a backup in its place")
    return f"{papers} papers, sound"


def _examine_backups(settings: Settings) -> str:
    """Read through the last backup, and see of the others whether they end."""
    place = Folder(settings.backups)
    found = sorted((parsed.made_at, name) for name in place.names() if (parsed := parse_name(name)))
    for _, name in found:
        with place.open(name) as stream:
            (verify if name == found[-1][1] else read_manifest)(stream, name)
    return f"{len(found)}, the last of {found[-1][0].astimezone():%Y-%m-%d %H:%M}, sound" if found else "none yet"


def _look(findings: list[Finding], what: str, find: Callable[[], _T], describe: Callable[[_T], str]) -> _T | None:
    try:
        found = find()
    except TaggerError as error:
        findings.append(Finding(what, False, str(error)))
        return None
    except OSError as error:
        findings.append(Finding(what, False, f"{error.filename}: {error.strerror}"))
        return None
    findings.append(Finding(what, True, describe(found)))
    return found
