from pathlib import Path

import pytest

from tests.cli.conftest import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs commands in a new workspace."""
    made = Shell(tmp_path / "workspace")
    made.folder.mkdir()
    made("init")
    return made
