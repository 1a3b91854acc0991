from collections.abc import Iterator
from pathlib import Path

import pytest

from tagger.steps.init import init
from tagger.steps.workspace import Workspace, open_workspace
from tests.conftest import NOW

TAG_SET = """\
version: 1
dimensions:
  - {id: habitat, required: false, tags: [{id: sea}, {id: forest}]}
  - {id: diet, required: false, tags: [{id: plants}]}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "set.yaml").write_text(TAG_SET)
    init(tmp_path / "w", tmp_path / "set.yaml", NOW)
    with open_workspace(tmp_path / "w") as opened:
        yield opened
