"""What the project asks of its own files."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from docs.make_reference import OUTPUT, reference
from tagger.cli.app import app
from tests.conftest import ROOT

HEAVY = "torch sklearn scipy numpy pandas transformers setfit sentence_transformers datasets onnx onnxruntime".split()
HEAVY += "sqlite_utils label_studio_sdk httpx jinja2 yaml textual nltk pydantic".split()
MODULES = sorted((ROOT / "tagger").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_grows_long(path: Path) -> None:
    assert path.read_text().count("\n") <= 320


@pytest.mark.parametrize("arguments", [["--help"], ["review", "list", "--help"]], ids=" ".join)
def test_help_leaves_heavy_libraries_and_the_steps_alone(arguments: list[str]) -> None:
    code = f"""
import sys
from tagger.cli.app import app
sys.argv = ["tagger", *{arguments!r}]
try:
    app()
except SystemExit:
    met = set({HEAVY!r}) & set(sys.modules) | {{name for name in sys.modules if name.startswith("tagger.steps.")}}
    print(sorted(met), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr.strip() == "[]"


def test_every_command_says_what_it_does_and_has_json() -> None:
    def leaves(command: object, name: str) -> list[tuple[str, object]]:
        children = getattr(command, "commands", None)
        if children is None:
            return [(name, command)]
        return [leaf for child, sub in children.items() for leaf in leaves(sub, f"{name} {child}")]

    for name, command in leaves(typer.main.get_command(app), "tagger"):
        assert "Example: tagger " in str(getattr(command, "help", "")), f"{name} has no example in its help"
        parameters = getattr(command, "params", [])
        assert any("--json" in p.opts for p in parameters), f"{name} has no --json"
        assert all(getattr(p, "help", "x") for p in parameters), f"{name} has an option without help"


def test_the_command_reference_is_current() -> None:
    assert OUTPUT.read_text() == reference(), "run `make docs`"


def test_no_code_names_a_dimension_or_tag_of_the_default_set() -> None:
    for path in MODULES:
        found = re.findall(
            r"""["'](?:modality|method-family|large-language-model|survey|diffusion)["']""", path.read_text()
        )
        assert not found, f"{path} names {found}"


def test_the_readme_session_prints_what_it_shows(tmp_path: Path) -> None:
    block = re.search(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for part in block[1].split("$ ")[1:]:
        command, _, expected = part.partition("\n")
        arguments = [sys.executable, "-m", "tagger", *shlex.split(command)[1:]]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert done.stdout.strip() == expected.strip(), command


def test_a_workspace_opens_without_numpy_and_pandas(tmp_path: Path) -> None:
    """sqlite-utils would take them along, and they are most of what a short command waits for."""
    code = f"""
import sys
from pathlib import Path
from tagger.store import open_store
open_store(Path({str(tmp_path / "t.db")!r}), create=True).close()
print(sorted({{"numpy", "pandas"}} & set(sys.modules)))
import pandas
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("page", "folder"), [("label_studio.md", "tests/contract"), ("security.md", "tests")])
def test_every_case_that_a_page_lists_names_a_test_that_exists(page: str, folder: str) -> None:
    table = [line for line in (ROOT / "docs" / page).read_text().splitlines() if line.startswith("| ")][1:]
    tests = "".join(path.read_text() for path in (ROOT / folder).rglob("test_*.py"))
    assert len(table) > 20
    for line in table:
        name = re.fullmatch(r"\|.*\| `(test_\w+)` \|", line)
        assert name and f"def {name[1]}(" in tests, line
