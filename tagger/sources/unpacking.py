"""Unpacks gzip and Zstandard up to a bound, so that a small file can't fill the memory."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from tagger.errors import SourceError

if TYPE_CHECKING:
    import zstandard
    from _typeshed import WriteableBuffer

MAX_UNPACKED = 500_000_000
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_SLICE = 2048  # bytes of Zstandard at once: they may become 128 kB for every four


def unpacked(data: bytes) -> bytes:
    """Return bytes unpacked, or as they are if they are not packed. Raises SourceError if they are damaged."""
    packed: io.BufferedReader = io.BufferedReader(io.BytesIO(data))
    stream = unpacking(packed)
    if stream is packed:
        return data
    found = stream.read(MAX_UNPACKED + 1)
    if len(found) > MAX_UNPACKED:
        raise SourceError(f"it unpacks to more than {MAX_UNPACKED // 1_000_000} MB", "Split it")
    return found


def unpacking(stream: io.BufferedReader) -> io.BufferedReader:
    """Return a stream of what a stream holds, unpacked as it is read, or that stream if it isn't packed.

    Reading from it raises SourceError where the file is damaged or cut short.
    """
    head = stream.peek(4)[:4]
    if head[:2] == _GZIP:
        return io.BufferedReader(_Gunzipping(stream))
    return io.BufferedReader(_Unzstding(stream)) if head == _ZSTD else stream


class _Gunzipping(io.RawIOBase):
    def __init__(self, packed: BinaryIO) -> None:
        self._file = gzip.GzipFile(fileobj=packed, mode="rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        try:
            return self._file.readinto(buffer)
        except EOFError as error:
            raise SourceError("the gzip file is cut short", "Copy or download it again") from error
        except (zlib.error, gzip.BadGzipFile) as error:
            raise SourceError(f"the gzip file is damaged: {error}", "Copy or download it again") from error


class _Unzstding(io.RawIOBase):
    """zstandard's own reader takes a frame that is cut short for the end."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._rest = b""
        self._found = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._found:
            packed = self._rest or self._packed.read(_SLICE)
            if not packed and self._frame is None:
                return 0
            self._found = memoryview(self._unpack(packed))
        into = memoryview(buffer).cast("B")
        count = min(len(into), len(self._found))
        into[:count] = self._found[:count]
        self._found = self._found[count:]
        return count

    def _unpack(self, packed: bytes) -> bytes:
        import zstandard

        if not packed:
            raise SourceError("the zst file is cut short", "Copy or download it again")
        frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
        try:
            found = frame.decompress(packed)
        except zstandard.ZstdError as error:
            raise SourceError(f"the zst file is damaged: {error}", "Copy or download it again") from error
        self._frame, self._rest = (None, frame.unused_data) if frame.eof else (frame, b"")
        return found
