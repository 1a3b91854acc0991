import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT


class Shell:
    """Runs the real command in a process of its own, in a workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, stdin: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TAGGER_WORKSPACE")}
        done = subprocess.run(
            [sys.executable, "-m", "tagger", *arguments],
            cwd=self.folder,
            env=kept | {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1"},
            input=stdin,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments: str, stdin: str = "", code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", stdin=stdin, code=code).stdout)

    def fails(self, *arguments: str, stdin: str = "") -> str:
        """Run what has to fail with one line on stderr, and return that line."""
        done = self(*arguments, stdin=stdin, code=1)
        lines = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
        assert len(lines) == 1 and lines[0].startswith("tagger: "), done.stderr
        return lines[0]


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path)
    made("init")
    return made


@pytest.fixture
def rows() -> Callable[..., str]:
    return lambda *records: "".join(json.dumps(record) + "\n" for record in records)
