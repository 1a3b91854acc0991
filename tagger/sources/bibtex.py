"""BibTeX and BibLaTeX, with LaTeX's accents and braces made plain text; formulas stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tagger.domain.paper import Entry
from tagger.errors import SourceError
from tagger.sources.citations import full_day, natural_name
from tagger.sources.identifiers import address_of, arxiv_id_in, known_id
from tagger.sources.records import Parsed, Rejected, collect, entry_of

_START = re.compile(r"^[ \t]*@[A-Za-z]+\s*[{(]", re.MULTILINE)
_HEAD = 20_000
_NO_PAPERS = ("string", "preamble", "comment")
MAX_EXPANDED = 50_000_000


class _Macros(dict[str, str]):
    """The ``@string`` macros. As one may be made of others, a few lines of them may swell beyond any memory."""

    def __init__(self, macros: Mapping[str, str]) -> None:
        super().__init__(macros)
        self._left = MAX_EXPANDED

    def __getitem__(self, name: str) -> str:
        value = super().__getitem__(name)
        self._left -= len(value)
        if self._left < 0:
            raise SourceError(f"its @string macros swell to more than {MAX_EXPANDED // 1_000_000} MB", "Split it")
        return value


def is_bibtex(text: str) -> bool:
    """Return whether some line near the beginning of text begins an entry."""
    return bool(_START.search(text[:_HEAD]))


def parse_bibtex(text: str) -> Parsed:
    """Parse entries; a broken one is rejected with its line, and reading goes on at the next ``@``.

    Raises SourceError if what ``@string`` stands for swells.
    """
    return collect("BibTeX", _entries(text))


def _entries(text: str) -> Iterator[Entry | Rejected]:
    from pybtex.database.input.bibtex import LowLevelParser, month_names
    from pybtex.scanner import PybtexSyntaxError

    broken: list[PybtexSyntaxError] = []
    scanner = LowLevelParser(text, macros=_Macros(month_names), handle_error=broken.append, keyless_entries=False)
    line, before = 1, 0
    for command, content in scanner:
        line, before = line + text.count("\n", before, scanner.command_start), scanner.command_start
        place = f"line {line}"
        yield from (_broken(error) for error in broken if "undefined" not in str(error))
        is_whole = all("undefined" in str(error) for error in broken)
        broken.clear()
        if command.lower() in _NO_PAPERS or not is_whole:
            continue
        fields: dict[str, str] = {}
        for name, parts in content[1]:
            fields.setdefault(name.lower(), "".join(parts))
        try:
            yield entry_of(_flat(fields), place)
        except ValueError as error:
            yield Rejected(place, str(error))
    yield from (_broken(error) for error in broken)


def _broken(error: Exception) -> Rejected:
    reason = " ".join(str(error).split())[:120]
    return Rejected(f"line {getattr(error, 'lineno', '?')}", f"it is not valid BibTeX: {reason}")


def _flat(fields: Mapping[str, str]) -> dict[str, object]:
    from pybtex.bibtex.utils import split_name_list

    doi, url = fields.get("doi", "").replace("\\_", "_"), fields.get("url", "").replace("\\_", "_").replace("\\%", "%")
    eprint = fields.get("eprint", "")
    is_arxiv = "arxiv" in (fields.get("archiveprefix") or fields.get("eprinttype") or "").lower()
    id_ = arxiv_id_in([f"arXiv:{eprint}"]) if is_arxiv else ""
    day = fields.get("date") or "-".join(fields.get(part, "") for part in ("year", "month", "day"))
    return {
        "id": id_ or known_id(doi, url, eprint, fields.get("journal"), fields.get("note")),
        "title": _plain(fields.get("title", "")),
        "abstract": _plain(fields.get("abstract", "")),
        "published": full_day(day),
        "authors": [
            _name(name) for name in split_name_list(" ".join(fields.get("author", "").split())) if name != "others"
        ],
        "url": address_of(url, doi),
        "categories": [k for k in re.split(r"\s*[,;]\s*", _plain(fields.get("keywords", ""))) if k],
        "doi": doi,
    }


def _name(name: str) -> str:
    whole = name.startswith("{") and name.endswith("}")  # a group's name, whose commas part nothing
    return _plain(name) if whole else natural_name(_plain(name))


def _plain(text: str) -> str:
    """Return text without LaTeX's markup, formulas between dollars as they are; all as it is if it can't be read."""
    if "\\" not in text and "{" not in text:
        return text
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.latexwalker import LatexWalkerError

    try:
        return str(LatexNodes2Text(math_mode="verbatim", keep_comments=True).latex_to_text(text))
    except (LatexWalkerError, RecursionError, ValueError, IndexError):
        return text
