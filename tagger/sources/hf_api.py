"""Hugging Face's daily-papers API JSON, in each schema it has had since 2024."""

from __future__ import annotations

from collections.abc import Mapping

from tagger.domain.text import clean


def is_hf_api(record: object) -> bool:
    """Return whether a record is an entry of that API: it wraps a ``paper``."""
    return isinstance(record, dict) and isinstance(record.get("paper"), dict)


def flat(record: Mapping[str, object]) -> dict[str, object]:
    """Return an entry of the API as a record with the fields of a paper. Raises ValueError if it wraps none.

    The digest's day is when the paper was submitted to the daily page, which since 2025 stands in the paper itself as
    ``submittedOnDailyAt``; before, the entry's own ``publishedAt`` said it.
    """
    paper = record.get("paper")
    if not isinstance(paper, dict):
        raise ValueError("it wraps no paper")
    listed_at = paper.get("submittedOnDailyAt") or record.get("publishedAt")
    raw_id = paper.get("id")
    return {
        "id": raw_id,
        "title": paper.get("title") or record.get("title"),
        "abstract": paper.get("summary") or record.get("summary"),
        "published": paper.get("publishedAt"),
        "digest": listed_at,
        "authors": _names(paper.get("authors")),
        "url": f"https://huggingface.co/papers/{clean(raw_id)}" if isinstance(raw_id, str) and raw_id.strip() else None,
        "upvotes": paper.get("upvotes"),
    }


def _names(authors: object) -> list[str]:
    """Return the authors' names; in 2024 some stood only in the account that claimed the paper."""
    names = []
    for author in authors if isinstance(authors, list) else []:
        if not isinstance(author, dict):
            continue
        account = author.get("user")
        claimed = account.get("fullname") if isinstance(account, dict) else None
        name = author.get("name") or claimed
        if isinstance(name, str) and not (author.get("hidden") and not author.get("name")):
            names.append(name)
    return names
