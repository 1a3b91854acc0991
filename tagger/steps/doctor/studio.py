"""Looks at the Label Studio that a workspace works with, and at its project there. Nothing is changed there."""

from __future__ import annotations

from tagger.settings import Settings
from tagger.steps.doctor.finding import Noted
from tagger.steps.studio import asks_for_all_tags, studio_status
from tagger.steps.workspace import Workspace
from tagger.studio.access import check_version


def server(settings: Settings) -> str | Noted:
    """Look whether it runs, and in which version."""
    status = studio_status(settings)
    if not status.running:
        return "not running"
    note = check_version(status.url)
    return Noted(f"{status.url}: {note}") if note else status.url


def project(workspace: Workspace) -> str | Noted:
    """Look whether the project is there as `push` left it."""
    status = studio_status(workspace.settings, workspace.store)
    if status.project is None:
        return "none yet"
    if not status.running:
        return "not looked at: Label Studio isn't running"
    if not asks_for_all_tags(workspace, status):
        return Noted(f"project {status.project} asks for other tags than the tag set has; `tagger push` puts it right")
    return f"project {status.project} asks for the tag set's tags"
