"""The wheel and the sdist, byte for byte the same whenever and wherever a commit is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path


class ReleaseError(Exception):
    """Why there is no release, in one line."""


def build(source: Path, folder: Path) -> list[Path]:
    """Build what git tracks of ``source`` into ``folder``, twice and in two places. Returns the sdist and the wheel.

    The wheel is built from the sdist. Raises ReleaseError if the two builds differ, or if either can't be described by
    the rules for Python packages.
    """
    commit_time = _said(["git", "-C", str(source), "log", "-1", "--format=%ct"]).strip()
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        builds = [_build(source, Path(place), commit_time, umask) for place, umask in ((first, 0o022), (second, 0o077))]
        names = [sorted(path.name for path in built.iterdir()) for built in builds]
        if names[0] != names[1]:
            raise ReleaseError(f"two builds gave other files: {names[0]} and {names[1]}")
        for name in names[0]:
            if (builds[0] / name).read_bytes() != (builds[1] / name).read_bytes():
                raise ReleaseError(f"two builds of {name} differ")
            check_metadata(builds[0] / name)
        folder.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.copy(builds[0] / name, folder / name)) for name in sorted(names[0], reverse=True)]


def check_metadata(distribution: Path) -> None:
    """Hold a wheel's or sdist's metadata against the rules for them. Raises ReleaseError with all that is wrong."""
    from packaging.metadata import Metadata

    if distribution.suffix == ".whl":
        with zipfile.ZipFile(distribution) as wheel:
            [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
            content = wheel.read(name)
    else:
        with tarfile.open(distribution) as sdist:
            member = sdist.extractfile(f"{distribution.name.removesuffix('.tar.gz')}/PKG-INFO")
            content = member.read() if member else b""
    try:
        Metadata.from_email(content, validate=True)
    except ExceptionGroup as error:
        wrong = "; ".join(sorted(map(str, error.exceptions)))
        raise ReleaseError(f"the metadata of {distribution.name} is wrong: {wrong}") from error


def _build(source: Path, place: Path, commit_time: str, umask: int) -> Path:
    tracked = [name for name in _said(["git", "-C", str(source), "ls-files", "-z"]).split("\0") if name]
    for name in tracked:
        copy = place / "source" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, copy)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(place / "built"), str(place / "source")]
    environment = os.environ | {"SOURCE_DATE_EPOCH": commit_time}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, umask=umask)
    if done.returncode:
        raise ReleaseError(f"the build fails: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    return place / "built"


def _said(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
