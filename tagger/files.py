"""Files that are written whole or not at all.

What is on its way has a hidden name that ends in ``.tagger``. Whoever makes such names in a folder holds the folder, so
where nobody does, those that are there were left by a process that was killed, and the next one removes them.
"""

import contextlib
import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

_HIDDEN = re.compile(r"\..+\.[0-9a-f]{16}\.tagger", re.DOTALL)


def write_file(path: Path, content: str | bytes, *, mode: int | None = None) -> None:
    """Write ``content`` (text as UTF-8) beside ``path``, sync it, then rename it into place.

    A reader sees the old file or the new one, never a part. A link stays a link, and a device or a pipe is written to
    as it is. Without ``mode`` a file keeps its own, and a new one gets what the umask allows. Raises OSError as the
    system gives it.
    """
    write_files({path: content}, mode=mode)


def write_files(contents: Mapping[Path, str | bytes], *, mode: int | None = None) -> None:
    """Write several files as ``write_file`` does: none is renamed into place before all are written beside theirs."""
    staged: dict[Path, bytes] = {}
    direct: dict[Path, bytes] = {}
    for path, content in contents.items():
        data = content.encode() if isinstance(content, str) else content
        kind = path.stat().st_mode if path.exists() else None
        if kind is not None and stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if kind is not None and not stat.S_ISREG(kind):
            direct[path] = data
        else:
            staged[path.resolve()] = data
    folders = {target.parent for target in staged}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    with _making_in(folders):
        partials = {_hidden(target): target for target in staged}
        try:
            for partial, target in partials.items():
                kept = stat.S_IMODE(target.stat().st_mode) if mode is None and target.exists() else mode
                _write_new(partial, staged[target], kept)
            for partial, target in partials.items():
                os.replace(partial, target)
        except BaseException:
            for partial in partials:
                partial.unlink(missing_ok=True)
            raise
        for folder in folders:
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
    with _making_in([path.parent]):
        partial = _hidden(path)
        partial.mkdir()
        try:
            yield partial
            for file in partial.rglob("*"):
                if file.is_file():
                    with file.open("rb") as stream:
                        os.fsync(stream.fileno())
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


def delete_file(path: Path) -> None:
    """Delete a file, so that it doesn't come back after a loss of power."""
    path.unlink()
    _sync_folder(path.parent)


def delete_folder(path: Path) -> None:
    """Delete a folder with all that is in it: first it gets a hidden name, so that no part is taken for it."""
    with _making_in([path.parent]):
        hidden = _hidden(path)
        os.rename(path, hidden)
        _sync_folder(path.parent)
        shutil.rmtree(hidden)


def clear(folder: Path) -> None:
    """Remove what killed processes left in a folder under hidden names, unless another is at work there."""
    with _making_in([folder]):
        pass


def leftovers(folder: Path) -> list[Path]:
    """Return what stands in a folder under hidden names, unless another process is at work there."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return sorted(path for path in folder.iterdir() if _HIDDEN.fullmatch(path.name))
    except BlockingIOError:
        return []
    finally:
        os.close(handle)


def _hidden(path: Path) -> Path:
    return path.with_name(f".{path.name[:50]}.{secrets.token_hex(8)}.tagger")


@contextlib.contextmanager
def _making_in(folders: Iterable[Path]) -> Iterator[None]:
    """Hold folders while hidden names are made in them; those that a killed process left there are removed first."""
    with contextlib.ExitStack() as stack:
        for folder in folders:
            handle = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, handle)
            with contextlib.suppress(OSError):  # another process is at work here, or the system knows no locks
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove_hidden(folder)
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_SH)
        yield


def _remove_hidden(folder: Path) -> None:
    with os.scandir(folder) as entries:
        left = [entry for entry in entries if _HIDDEN.fullmatch(entry.name)]
    for entry in left:
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            os.unlink(entry.path)


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_new(path: Path, data: bytes, mode: int | None) -> None:
    # A file that is to be private is so from its first byte.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode & 0o600)
    with os.fdopen(handle, "wb") as stream:
        if mode is not None:
            os.fchmod(stream.fileno(), mode)
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
