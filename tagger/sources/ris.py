"""RIS as reference managers export it, and Web of Science's tagged text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tagger.domain.paper import Entry
from tagger.sources.citations import full_day, natural_name
from tagger.sources.identifiers import address_of, known_id
from tagger.sources.records import Parsed, Rejected, collect, entry_of

_RIS_START = re.compile(r"^TY  ?- ?", re.MULTILINE)
_WOS_START = re.compile(r"^PT [A-Z]\s*$", re.MULTILINE)
_HEAD = 20_000
_TITLES = ("title", "primary_title", "translated_title", "document_title")


def is_ris(text: str) -> bool:
    """Return whether text begins with records of RIS or of Web of Science."""
    head = text[:_HEAD].lstrip()
    return bool(
        _RIS_START.match(head) or _WOS_START.match(head) or (head.startswith("FN ") and _WOS_START.search(head))
    )


def parse_ris(text: str) -> Parsed:
    """Parse records one by one, so that a broken one doesn't take the others with it."""
    is_wos = not _RIS_START.search(text)
    return collect("Web of Science" if is_wos else "RIS", _entries(text, _WOS_START if is_wos else _RIS_START))


def _entries(text: str, start: re.Pattern[str]) -> Iterator[Entry | Rejected]:
    import rispy

    parser = rispy.WokParser if start is _WOS_START else rispy.RisParser
    end = "ER" if start is _WOS_START else "ER  - "
    starts = [match.start() for match in start.finditer(text)]
    line, before = 1, 0
    for begin, stop in zip(starts, [*starts[1:], len(text)], strict=True):
        line, before = line + text.count("\n", before, begin), begin
        place = f"line {line}"
        body = re.split(r"^(?:ER  ?-|ER\s*$|EF\s*$)", text[begin:stop], maxsplit=1, flags=re.MULTILINE)[0].rstrip()
        try:
            found = rispy.loads(f"{body}\n{end}\n", implementation=parser)
        except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            reason = " ".join(str(error).split())[:120]
            yield Rejected(place, f"it is not valid RIS: {reason}")
            continue
        try:
            yield entry_of(_flat(found[0] if found else {}), place)
        except ValueError as error:
            yield Rejected(place, str(error))


def _flat(record: Mapping[str, object]) -> dict[str, object]:
    urls = _list(record.get("urls"))
    doi = record.get("doi")
    names = _list(record.get("authors")) or _list(record.get("first_authors"))
    others = [value for value in record.values() if isinstance(value, str) and value.lower().startswith("arxiv")]
    return {
        "id": known_id(doi, *urls, *others),
        "title": next((record[name] for name in _TITLES if record.get(name)), None),
        "abstract": record.get("abstract") or record.get("notes_abstract"),
        "published": next(
            (day for name in ("date", "year", "publication_year") if (day := full_day(record.get(name)))), None
        ),
        "authors": [natural_name(name) for name in names],
        "url": address_of(urls[0] if urls else None, doi),
        "categories": _list(record.get("keywords")),
        "doi": doi,
    }


def _list(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
