"""What an encoder, or its frozen layers, made of texts, kept between runs: it never has to be computed twice.

An entry is a file named by the hash of the layers and the text; it begins with the hash of its own content. Whatever
can't be read is computed anew, and whatever can't be written isn't kept: a cache may cost time, never a result.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER_VARIABLE = "TAGGER_CACHE"
MOST_BYTES = 1_000_000_000
_DIGEST = hashlib.sha256().digest_size
# A file that somebody is still writing is younger than this.
_ABANDONED_AFTER = 3600


def cache_folder(kind: str) -> Path:
    """Return where entries of a kind are kept: in the folder that TAGGER_CACHE names, or the user's cache folder."""
    import platformdirs

    return Path(os.environ.get(FOLDER_VARIABLE) or platformdirs.user_cache_dir("tagger")) / kind


class TextCache:
    """What layers made of texts, arrays of one ``dtype`` of numpy; several processes may use one folder at once.

    ``layers`` is a hash of whatever made them. Together the entries of a folder take no more than ``most_bytes``; those
    that were used longest ago go first.
    """

    def __init__(self, folder: Path, layers: bytes, dtype: str, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._layers, self._most_bytes = folder, layers, most_bytes
        self._dtype = dtype
        self._writable = True

    def get(self, ids: list[int], shape: tuple[int, ...]) -> NDArray[Any] | None:
        """Return what was made of a text, given its token ids; None if that isn't known."""
        import numpy as np

        path = self._path(ids)
        try:
            content = path.read_bytes()
            digest, made = content[:_DIGEST], content[_DIGEST:]
            whole = len(made) == np.dtype(self._dtype).itemsize * math.prod(shape)
            if not whole or hashlib.sha256(made).digest() != digest:
                return None
            os.utime(path)
        except OSError:
            return None
        return np.frombuffer(made, dtype=self._stored).reshape(shape).astype(self._dtype)

    def put(self, ids: list[int], made: NDArray[Any]) -> None:
        """Keep what was made of a text. After a first failure, such as a full disk, nothing more is written."""
        if not self._writable:
            return
        path = self._path(ids)
        content = made.astype(self._stored).tobytes()
        partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(hashlib.sha256(content).digest() + content)
            os.replace(partial, path)
        except OSError:
            self._writable = False
            _delete(partial)

    def trim(self) -> None:
        """Delete the entries used longest ago until a tenth of the room is free, if there are too many."""
        found = []
        for path in self._folder.glob("*/*"):
            try:
                status = path.stat()
            except OSError:  # another process was faster
                continue
            if path.name.startswith(".") and status.st_mtime < time.time() - _ABANDONED_AFTER:
                _delete(path)
            else:
                found.append((status.st_mtime, status.st_size, path))
        size = sum(size for _, size, _ in found)
        if size <= self._most_bytes:
            return
        for _, freed, path in sorted(found):
            _delete(path)
            size -= freed
            if size <= self._most_bytes * 0.9:
                break

    @property
    def _stored(self) -> np.dtype[Any]:
        import numpy as np

        return np.dtype(self._dtype).newbyteorder("<")

    def _path(self, ids: list[int]) -> Path:
        key = hashlib.sha256(self._layers + " ".join(map(str, ids)).encode()).hexdigest()
        return self._folder / key[:2] / key[2:]


def _delete(path: Path) -> None:
    with contextlib.suppress(OSError):  # gone already, or somebody else's: either way it is no trouble of ours
        path.unlink()
