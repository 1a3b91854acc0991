"""Model versions side by side on what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tagger.domain.model import Progress
from tagger.errors import ModelError
from tagger.learning import package
from tagger.learning.comparison import Comparison, compare
from tagger.learning.examples import Example
from tagger.steps.models import knows
from tagger.steps.workspace import Workspace


def compare_with(
    workspace: Workspace, before: str, after: str, examples: Sequence[Example], now: datetime, progress: Progress
) -> Comparison | None:
    """Replay two model versions over reviewed papers; None if they can't be compared fairly.

    That is so where too few papers are new to both, where they were trained for different aims, or where the one
    before can't be used or has other tags: then nothing can be said for keeping it.
    """
    first, second = (workspace.settings.models / name for name in (before, after))
    try:
        aims = {package.read_version(folder).figures.get("aim") for folder in (first, second)}
        if len(aims) > 1 or not all(knows(folder, workspace.tag_set) for folder in (first, second)):
            return None
        return compare(first, second, examples, now, progress)
    except ModelError:
        # `tagger doctor` tells what is wrong with a version; here it only means that there is nothing to compare with.
        return None
