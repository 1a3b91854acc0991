"""The release itself: built, installed by itself, tried and described."""

import hashlib
import json
import re
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

import tagger
from releasing.__main__ import release
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A release of the present work tree; it is none if the wheel alone doesn't tag a paper."""
    return release(ROOT, tmp_path_factory.mktemp("release"))


def test_a_release_is_a_wheel_an_sdist_a_bill_of_materials_and_their_hashes(made: list[Path]) -> None:
    name = f"digest_tagger-{tagger.__version__}"
    files = [f"{name}.tar.gz", f"{name}-py3-none-any.whl", f"{name}.cdx.json"]
    assert [path.name for path in made] == [*files, "SHA256SUMS"]
    assert sorted(made[0].parent.iterdir()) == sorted(made)
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in made[:-1]]
    assert made[-1].read_text().splitlines() == sums


def test_the_sdist_holds_what_the_wheel_is_built_from_and_nothing_else(made: list[Path]) -> None:
    with tarfile.open(made[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    folders = {name.partition("/")[0] for name in names if "/" in name}
    files = {name for name in names if "/" not in name}
    assert folders == {"tagger", "labels", "models", "docs"}
    ours = {"README.md", "CHANGELOG.md", "LICENSE", "CITATION.cff"}
    assert files == {*(name for name in ours if (ROOT / name).exists()), "pyproject.toml", "PKG-INFO", ".gitignore"}
    with zipfile.ZipFile(made[1]) as wheel:
        tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert tops == {"tagger", f"digest_tagger-{tagger.__version__}.dist-info"}


def test_the_bill_lists_what_the_wheel_brings_along_and_none_of_our_tools(made: list[Path]) -> None:
    bill = json.loads(made[2].read_text())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "digest-tagger")
    names = {canonicalize_name(component["name"]) for component in bill["components"]}
    with zipfile.ZipFile(made[1]) as wheel:
        metadata = wheel.read(f"digest_tagger-{tagger.__version__}.dist-info/METADATA").decode()
    needed = re.findall(r"^Requires-Dist: ([\w-]+)(?!.*extra ==)", metadata, re.MULTILINE)
    assert len(needed) > 20 and {canonicalize_name(name) for name in needed} <= names
    assert not names & {"pytest", "mypy", "ruff", "hatchling"}
    assert "file:" not in made[2].read_text()
