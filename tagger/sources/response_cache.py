"""Answers kept on disk, with what a server needs to say that nothing changed."""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tagger.files import write_file

FOLDER_VARIABLE = "TAGGER_CACHE"
KEPT_S = 30 * 86400.0


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer: its body, validators (``""`` if it had none) and when it came, in seconds since 1970."""

    body: bytes
    etag: str
    modified: str
    at: float


def cache_folder() -> Path:
    """Return where answers are kept: in the folder that TAGGER_CACHE names, or the user's cache folder."""
    import platformdirs

    return Path(os.environ.get(FOLDER_VARIABLE) or platformdirs.user_cache_dir("tagger")) / "http"


def read_kept(url: str) -> Kept | None:
    """Return what is kept of a URL; None if there is nothing, or it is damaged."""
    try:
        head, _, body = _file(url).read_bytes().partition(b"\n")
        fields = json.loads(head)
        digest = fields.pop("sha256")
        kept = Kept(body, **fields)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return kept if digest == hashlib.sha256(body).hexdigest() else None


def keep(url: str, kept: Kept) -> None:
    """Keep an answer, and drop those older than 30 days. Raises OSError if it can't be written."""
    fields = asdict(kept)
    body = fields.pop("body")
    file = _file(url)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, json.dumps(fields | {"sha256": hashlib.sha256(body).hexdigest()}).encode() + b"\n" + body)
    for other in file.parent.glob("*.answer"):
        if other.stat().st_mtime < time.time() - KEPT_S:
            other.unlink(missing_ok=True)


def _file(url: str) -> Path:
    return cache_folder() / f"{hashlib.sha256(url.encode('utf-8', 'surrogatepass')).hexdigest()}.answer"
