"""Runs commands in processes that begin with everything imported: so a test can afford many that are killed.

`python -m tests.crash.nursery` reads jobs, a JSON document a line, and answers each with how its process ended.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import traceback
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from tests.conftest import ROOT
from tests.crash.moments import Moments

_LIBRARIES = "httpx jinja2 latex2mathml.converter lxml.etree markupsafe numpy onnxruntime rich.progress rich.table"
_LIBRARIES += " safetensors.numpy sqlite_utils.migrations tokenizers yaml zstandard platformdirs"
_DAC_OVERRIDE, _CAPABILITIES_V3 = 1, 0x20080522


@dataclass(frozen=True)
class Job:
    """A command in a folder; at moment ``fatal`` it is killed, and no file of its may grow over ``most_bytes``."""

    folder: str
    arguments: tuple[str, ...]
    fatal: int | None = None
    delay_s: float = 0
    most_bytes: int | None = None
    privileged: bool = True


@dataclass(frozen=True)
class End:
    """How a command ended: its exit code, or minus the signal; ``moments`` is how many it had, if it lived to tell."""

    code: int
    moments: int
    output: str
    errors: str


class Nursery:
    """The process that the commands come from."""

    def __init__(self) -> None:
        arguments = [sys.executable, "-m", "tests.crash.nursery"]
        kept = {key: value for key, value in os.environ.items() if not key.startswith("TAGGER_WORKSPACE")}
        # The threads of a numeric library don't follow into a new process.
        env = kept | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
        env |= {"OPENBLAS_NUM_THREADS": "1", "COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1"}
        self._process = subprocess.Popen(
            arguments, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, job: Job) -> End:
        """Run a command and wait for its end."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(job)) + "\n")
        self._process.stdin.flush()
        return End(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)


def _run(job: Job) -> End:
    pipes = [os.pipe() for _ in range(3)]
    child = os.fork()
    if child == 0:
        for source, target in zip(pipes[:2], (1, 2), strict=True):
            os.dup2(source[1], target)
        _be(job, pipes[2][1])
    for _, end in pipes:
        os.close(end)
    # Nobody writes more than a pipe holds before its end: tests that do would hang, and so be found.
    output, errors, moments = (open(end, "rb").read().decode() for end, _ in pipes)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return End(code, int(moments or 0), output, errors)


def _be(job: Job, told: int) -> NoReturn:
    """Be the command, in a new process."""
    code: Any = 70
    try:
        sys.stdin = open(os.devnull)
        sys.stdout, sys.stderr = (open(handle, "w", closefd=False) for handle in (1, 2))
        os.chdir(job.folder)
        if job.most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (job.most_bytes, job.most_bytes))
        if not job.privileged and os.geteuid() == 0:
            _forgo_override()
        moments = Moments(Path(job.folder), job.fatal, job.delay_s)
        moments.watch()
        sys.argv = ["tagger", *job.arguments]
        try:
            import_module("tagger.cli").main()
            code = 0
        except SystemExit as ending:
            code = ending.code or 0
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(told, str(moments.count).encode())
    finally:
        if bug := sys.exc_info()[1]:
            traceback.print_exception(bug)
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def _forgo_override() -> None:
    """Give up root's right to write where a folder's mode forbids it."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_V3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, of the first 32 and the other capabilities
    if libc.capget(header, sets):
        raise OSError(ctypes.get_errno(), "capget")
    sets[0] &= ~(1 << _DAC_OVERRIDE)
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capset")


def _serve() -> None:
    import_module("tagger.cli.app")
    import_module("tagger.store.library").import_sqlite_utils()
    for path in sorted((ROOT / "tagger" / "steps").glob("[a-z]*.py")):
        import_module(f"tagger.steps.{path.stem}")
    for name in _LIBRARIES.split():
        import_module(name)
    for line in sys.stdin:
        document = json.loads(line)
        job = Job(**document | {"arguments": tuple(document["arguments"])})
        sys.__stdout__.write(json.dumps(asdict(_run(job))) + "\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]


if __name__ == "__main__":
    _serve()
