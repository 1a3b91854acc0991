"""Short names for what services offer: ``hf:2026-08-20``, ``arxiv:cs.CL``, ``arxiv:2405.14906``, ``doi:10.7717/…``."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from tagger.errors import SourceError
from tagger.sources.http import AnswerError
from tagger.sources.pace import ARXIV_PACE_S
from tagger.sources.services import SERVICES

HF_VARIABLE, ARXIV_VARIABLE = "TAGGER_HF_URL", "TAGGER_ARXIV_URL"
FRESH_S = 3600.0  # a range that was cut goes on within the hour without asking again
MAX_DAYS = 1000
NEWEST = 200
PAGE = 100
_ID = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", re.ASCII)
_CATEGORY = re.compile(r"[a-z][a-z-]*(?:\.[A-Za-z-]+)?", re.ASCII)
_TOTAL = re.compile(rb"<(?:\w+:)?totalResults[^>]*>\s*(\d{1,12})\s*<")
_COMMA, _NEXT_DOI = re.compile(","), re.compile(r",(?=\s*10\.\d)")
_REFUSED = (400, 403, 404)  # OpenReview answers any of these where the id is of its other version
_EXAMPLES = "For example hf:2026-08-20, hf:today, hf:2026-08-01..2026-08-20, arxiv:cs.CL or arxiv:2405.14906,2405.14907"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to fetch: its URL, its name for people, how long it stays fresh, the pace of its service, and,
    where there is no next page, how many papers it holds at most."""

    url: str
    name: str
    fresh_s: float = FRESH_S
    pace_s: float = 0.0
    limit: int | None = None


def is_scheme(source: str) -> bool:
    """Return whether a source is a short name of this kind."""
    return source.partition(":")[0].lower() in ("hf", "arxiv", *SERVICES) and ":" in source


def pages_of(source: str, today: date, fetch: Callable[[Page], bytes]) -> Iterator[tuple[Page, bytes | SourceError]]:
    """Yield each page of a short name with what ``fetch`` returned or raised. Raises SourceError if it is malformed."""
    scheme, _, what = source.partition(":")
    if scheme.lower() == "hf":
        for day in _days(source, what.strip(), today):
            page = _hf_page(day, today)
            yield page, _tried(page, fetch)
    elif scheme.lower() in SERVICES:
        yield from _papers(source, scheme.lower(), what, fetch)
    else:
        query, wanted = _arxiv_query(source, what.strip())
        seen = b""
        for page, found in _arxiv_pages(source, query, wanted, fetch):
            yield page, found
            if isinstance(found, SourceError):
                return
            seen += found
        for asked in query.get("id_list", "").split(",") if "id_list" in query else ():
            if f"/abs/{asked}".encode() not in seen:
                yield Page("", f"arxiv:{asked}"), SourceError("arXiv gives no such paper", "Is the id right?")


def _tried(page: Page, fetch: Callable[[Page], bytes]) -> bytes | SourceError:
    try:
        return fetch(page)
    except SourceError as error:
        return error


def _papers(
    source: str, scheme: str, what: str, fetch: Callable[[Page], bytes]
) -> Iterator[tuple[Page, bytes | SourceError]]:
    """Ask for paper after paper, each at the service's addresses until one has it."""
    service = SERVICES[scheme]
    # A comma may be part of a DOI, so there only one that the next DOI follows parts them.
    ids = [part.strip() for part in (_NEXT_DOI if scheme == "doi" else _COMMA).split(what)]
    if not all(service.ids.fullmatch(paper_id) for paper_id in ids):
        raise SourceError(f"{source} names no papers of {service.name}", f"For example {service.example}")
    for paper_id in ids:
        for url in service.urls(paper_id):
            page = Page(url, f"{scheme}:{paper_id}", pace_s=service.pace_s)
            found = _tried(page, fetch)
            refused = isinstance(found, AnswerError) and found.status in _REFUSED
            if not refused and not _is_empty(found):
                break
        if _is_empty(found) or (isinstance(found, AnswerError) and found.status == 404):
            found = SourceError(f"{service.name} gives no such paper", "Is the id right?")
        yield page, found


def _is_empty(found: bytes | SourceError) -> bool:
    """Return whether an answer is OpenReview's list of no notes."""
    try:
        document = {} if isinstance(found, SourceError) else json.loads(found)
    except (ValueError, RecursionError):
        return False  # the parser tells what is wrong with it
    return isinstance(document, dict) and document.get("notes") == []


def _days(source: str, what: str, today: date) -> list[date]:
    first, dots, last = what.partition("..")
    try:
        start, end = (
            today if text == "today" else date.fromisoformat(text) for text in (first, last if dots else first)
        )
    except ValueError as error:
        raise SourceError(f"{source} names no day", _EXAMPLES) from error
    if not start <= end <= today:
        raise SourceError(f"{source} ends before it starts, or after today", _EXAMPLES)
    if (end - start).days >= MAX_DAYS:
        raise SourceError(f"{source} is more than {MAX_DAYS} days", "Take it in parts")
    return [start + timedelta(n) for n in range((end - start).days + 1)]


def _hf_page(day: date, today: date) -> Page:
    base = os.environ.get(HF_VARIABLE) or "https://huggingface.co"
    url = f"{base.rstrip('/')}/api/daily_papers?{urlencode({'date': day.isoformat(), 'limit': PAGE})}"
    return Page(url, f"hf:{day}", 0.0 if day == today else FRESH_S, limit=PAGE)


def _arxiv_query(source: str, what: str) -> tuple[dict[str, str], int]:
    ids = [part.strip() for part in what.split(",")]
    if all(_ID.fullmatch(part) for part in ids):
        return {"id_list": ",".join(ids)}, len(ids)
    if _CATEGORY.fullmatch(what):
        return {"search_query": f"cat:{what}", "sortBy": "submittedDate", "sortOrder": "descending"}, NEWEST
    raise SourceError(f"{source} is neither a category nor papers' ids", _EXAMPLES)


def _arxiv_pages(
    source: str, query: dict[str, str], wanted: int, fetch: Callable[[Page], bytes]
) -> Iterator[tuple[Page, bytes | SourceError]]:
    """Ask page after page; arXiv now and then answers without entries though more are there, so that is told."""
    base = os.environ.get(ARXIV_VARIABLE) or "https://export.arxiv.org"
    start = 0
    while start < wanted:
        size = min(PAGE, wanted - start)
        asked = urlencode(query | {"start": str(start), "max_results": str(size)})
        url = f"{base.rstrip('/')}/api/query?{asked}"
        page = Page(url, f"{source} from {start + 1}", pace_s=ARXIV_PACE_S)
        data = _tried(page, fetch)
        if isinstance(data, SourceError):
            yield page, data
            return
        total = int(match[1]) if (match := _TOTAL.search(data)) else None
        count = data.count(b"<entry")
        if not count and total is not None and total > start:
            # Kept answers are fresh for an hour, so asking anew needs to go past them.
            data = _tried(Page(url, page.name, 0.0, ARXIV_PACE_S), fetch)
            count = 0 if isinstance(data, SourceError) else data.count(b"<entry")
            if not count:
                yield page, SourceError(f"arXiv answers without papers, though it has {total}", "Try again later")
                return
        yield page, data
        start += count
        if not count or total is None or start >= total:
            return
