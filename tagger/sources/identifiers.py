"""Finds the id that a paper has in the fields a source gives: an arXiv id, else a DOI."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tagger.domain.paper import paper_id

_ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf|html)/|huggingface\.co/papers/|\barxiv[:. ]\s*|\b10\.48550/arxiv\.)"
    r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Za-z]{2})?/\d{7})(?!\d)",
    re.IGNORECASE,
)
_DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"<>]+)")


def arxiv_id_in(texts: Iterable[object]) -> str:
    """Return the first arXiv id that a text names by address, DOI or ``arXiv:``, without its version; else nothing."""
    for text in texts:
        if isinstance(text, str) and (match := _ARXIV.search(text)):
            return paper_id(match[1])
    return ""


def doi_in(text: object) -> str:
    """Return the DOI in a text, in lower case as DOIs know none; else nothing."""
    match = _DOI.search(text) if isinstance(text, str) else None
    return match[1].rstrip(".,;").lower() if match else ""


def address_of(url: object, doi: object) -> object:
    """Return the address a source gives, or else that of the DOI; None if there is neither."""
    return url or (f"https://doi.org/{doi}" if isinstance(doi, str) and doi else None)


def known_id(doi: object, *others: object) -> str:
    """Return the id of a paper with a DOI and other texts that name it: its arXiv id, else its DOI, else nothing."""
    return arxiv_id_in([doi, *others]) or doi_in(doi)
