"""Unpacks gzip and Zstandard up to a bound, so that a small file can't fill the memory."""

from __future__ import annotations

import io
import zlib

from tagger.errors import SourceError

MAX_UNPACKED = 500_000_000
_ZSTD = b"\x28\xb5\x2f\xfd"
_SLICE = 2048  # bytes of Zstandard at once: they may become 128 kB for every four


def unpacked(data: bytes) -> bytes:
    """Return bytes unpacked, or as they are if they are not packed. Raises SourceError if they are damaged."""
    if data[:2] == b"\x1f\x8b":
        return _gunzipped(data)
    return _unzstd(data) if data[:4] == _ZSTD else data


def _gunzipped(data: bytes) -> bytes:
    found = io.BytesIO()
    try:
        while data:
            packer = zlib.decompressobj(wbits=31)
            found.write(packer.decompress(data, MAX_UNPACKED + 1 - found.tell()))
            _check(found)
            if not packer.eof:
                raise SourceError("the gzip file is cut short", "Copy or download it again")
            data = packer.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise SourceError(f"the gzip file is damaged: {error}", "Copy or download it again") from error
    return found.getvalue()


def _unzstd(data: bytes) -> bytes:
    import zstandard

    found = io.BytesIO()
    position = 0
    try:
        while position < len(data):
            packer = zstandard.ZstdDecompressor().decompressobj()
            while not packer.eof:
                if position >= len(data):
                    raise SourceError("the zst file is cut short", "Copy or download it again")
                found.write(packer.decompress(data[position : position + _SLICE]))
                _check(found)
                position += _SLICE
            position = min(position, len(data)) - len(packer.unused_data)
    except zstandard.ZstdError as error:
        raise SourceError(f"the zst file is damaged: {error}", "Copy or download it again") from error
    return found.getvalue()


def _check(found: io.BytesIO) -> None:
    if found.tell() > MAX_UNPACKED:
        raise SourceError(f"it unpacks to more than {MAX_UNPACKED // 1_000_000} MB", "Split it")
