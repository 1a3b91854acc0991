"""The Daily Papers page as HTML: its papers are JSON in an attribute."""

from __future__ import annotations

import json

from tagger.errors import SourceError
from tagger.sources.json_lines import parse_records
from tagger.sources.records import Parsed

MARK = "dailypapers"


def is_page_html(text: str) -> bool:
    """Return whether text is an HTML page that carries daily papers."""
    head = text[:2000].lower()
    return ("<html" in head or "<!doctype html" in head) and "data-props" in text and MARK in text.lower()


def parse_page_html(text: str) -> Parsed:
    """Parse the page's papers, which are those of the API. Raises SourceError if none are there."""
    from lxml import etree, html

    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(f"it is not usable HTML: {error}", "Save the page again") from error
    for element in root.iter():
        if (element.get("data-target") or "").lower() != MARK:
            continue
        try:
            props = json.loads(element.get("data-props") or "")
        except (RecursionError, ValueError):
            break
        papers = props.get("dailyPapers") if isinstance(props, dict) else None
        if isinstance(papers, list):
            return parse_records(papers)
    raise SourceError("the page carries no daily papers that can be read", "Save the page again, or copy its text")
