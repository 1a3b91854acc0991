"""Looks at the encoder and the model versions of a workspace."""

from __future__ import annotations

from pathlib import Path

from tagger.learning import package
from tagger.learning.encoder import find_encoder
from tagger.learning.weights import find_weights, unused_weights
from tagger.settings import Settings
from tagger.steps.doctor.finding import Noted
from tagger.steps.models import check_model, model_folders
from tagger.steps.workspace import Workspace


def encoder(settings: Settings) -> str:
    """Look for the encoder that the settings name."""
    return find_encoder(settings.encoder)


def folders(settings: Settings) -> str | Noted:
    """Count the model versions, and look for weights that none of them needs."""
    found = model_folders(settings)
    unused = unused_weights(settings.models, found)
    told = f"{len(found)} in their folder"
    if unused:
        size = sum(path.stat().st_size for path in unused) / 1e6
        return Noted(f"{told}; no version needs {', '.join(map(str, unused))} ({size:.0f} MB): delete it if you like")
    return told


def model(folder: Path) -> str:
    """Verify a model version's files and the weights of its encoder."""
    package.verify(folder)
    find_weights(folder)
    return "files verified"


def current(workspace: Workspace) -> str | Noted:
    """Look whether the model version in use is there and knows the tag set, and the others that were recorded."""
    name = workspace.store.models.current_name()
    if name is None:
        return "none yet"
    check_model(workspace.settings.models / name, workspace.tag_set)
    there = {path.name for path in model_folders(workspace.settings)}
    gone = sorted({version.name for version in workspace.store.models.all()} - there)
    return Noted(f"{name}; without a folder: {', '.join(gone)} (what they suggested stays)") if gone else name
