"""Reads a source and finds its format by its content, never by its name."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from tagger.domain.paper import Entry
from tagger.domain.text import without_secrets
from tagger.errors import SourceError
from tagger.sources import arxiv_atom, arxiv_rss
from tagger.sources.arrow_table import is_arrow, parse_arrow
from tagger.sources.bibtex import is_bibtex, parse_bibtex
from tagger.sources.csv_table import is_csv, parse_csv
from tagger.sources.folder import read_folder
from tagger.sources.http import fetch_bytes, is_url
from tagger.sources.json_lines import parse_json_lines, parse_records, records_of
from tagger.sources.page import is_page, parse_page
from tagger.sources.page_html import is_page_html, parse_page_html
from tagger.sources.records import Parsed, Rejected, collect
from tagger.sources.ris import is_ris, parse_ris
from tagger.sources.schemes import Page, is_scheme, pages_of
from tagger.sources.unpacking import unpacked
from tagger.sources.xml_tree import parse_xml

_KNOWN = "`tagger ingest --help` tells which formats can be read"


class _NotUnicodeError(SourceError):
    """Bytes that are no text in UTF-8 or UTF-16."""


def read_source(source: str, *, today: date, stdin: BinaryIO | None = None) -> Parsed:
    """Read and parse a file, folder, URL or short name or, for ``-``, stdin. Raises SourceError naming the source."""
    if is_scheme(source) and not Path(source).exists():
        return _read_pages(source, today)
    folder = _folder(source)
    data = b"" if folder else read_bytes(source, stdin)
    try:
        if folder:
            return read_folder(folder, lambda content: parse_source(content, today=today))
        return parse_source(data, today=today)
    except SourceError as error:
        raise SourceError(f"{without_secrets(source)}: {error.message}", error.hint) from error


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
        parts.append(part.within(page.name))
    if not parts:
        raise SourceError(f"{missing[0].place}: {missing[0].reason}")
    items: list[Entry | Rejected] = [*missing]
    for part in parts:
        items += [*part.entries, *part.rejected]
    return collect(parts[0].format, items, notes=[note for part in parts for note in part.notes])


def _folder(source: str) -> Path | None:
    if source == "-" or is_url(source):
        return None
    try:
        path = Path(source).expanduser()
        return path if path.is_dir() else None
    except (OSError, ValueError, RuntimeError):
        return None  # reading it as a file tells what is wrong


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
    """Parse papers of any known format, packed or not. Raises SourceError if it is of none, or torn."""
    data = unpacked(data)
    if is_arrow(data):
        return parse_arrow(data)
    if _is_xml(data):
        return _parse_xml(data)
    try:
        return _parse_text(text_of_bytes(data), today)
    except _NotUnicodeError:
        # Reference managers of old write Western European; elsewhere that would be a guess.
        text = data.decode("cp1252", "replace").replace("\r\n", "\n").replace("\r", "\n")
        if "\0" in text or not (is_ris(text) or is_bibtex(text)):
            raise
        parsed = _parse_text(text, today)
        return replace(parsed, notes=("it is not UTF-8; taken as Windows-1252", *parsed.notes))


def _parse_text(text: str, today: date) -> Parsed:
    start = text.lstrip()[:1]
    if start == "[":
        return parse_records(_json_list(text))
    if start == "{":
        record = _json_or_none(text)
        if isinstance(record, dict) and ("\n" in text.strip() or records_of(record) != [record]):
            return parse_records(records_of(record))
        return parse_json_lines(text)
    if start == "<" and is_page_html(text):
        return parse_page_html(text)
    for is_format, parse in ((is_csv, parse_csv), (is_ris, parse_ris), (is_bibtex, parse_bibtex)):
        if is_format(text):
            return parse(text)
    if is_page(text):
        return parse_page(text, today)
    if not start:
        return Parsed("empty", (), notes=("it is empty",))
    raise SourceError("it is of no format that is known", _KNOWN)


def text_of_bytes(data: bytes) -> str:
    """Return the text of bytes in UTF-8, or UTF-16 with its mark, packed or not. Raises SourceError."""
    data = unpacked(data)
    try:
        return data.decode(_encoding(data)).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise _NotUnicodeError(f"it is not text in UTF-8 (byte {error.start + 1})", _KNOWN) from error


def _encoding(data: bytes) -> str:
    return "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _is_xml(data: bytes) -> bool:
    head = data[:1000].decode(_encoding(data), "replace").lstrip().lower()
    return head.startswith(("<?xml", "<feed", "<rss")) and "<html" not in head and "<!doctype html" not in head


def _parse_xml(data: bytes) -> Parsed:
    root = parse_xml(data)
    if root.tag == arxiv_atom.ROOT:
        return arxiv_atom.parse_feed(root)
    if root.tag == arxiv_rss.ROOT:
        return arxiv_rss.parse_feed(root)
    raise SourceError(f"it is XML of no kind that is known (<{str(root.tag)[:60]}>)", _KNOWN)


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
