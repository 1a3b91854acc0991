"""Tells whether a process still runs: its number alone may be another's after a restart of the machine."""

import os
import subprocess
from pathlib import Path


def birth(pid: int) -> str | None:
    """Return when a process started, in words that stay the same while it lives, or None if it is gone.

    Linux tells in /proc, in ticks since it booted; other systems have `ps`. Raises OSError where neither is there.
    """
    if Path("/proc/self/stat").exists():
        try:
            # The name in the second field may hold anything, also spaces and brackets.
            state, *fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if state in ("Z", "X") else f"{boot} {fields[18]}"
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C", "TZ": "UTC"})
    shown = done.stdout.split(maxsplit=1)
    return None if not shown or shown[0].startswith("Z") else " ".join(shown[1].split())
