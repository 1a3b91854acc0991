"""Makes a release of the last commit: `make release`."""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from releasing.builds import ReleaseError, build
from releasing.installations import Installation

ROOT = Path(__file__).resolve().parent.parent


def release(source: Path, folder: Path) -> list[Path]:
    """Build, try out and describe what git tracks of ``source``. Returns the release's files, in ``folder``."""
    sdist, wheel = build(source, folder)
    bill = folder / f"{wheel.name.partition('-py3')[0]}.cdx.json"
    with tempfile.TemporaryDirectory() as place:
        installed = Installation(Path(place) / "environment", wheel)
        installed.try_out(Path(place) / "workspace")
        installed.write_bill_of_materials(source / "pyproject.toml", bill)
    files = [sdist, wheel, bill]
    sums = folder / "SHA256SUMS"
    sums.write_text("".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files))
    return [*files, sums]


def main() -> None:
    """Refuse what isn't committed, and make a release into a folder that has none."""
    parser = argparse.ArgumentParser(prog="python -m releasing", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the files go")
    folder = parser.parse_args().folder
    try:
        if subprocess.run(["git", "-C", ROOT, "status", "--porcelain"], capture_output=True, check=True).stdout:
            raise ReleaseError("there are changes that aren't committed")
        if folder.is_dir() and any(folder.iterdir()):
            raise ReleaseError(f"{folder} isn't empty")
        files = release(ROOT, folder.absolute())
    except ReleaseError as error:
        sys.exit(f"no release: {error}")
    for file in files:
        print(file)


if __name__ == "__main__":
    main()
