"""Keeps the current model version usable while the tag set changes."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path

from tagger.domain.model import ModelVersion
from tagger.domain.tags import TagSet
from tagger.errors import ModelError
from tagger.learning import package
from tagger.learning.adapting import adapt, can_adapt
from tagger.steps.models import check_model, free_name, knows, model_folders
from tagger.steps.train import background_papers
from tagger.steps.workspace import Workspace


def usable_model(workspace: Workspace, now: datetime) -> Path:
    """Return the folder of the current model version, adapted to the tag set first where that has changed since.

    Raises ModelError if there is none, or the tag set is another one altogether.
    """
    adapted = adapt_model(workspace, now)
    if adapted:
        return workspace.settings.models / adapted.name
    folder = workspace.current_model()
    check_model(folder, workspace.tag_set)
    return folder


def outdated_model(workspace: Workspace, tag_set: TagSet) -> Path | None:
    """Return the current model version's folder if it has to be adapted to a tag set, and can be. Raises ModelError."""
    current = workspace.store.models.current_name()
    if current is None or knows(workspace.settings.models / current, tag_set):
        return None
    folder = workspace.settings.models / current
    return folder if can_adapt(package.read_tag_set(folder), tag_set) else None


def adapt_model(workspace: Workspace, now: datetime) -> ModelVersion | None:
    """Make a version of the current model version for the present tag set, and that the current one.

    None where that isn't needed or can't be done. Raises ModelError if the current version is damaged.
    """
    folder = outdated_model(workspace, workspace.tag_set)
    if folder is None:
        return None
    version = _unrecorded(workspace, folder)
    if version is None:
        papers = background_papers(workspace, ())
        version = adapt(folder, workspace.tag_set, papers, name=free_name(workspace, now), created_at=now)
    with workspace.store.write():
        workspace.store.models.save(version)
        workspace.store.models.promote(version.name, now)
    return version


def _unrecorded(workspace: Workspace, before: Path) -> ModelVersion | None:
    """Return the version that a command adapted from another to the present tag set, and was killed before it said so.

    One that is damaged is none.
    """
    recorded = {version.name for version in workspace.store.models.all()}
    for folder in model_folders(workspace.settings):
        if folder.name in recorded:
            continue
        with contextlib.suppress(ModelError):  # it is none, or of another tagger
            version = package.read_version(folder)
            same = version.tag_set_fingerprint == workspace.tag_set.fingerprint
            if same and version.figures.get("adapted_from") == before.name:
                package.verify(folder)
                return version
    return None
