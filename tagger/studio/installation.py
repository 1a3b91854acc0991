"""Finds the Label Studio server on this machine, and installs it when that is asked for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

from tagger.domain.model import Progress
from tagger.errors import StudioError

TESTED_VERSION = "1.23.2"
# Before it, what is known of as CVEs is open.
FLOOR_VERSION = "1.18.0"
VENV_VARIABLE = "TAGGER_STUDIO_VENV"


def find_server() -> Path | None:
    """Return the server's executable, or None.

    It is looked for in the environment that TAGGER_STUDIO_VENV names, else beside this Python (the extra
    ``tagger[studio]``), else where ``install_server`` puts it.
    """
    named = os.environ.get(VENV_VARIABLE)
    folders = [Path(named)] if named else [Path(sys.prefix), _own_environment()]
    for folder in folders:
        executable = folder / "bin" / "label-studio"
        if executable.exists():
            return executable.absolute()
    return None


def installed_version(executable: Path) -> str | None:
    """Return the version of an installed server, or None if its environment doesn't tell."""
    found = sorted(executable.parent.parent.glob("lib/python*/site-packages/label_studio-*.dist-info"))
    return found[-1].name.removeprefix("label_studio-").removesuffix(".dist-info") if found else None


def is_older(version: str, than: str) -> bool:
    """Return whether a version comes before another."""
    return _numbers(version) < _numbers(than)


def install_server(progress: Progress) -> Path:
    """Install the tested version into an environment of its own; nothing happens if a server is there already.

    Raises StudioError with the installer's last line if that fails.
    """
    if present := find_server():
        return present
    named = os.environ.get(VENV_VARIABLE)
    folder = Path(named) if named else _own_environment()
    progress("making an environment", 0, 2)
    try:
        venv.create(folder, with_pip=True)
        progress("installing Label Studio", 1, 2)
        command = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", f"label-studio=={TESTED_VERSION}"]
        subprocess.run(command, check=True, capture_output=True, text=True)
    except OSError as error:
        raise StudioError(f"can't make an environment in {folder}: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().splitlines()[-1:] or ["pip gave no reason"]
        raise StudioError(f"can't install Label Studio: {last[0]}", "Is the package index reachable?") from error
    progress("installing Label Studio", 2, 2)
    return folder / "bin" / "label-studio"


def _own_environment() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("tagger")) / f"label-studio-{TESTED_VERSION}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
