"""Files that are written whole or not at all."""

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path


def write_file(path: Path, content: str | bytes, *, mode: int | None = None) -> None:
    """Write ``content`` (text as UTF-8) beside ``path``, sync it, then rename it into place.

    A reader sees the old file or the new one, never a part. A link stays a link, and a device or a pipe is written to
    as it is. Without ``mode`` a file keeps its own, and a new one gets what the umask allows. Raises OSError as the
    system gives it.
    """
    write_files({path: content}, mode=mode)


def write_files(contents: Mapping[Path, str | bytes], *, mode: int | None = None) -> None:
    """Write several files as ``write_file`` does: none is renamed into place before all are written beside theirs."""
    staged: dict[Path, Path] = {}
    direct: dict[Path, bytes] = {}
    try:
        for path, content in contents.items():
            data = content.encode() if isinstance(content, str) else content
            kind = path.stat().st_mode if path.exists() else None
            if kind is not None and stat.S_ISDIR(kind):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            if kind is not None and not stat.S_ISREG(kind):
                direct[path] = data
                continue
            target = path.resolve()
            partial = target.with_name(f".{target.name[:200]}.{secrets.token_hex(8)}")
            staged[partial] = target
            kept = mode if mode is not None or kind is None else stat.S_IMODE(kind)
            _write_new(partial, data, kept)
        for partial, target in staged.items():
            os.replace(partial, target)
    except BaseException:
        for partial in staged:
            partial.unlink(missing_ok=True)
        raise
    for folder in {target.parent for target in staged.values()}:
        _sync_folder(folder)
    for path, data in direct.items():
        path.write_bytes(data)


def move_file(source: Path, target: Path) -> None:
    """Sync a file that is whole and rename it to ``target``, which is on the same disk; what was there is replaced."""
    with source.open("rb") as stream:
        os.fsync(stream.fileno())
    os.replace(source, target)
    _sync_folder(target.parent)


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``path`` to fill; on success it is synced and becomes ``path``, else it is removed.

    Raises FileExistsError if ``path`` is there already.
    """
    if path.exists():
        raise FileExistsError(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        yield partial
        for file in partial.rglob("*"):
            if file.is_file():
                with file.open("rb") as stream:
                    os.fsync(stream.fileno())
        os.chmod(partial, 0o755)
        os.rename(partial, path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _sync_folder(path.parent)


@contextlib.contextmanager
def held(path: Path, waiting: Callable[[float], None] = lambda _: None) -> Iterator[None]:
    """Hold a lock on ``path``, a file or one to be made, while the context lasts; it ends with the process that has it.

    While another process holds it, ``waiting`` is called with the seconds waited so far, and may raise to give up.
    """
    with path.open("rb") if path.exists() else path.open("ab") as stream:
        began = time.monotonic()
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waiting(time.monotonic() - began)
                time.sleep(0.1)
        yield


def delete_folder(path: Path) -> None:
    """Delete a folder with all that is in it: first it gets a hidden name, so that no part is taken for it."""
    hidden = path.with_name(f".{path.name[:200]}.{secrets.token_hex(8)}")
    os.rename(path, hidden)
    _sync_folder(path.parent)
    shutil.rmtree(hidden)


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_new(path: Path, data: bytes, mode: int | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # A file that is to be private is so from its first byte.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode & 0o600)
    with os.fdopen(handle, "wb") as stream:
        if mode is not None:
            os.fchmod(stream.fileno(), mode)
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
