"""The model versions of a workspace: listed, shown, promoted."""

from __future__ import annotations

from datetime import datetime

from tagger.domain.model import ModelVersion
from tagger.errors import ModelError
from tagger.learning import package
from tagger.steps.workspace import Workspace


def versions(workspace: Workspace) -> list[ModelVersion]:
    """Return every model version in the models folder and in the store's records, oldest first."""
    found = {version.name: version for version in workspace.store.models.all()}
    folder = workspace.settings.models
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.is_dir() and not path.name.startswith(".") and path.name not in found:
            found[path.name] = package.read_version(path)
    return sorted(found.values(), key=lambda version: (version.created_at, version.name))


def model_version(workspace: Workspace, name: str) -> ModelVersion:
    """Return the model version of that name with its files verified. Raises ModelError."""
    folder = workspace.settings.models / name
    if name not in {version.name for version in versions(workspace)}:
        raise ModelError(f"there is no model version '{name}'", "`tagger models list` shows them")
    package.verify(folder)
    return package.read_version(folder)


def promote(workspace: Workspace, name: str, now: datetime) -> ModelVersion:
    """Make a verified model version the current one. Raises ModelError."""
    version = model_version(workspace, name)
    with workspace.store.write():
        workspace.store.models.save(version)
        workspace.store.models.promote(name, now)
    return version
