"""Reads a source and finds its format by its content, never by its name."""

from __future__ import annotations

import io
import json
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from tagger.domain.paper import Entry
from tagger.errors import SourceError
from tagger.sources.csv_table import is_csv, parse_csv
from tagger.sources.http import fetch_bytes, is_url, without_password
from tagger.sources.json_lines import parse_json_lines, parse_records
from tagger.sources.page import is_page, parse_page
from tagger.sources.records import Parsed, Rejected, collect
from tagger.sources.schemes import Page, is_scheme, pages_of

MAX_UNPACKED = 500_000_000
_KNOWN = "A Daily Papers page as text, Hugging Face API JSON, JSON Lines and CSV with a title column can be read"


def read_source(source: str, *, today: date, stdin: BinaryIO | None = None) -> Parsed:
    """Read and parse a file, a URL, a short name or, for ``-``, stdin. Raises SourceError naming the source."""
    if is_scheme(source) and not Path(source).exists():
        return _read_pages(source, today)
    data = read_bytes(source, stdin)
    try:
        return parse_source(data, today=today)
    except SourceError as error:
        raise SourceError(f"{without_password(source)}: {error.message}", error.hint) from error


def _read_pages(source: str, today: date) -> Parsed:
    """Read what a short name stands for; a page that can't be had is a rejection, unless none can."""

    def fetch(page: Page) -> bytes:
        return fetch_bytes(page.url, fresh_s=page.fresh_s, pace_s=page.pace_s)

    parts: list[Parsed] = []
    missing: list[Rejected] = []
    for page, found in pages_of(source, today, fetch):
        try:
            if isinstance(found, SourceError):
                raise found
            part = parse_source(found, today=today)
        except SourceError as error:
            missing.append(Rejected(page.name, str(error)))
            continue
        if not part.entries:
            part = replace(part, notes=("there are no papers",))
        elif len(part.entries) + len(part.rejected) == page.limit:
            part = replace(
                part, notes=(*part.notes, f"it gave {page.limit} papers, as many as it may, so some may lack")
            )
        parts.append(
            replace(
                part,
                entries=tuple(replace(entry, place=f"{page.name}, {entry.place}") for entry in part.entries),
                rejected=tuple(replace(r, place=f"{page.name}, {r.place}") for r in part.rejected),
                notes=tuple(f"{page.name}: {note}" for note in part.notes),
            )
        )
    if not parts:
        raise SourceError(f"{missing[0].place}: {missing[0].reason}")
    items: list[Entry | Rejected] = [*missing]
    for part in parts:
        items += [*part.entries, *part.rejected]
    return collect(parts[0].format, items, notes=[note for part in parts for note in part.notes])


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
