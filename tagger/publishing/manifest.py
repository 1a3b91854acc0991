"""What an archive's builds wrote into a folder, so that a later one removes what it doesn't write any more."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tagger.errors import PublishingError
from tagger.files import write_file
from tagger.publishing.writing import write_changed

MANIFEST = ".tagger-archive.sha256"
"""The name of the list, which ``sha256sum --check`` reads too."""
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


class Manifest:
    """The files that builds wrote into a folder, with their hashes; the list lies in the folder.

    A file is listed before it is written, so whenever a build is killed, no file of its is missing from the list. Until
    a build is through, a file may be listed twice, as it was and as it was to be.
    """

    def __init__(self, folder: Path) -> None:
        """Read a folder's list, if it has one. Raises PublishingError if it is no such list, and OSError."""
        self._folder, self._path = folder, folder / MANIFEST
        self._listed: dict[str, set[str]] = {}
        self._now: dict[str, str] = {}
        text = self._path.read_bytes().decode(errors="replace") if self._path.exists() else ""
        whole, newline, torn = text.rpartition("\n")
        for number, line in enumerate(whole.split("\n") if newline else (), 1):
            if not (match := _LINE.fullmatch(line)):
                hint = "Move it away; what earlier builds wrote then stays until you remove it"
                raise PublishingError(f"{self._path}, line {number}: no hash and name of a file", hint)
            self._listed.setdefault(match[2], set()).add(match[1])
        if torn:
            self._save({(name, digest) for name, digests in self._listed.items() for digest in digests})

    def write(self, files: Mapping[str, bytes]) -> int:
        """List files, write those that don't say the same already, all or none, and return how many were written.

        Raises OSError as the system gives it.
        """
        found = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        new = {name: digest for name, digest in found.items() if digest not in self._listed.get(name, ())}
        if new:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as stream:
                stream.write(_lines(new.items()))
                stream.flush()
                os.fsync(stream.fileno())
        for name, digest in new.items():
            self._listed.setdefault(name, set()).add(digest)
        self._now |= found
        return write_changed(files, self._folder)

    def remove_others(self, stays: Callable[[str], bool]) -> tuple[list[str], list[str]]:
        """Remove the listed files that this build didn't write, and the folders that are empty then.

        Files that ``stays`` holds for are kept, and so are those that someone else changed or linked elsewhere. Returns
        the names of the removed and of the changed files. Raises OSError as the system gives it.
        """
        removed, changed = [], []
        kept = set(self._now.items())
        for name in sorted(self._listed.keys() - self._now.keys()):
            path = self._folder / name
            if not os.path.lexists(path):
                continue
            is_ours = self._is_ours(path, self._listed[name])
            if is_ours and not stays(name):
                path.unlink()
                removed.append(name)
                self._remove_empty(path.parent)
                continue
            kept |= {(name, digest) for digest in self._listed[name]}
            if not is_ours and not stays(name):
                changed.append(name)
        self._save(kept)
        return removed, changed

    def _is_ours(self, path: Path, digests: set[str]) -> bool:
        if path.is_symlink() or not path.is_file() or not path.resolve().is_relative_to(self._folder.resolve()):
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() in digests

    def _remove_empty(self, folder: Path) -> None:
        with contextlib.suppress(OSError):  # it holds something still
            while folder.resolve() != self._folder.resolve():
                folder.rmdir()
                folder = folder.parent

    def _save(self, listed: set[tuple[str, str]]) -> None:
        content = _lines(sorted(listed))
        if listed and not (self._path.is_file() and self._path.read_bytes() == content):
            write_file(self._path, content)


def _lines(listed: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in listed).encode()
