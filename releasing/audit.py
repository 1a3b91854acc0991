"""Asks the advisory database about every package of this environment: `make audit`.

pip-audit alone says that all is well of packages that it couldn't look up.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

OURS = "digest-tagger"


def installed() -> list[str]:
    """Return what is installed beside tagger, as requirements; a local version (``+cpu``) as the one it was made of."""
    found = {dist.name: dist.version.partition("+")[0] for dist in distributions() if dist.name != OURS}
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def audit(requirements: Sequence[str], *options: str) -> list[str]:
    """Return what is known against packages, a line each, and that they couldn't all be looked up."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "requirements.txt"
        file.write_text("\n".join(requirements))
        command = [sys.executable, "-m", "pip_audit", "-r", str(file), "--no-deps", "--disable-pip", "-f", "json"]
        done = subprocess.run([*command, "--progress-spinner", "off", *options], capture_output=True, text=True)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason is given"]
        return [f"couldn't reach the advisory database: {last[0]}"]
    problems = [
        f"{package['name']} {package['version']}: {known['id']}, mended in {', '.join(known['fix_versions']) or 'none'}"
        for package in packages
        for known in package.get("vulns", [])
    ]
    missed = sum("skip_reason" in package for package in packages)
    if missed:
        problems.append(f"couldn't reach the advisory database for {missed} of {len(packages)} packages")
    return problems


def main() -> None:
    """Print what is known against what is installed here, or fail for want of an answer."""
    requirements = installed()
    problems = audit(requirements)
    if problems:
        sys.exit("\n".join(f"audit: {problem}" for problem in problems))
    print(f"audit: nothing is known against {len(requirements)} packages")


if __name__ == "__main__":
    main()
