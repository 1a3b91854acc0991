"""Reads a source and finds its format by its content, never by its name."""

from __future__ import annotations

import io
import json
import zlib
from datetime import date
from pathlib import Path
from typing import BinaryIO

from tagger.errors import SourceError
from tagger.sources.csv_table import is_csv, parse_csv
from tagger.sources.http import fetch_bytes, is_url, without_password
from tagger.sources.json_lines import parse_json_lines, parse_records
from tagger.sources.page import is_page, parse_page
from tagger.sources.records import Parsed

MAX_UNPACKED = 500_000_000
_KNOWN = "A Daily Papers page as text, Hugging Face API JSON, JSON Lines and CSV with a title column can be read"


def read_source(source: str, *, today: date, stdin: BinaryIO | None = None) -> Parsed:
    """Read and parse a file, a URL or, for ``-``, stdin. Raises SourceError naming the source."""
    data = read_bytes(source, stdin)
    try:
        return parse_source(data, today=today)
    except SourceError as error:
        raise SourceError(f"{without_password(source)}: {error.message}", error.hint) from error


def read_bytes(source: str, stdin: BinaryIO | None) -> bytes:
    """Return what a file, a URL or stdin holds. Raises SourceError."""
    if source == "-" and stdin is not None:
        return stdin.read()
    if is_url(source):
        return fetch_bytes(source)
    try:
        return Path(source).expanduser().read_bytes()
    except (OSError, ValueError, RuntimeError) as error:  # pathlib raises RuntimeError for the home of nobody
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"can't read {source}: {reason}") from error


def parse_source(data: bytes, *, today: date) -> Parsed:
    """Parse papers of any known format, gzipped or not. Raises SourceError if it is of none, or torn."""
    text = text_of_bytes(data)
    start = text.lstrip()[:1]
    if start == "[":
        return parse_records(_json_list(text))
    if start == "{":
        first = text.lstrip().split("\n", 1)[0]
        record = _json_or_none(text) if _json_or_none(first) is None else None
        return parse_records([record]) if record is not None else parse_json_lines(text)
    if is_csv(text):
        return parse_csv(text)
    if is_page(text):
        return parse_page(text, today)
    if not start:
        return Parsed("empty", (), notes=("it is empty",))
    raise SourceError("it is of no format that is known", _KNOWN)


def text_of_bytes(data: bytes) -> str:
    """Return the text of bytes in UTF-8, or UTF-16 with its mark, gzipped or not. Raises SourceError."""
    if data[:2] == b"\x1f\x8b":
        data = _unpacked(data)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise SourceError(f"it is not text in UTF-8 (byte {error.start + 1})", _KNOWN) from error


def _unpacked(data: bytes) -> bytes:
    """Unpack gzip, one member after another, up to a bound, so that a small file can't fill the memory."""
    unpacked = io.BytesIO()
    try:
        while data:
            packer = zlib.decompressobj(wbits=31)
            unpacked.write(packer.decompress(data, MAX_UNPACKED + 1 - unpacked.tell()))
            if unpacked.tell() > MAX_UNPACKED:
                raise SourceError(f"it unpacks to more than {MAX_UNPACKED // 1_000_000} MB", "Split it")
            if not packer.eof:
                raise SourceError("the gzip file is cut short", "Copy or download it again")
            data = packer.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise SourceError(f"the gzip file is damaged: {error}", "Copy or download it again") from error
    return unpacked.getvalue()


def _json_list(text: str) -> list[object]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(f"it is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except (RecursionError, ValueError) as error:
        raise SourceError("it is not usable JSON: nested too deeply or a number too long") from error
    return list(content)


def _json_or_none(text: str) -> object | None:
    try:
        found: object = json.loads(text)
    except (RecursionError, ValueError):
        return None
    return found
