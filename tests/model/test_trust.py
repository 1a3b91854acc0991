"""What differences between annotators make of a training."""

from datetime import timedelta
from pathlib import Path

import pytest

from tagger.domain.labels import Annotation
from tagger.domain.model import no_progress
from tagger.learning.options import TrainingOptions
from tagger.steps.init import init
from tagger.steps.train import train
from tagger.steps.workspace import Workspace, open_workspace
from tests.conftest import NOW, ROOT

pytestmark = pytest.mark.slow


def test_trust_is_recorded_with_a_version_it_went_into_and_only_there(tmp_path: Path) -> None:
    from tagger.steps.annotations import import_annotations

    init(tmp_path, None, NOW)
    lines = (ROOT / "examples" / "annotations_invented.jsonl").read_text().splitlines(keepends=True)[:20]
    (tmp_path / "few.jsonl").write_text("".join(lines))
    with open_workspace(tmp_path) as workspace:
        import_annotations(workspace, str(tmp_path / "few.jsonl"), now=NOW)
        alone = train(workspace, options=TrainingOptions(body="frozen"), now=NOW, progress=no_progress).version
        differ(workspace)
        together = train(workspace, options=TrainingOptions(body="frozen"), now=NOW, progress=no_progress).version
    assert "trust" not in alone.figures
    assert set(together.figures["trust"]) == {"demo", "eve"} and max(together.figures["trust"].values()) < 1
    assert alone.data_fingerprint != together.data_fingerprint


def differ(workspace: Workspace) -> None:
    """Let another annotator say something else of each paper, before its annotator does: no tag that holds changes."""
    labels = workspace.store.labels
    with workspace.store.write():
        for paper_id in labels.annotations():
            other = Annotation(paper_id, "eve", NOW - timedelta(days=1))
            labels.annotate([other], source="test", tag_set_version=workspace.tag_set.version, now=NOW)
