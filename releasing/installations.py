"""The wheel by itself, in an environment of its own: whether it works there, and what it brings along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from releasing.builds import ReleaseError

PAPER = {"title": "Segmenting images with diffusion models", "abstract": "We segment images. A survey of the field."}


class Installation:
    """An environment in a folder that has nothing but a wheel and its dependencies."""

    def __init__(self, folder: Path, wheel: Path, python: str = sys.executable) -> None:
        """Install the wheel there for that Python. Raises ReleaseError if it can't be, or if its dependencies clash."""
        self._folder = folder
        self.python = folder / "bin" / "python"
        _run([python, "-m", "venv", "--without-pip", str(folder)], folder.parent)
        pip = [sys.executable, "-m", "pip", "--python", str(self.python)]
        # Compiling all of torch takes longer than installing it.
        _run([*pip, "install", "-q", "--no-compile", str(wheel)], folder.parent)
        _run([*pip, "check"], folder.parent)

    def tagger(self, workspace: Path, *arguments: str) -> str:
        """Run the installed command in a folder. Returns what it prints; raises ReleaseError if it fails."""
        return _run([str(self._folder / "bin" / "tagger"), *arguments], workspace)

    def try_out(self, workspace: Path) -> None:
        """Tag a paper in a new workspace by the starter. Raises ReleaseError if that doesn't go."""
        workspace.mkdir()
        self.tagger(workspace, "--help")
        self.tagger(workspace, "init")
        (workspace / "paper.jsonl").write_text(json.dumps(PAPER))
        tags = json.loads(self.tagger(workspace, "predict", "--input", "paper.jsonl"))["tags"]
        if not any(tags.values()):
            raise ReleaseError("the installed starter suggests no tag")

    def write_bill_of_materials(self, project: Path, path: Path) -> None:
        """Write all that is installed there as CycloneDX JSON, ``project`` is the pyproject.toml it is for."""
        command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--short-PURLs"]
        _run([*command, "--pyproject", str(project), "-o", str(path), str(self.python)], path.parent)


def _run(command: list[str], folder: Path) -> str:
    apart = ("PYTHONPATH", "TAGGER_WORKSPACE")
    environment = {name: value for name, value in os.environ.items() if name not in apart}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason is given"]
        raise ReleaseError(f"`{' '.join(command)}` fails: {last[0]}")
    return done.stdout
