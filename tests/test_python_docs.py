"""docs/python.md does what it says: its code runs in one session, in order, and prints what stands beside it."""

import contextlib
import io
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "python.md"
_SHOWN = re.compile(r"^ *print\(.*\)  # (.*)$", re.MULTILINE)


@pytest.mark.slow
def test_the_code_of_the_python_page_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(tmp_path)
    shell("init", "digest")
    shutil.copy(ROOT / "examples" / "annotations_invented.jsonl", tmp_path)
    shell("--workspace", "digest", "annotations", "import", "annotations_invented.jsonl")
    monkeypatch.chdir(tmp_path)
    session: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) >= 5
    for block in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block, str(PAGE), "exec"), session)
        assert printed.getvalue().splitlines() == _SHOWN.findall(block), block
