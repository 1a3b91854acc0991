"""The model versions of a workspace: listed, shown, exported, removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tagger.domain.model import ModelVersion
from tagger.domain.tags import TagSet
from tagger.errors import ModelError
from tagger.files import clear, delete_folder
from tagger.learning import package
from tagger.learning.adapting import can_adapt
from tagger.learning.setfit_export import export_setfit
from tagger.learning.weights import find_weights
from tagger.settings import Settings
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Listed:
    """The model versions, oldest first, and why folders among them are none."""

    versions: tuple[ModelVersion, ...]
    unusable: tuple[str, ...]


def versions(workspace: Workspace) -> Listed:
    """Return every model version in the models folder and in the store's records."""
    found = {version.name: version for version in workspace.store.models.all()}
    unusable = []
    for path in model_folders(workspace.settings):
        try:
            found.setdefault(path.name, package.read_version(path))
        except ModelError as error:
            unusable.append(str(error))
    ordered = sorted(found.values(), key=lambda version: (version.created_at, version.name))
    return Listed(tuple(ordered), tuple(unusable))


def model_folders(settings: Settings) -> list[Path]:
    """Return the folders that should hold a model version each."""
    folder = settings.models
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if path.is_dir() and not path.name.startswith(".")]


def model_version(workspace: Workspace, name: str) -> ModelVersion:
    """Return the model version of that name with its files verified. Raises ModelError."""
    folder = workspace.settings.models / name
    recorded = {version.name for version in workspace.store.models.all()}
    if name not in recorded | {path.name for path in model_folders(workspace.settings)}:
        raise ModelError(f"there is no model version '{name}'", "`tagger models list` shows them")
    package.verify(folder)
    find_weights(folder)
    return package.read_version(folder)


def check_model(folder: Path, tag_set: TagSet) -> None:
    """Make sure that a model version is there, for the tags of ``tag_set`` or such as it can be adapted from.

    Raises ModelError.
    """
    if not knows(folder, tag_set) and not can_adapt(package.read_tag_set(folder), tag_set):
        hint = "`tagger train` makes a new one"
        raise ModelError(f"the model version {folder.name} was trained for another tag set", hint)


def knows(folder: Path, tag_set: TagSet) -> bool:
    """Return whether a model version has the tags of ``tag_set``. Raises ModelError if it can't be used.

    Its files are verified only where the tag sets differ in something, which may be just words.
    """
    if package.read_version(folder).tag_set_fingerprint == tag_set.fingerprint:
        return True
    theirs = package.read_tag_set(folder)
    return [(d.id, d.tag_ids) for d in theirs.dimensions] == [(d.id, d.tag_ids) for d in tag_set.dimensions]


def remove(workspace: Workspace, name: str) -> None:
    """Delete a model version's folder; what it suggested stays. Raises ModelError, also for the current version."""
    folder = workspace.settings.models / name
    if name == workspace.store.models.current_name():
        raise ModelError(f"{name} is the current model version", "Promote another one first")
    try:
        if folder not in model_folders(workspace.settings):
            if folder.parent.is_dir():
                clear(folder.parent)  # it may have been killed while it deleted just this one
            raise ModelError(f"there is no model version '{name}'", "`tagger models list` shows them")
        delete_folder(folder)
    except OSError as error:
        raise ModelError(f"can't delete {folder}: {error.strerror}") from error


def export(workspace: Workspace, name: str, folder: Path) -> list[str]:
    """Write a verified model version as a SetFit model; returns its labels. Raises ModelError."""
    model_version(workspace, name)
    if folder.exists():
        raise ModelError(f"{folder} is there already", "Give a folder that isn't")
    return export_setfit(workspace.settings.models / name, folder)


def free_name(workspace: Workspace, now: datetime) -> str:
    """Return a name that no version has or had: the day, and a number."""
    known = {version.name for version in workspace.store.models.all()}
    number = 1
    while (name := f"{now:%Y-%m-%d}-{number}") in known or (workspace.settings.models / name).exists():
        number += 1
    return name
