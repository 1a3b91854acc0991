"""Semantic Scholar's Graph API: a paper object."""

from __future__ import annotations

from collections.abc import Mapping

from tagger.sources.identifiers import known_id


def is_semantic_scholar(record: object) -> bool:
    """Return whether a record is a paper of that API."""
    return isinstance(record, dict) and "paperId" in record


def flat(record: Mapping[str, object]) -> dict[str, object]:
    """Return a paper of the API as a record with the fields of a paper.

    A paper without an arXiv id or a DOI has Semantic Scholar's own as its id.
    """
    ids = record.get("externalIds")
    ids = ids if isinstance(ids, dict) else {}
    arxiv, doi = ids.get("ArXiv"), ids.get("DOI")
    authors = record.get("authors")
    return {
        "id": arxiv or known_id(doi) or record.get("paperId"),
        "title": record.get("title"),
        "abstract": record.get("abstract"),
        "published": record.get("publicationDate"),
        "authors": [a["name"] for a in authors if isinstance(a, dict) and a.get("name")]
        if isinstance(authors, list)
        else None,
        "url": record.get("url"),
        "categories": record.get("fieldsOfStudy"),
        "doi": doi,
        "other_ids": [record.get("paperId")],
    }
