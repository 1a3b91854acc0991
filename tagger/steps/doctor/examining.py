"""Looks at everything that the commands lean on, and mends what can be."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tagger.errors import BackupError, TaggerError
from tagger.settings import Settings, read_settings
from tagger.steps.backup import check_restored
from tagger.steps.doctor import installation, models, records, studio
from tagger.steps.doctor.finding import Finding, found
from tagger.steps.models import model_folders
from tagger.steps.workspace import open_workspace
from tagger.tagset import read_tag_set


def examine(folder: Path) -> list[Finding]:
    """Return a finding for each thing that was looked at; what can't be used is one that says what to do."""
    return list(_installation()) + list(_workspace(folder))


def mend(findings: list[Finding]) -> list[str]:
    """Set right what can be without risk, and return what was done, and what couldn't be."""
    told = []
    for finding in findings:
        try:
            if finding.mend:
                told.append(f"mended: {finding.mend()}")
        except (TaggerError, OSError) as error:
            told.append(f"can't mend {finding.code}: {error}")
    return told


def _installation() -> Iterator[Finding]:
    yield found("python", "Python", installation.python)
    yield found("libraries", "libraries", installation.libraries)
    yield found("sqlite", "SQLite", installation.sqlite)
    yield found("label-studio", "Label Studio", installation.label_studio)


def _workspace(folder: Path) -> Iterator[Finding]:
    yield (first := found("workspace", "workspace", lambda: str(read_settings(folder).folder)))
    yield found("restore", "restore", partial(_restore, folder))
    if not first.ok:
        return
    settings = read_settings(folder)
    yield found("disk", "disk", partial(installation.disk, settings.folder))
    yield found("clock", "clock", partial(installation.clock, settings))
    yield (tags := found("tag-set", "tag set", partial(_tag_set, settings)))
    yield found("encoder", "encoder", partial(models.encoder, settings))
    yield (database := found("database", "database", partial(records.database, settings)))
    yield found("backups", "backups", partial(records.backups, settings))
    yield found("history", "history", partial(records.kept_history, folder))
    yield found("runs", "killed runs", partial(records.killed_runs, folder))
    yield found("leftovers", "leftovers", partial(records.left_behind, settings))
    yield found("secrets", "token", partial(records.secrets, settings))
    yield found("server", "server", partial(studio.server, settings))
    yield (listed := found("models", "models", partial(models.folders, settings)))
    if listed.ok:
        for path in model_folders(settings):
            yield found("model", f"model {path.name}", partial(models.model, path))
    if database.ok:
        yield found("search", "search index", partial(records.search_index, settings))
        yield found("log", "log", partial(records.log, settings))
    if database.ok and tags.ok:
        yield from _opened(settings)


def _opened(settings: Settings) -> Iterator[Finding]:
    try:
        with open_workspace(settings.folder) as workspace:
            looks = (
                ("standings", "standings", records.kept_standings),
                ("current-model", "current model", models.current),
                ("project", "project", studio.project),
            )
            for code, what, look in looks:
                yield found(code, what, partial(look, workspace))
    except BackupError:
        return  # a restore that was cut short, which is a finding already


def _restore(folder: Path) -> str:
    check_restored(folder)
    return "none is under way"


def _tag_set(settings: Settings) -> str:
    tag_set = read_tag_set(settings.tag_set_file)
    return f"version {tag_set.version}, {sum(len(d.tags) for d in tag_set.dimensions)} tags"
