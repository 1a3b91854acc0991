"""What is no release, and no audit."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from releasing.audit import audit, installed
from releasing.builds import ReleaseError, build, check_metadata

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "small"
version = "1"
[tool.hatch.build.targets.wheel]
packages = ["small"]
[tool.hatch.build.hooks.custom]
"""
HOOK = """
import time
from pathlib import Path
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        Path(self.root, "small", "__init__.py").write_text(f"BUILT = {time.time_ns()}")
"""


def wheel(folder: Path, metadata: str) -> Path:
    path = folder / "small-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("small-1.dist-info/METADATA", metadata)
    return path


def test_wrong_metadata_is_refused_with_all_that_is_wrong(tmp_path: Path) -> None:
    check_metadata(wheel(tmp_path, "Metadata-Version: 2.4\nName: small\nVersion: 1\n"))
    wrong = "Metadata-Version: 2.4\nName: small\nVersion: one\nRequires-Python: newest\n"
    with pytest.raises(ReleaseError, match=r"small-1-py3-none-any\.whl is wrong: .*newest.*; .*one"):
        check_metadata(wheel(tmp_path, wrong))


def test_what_comes_out_otherwise_the_second_time_is_no_release(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "small").mkdir(parents=True)
    (source / "pyproject.toml").write_text(PROJECT)
    (source / "hatch_build.py").write_text(HOOK)
    (source / "small" / "__init__.py").touch()
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "All"]):
        subprocess.run(["git", "-C", str(source), *command], check=True)
    with pytest.raises(ReleaseError, match="two builds of small-1"):
        build(source, tmp_path / "release")
    assert not (tmp_path / "release").exists()


def test_an_audit_without_an_answer_is_a_failure_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    [problem] = audit(["rich==13.9.4"], "--cache-dir", str(tmp_path))
    assert problem.startswith("couldn't reach the advisory database: ") and "\n" not in problem


def test_an_audit_asks_for_every_installed_package_as_it_was_published() -> None:
    asked = installed()
    assert any(line.startswith("torch==") for line in asked) and not any("+" in line for line in asked)
    assert not any(line.startswith("digest-tagger==") for line in asked)
