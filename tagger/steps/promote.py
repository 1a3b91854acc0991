"""Which model version is current: one that does worse than its forerunner becomes that only by force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tagger.domain.model import ModelVersion, Progress
from tagger.errors import ModelError
from tagger.learning.comparison import LEAST_PAPERS, Comparison
from tagger.steps.comparing import compare_with
from tagger.steps.models import model_version
from tagger.steps.train import labelled_papers
from tagger.steps.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Promoted:
    """The version that is current now, and how it compares with the one before; None if that can't be told."""

    version: ModelVersion
    comparison: Comparison | None


def compare_versions(
    workspace: Workspace, before: str | None, after: str, now: datetime, progress: Progress
) -> Comparison:
    """Compare two model versions, the current one if ``before`` is None, on what people decided. Raises ModelError."""
    before = before or workspace.store.models.current_name()
    if before is None:
        raise ModelError("there is no current model version to compare with", "Name two")
    for name in (before, after):
        model_version(workspace, name)
    found = compare_with(workspace, before, after, labelled_papers(workspace), now, progress)
    if found is None:
        hint = f"It takes {LEAST_PAPERS} reviewed papers that are new to both, the same tags, and the same aim"
        raise ModelError(f"{before} and {after} can't be compared", hint)
    return found


def promote(workspace: Workspace, name: str, *, force: bool, now: datetime, progress: Progress) -> Promoted:
    """Make a verified model version the current one, unless it does worse than the current one and isn't forced to.

    Raises ModelError.
    """
    version = model_version(workspace, name)
    current = workspace.store.models.current_name()
    comparison = None
    if current not in (None, name) and not force:
        comparison = compare_with(workspace, str(current), name, labelled_papers(workspace), now, progress)
        if comparison and comparison.worse:
            hint = f"`tagger models compare {name}` shows where; --force promotes it all the same"
            raise ModelError(f"{name} does worse than {current} in {', '.join(comparison.worse)}", hint)
    with workspace.store.write():
        workspace.store.models.save(version)
        workspace.store.models.promote(name, now)
    return Promoted(version, comparison)
