"""The ids that feeds carry: made of the day and the papers' ids, so that they never change."""

from __future__ import annotations

import hashlib

from tagger.publishing.view import PublishedPaper, TaggedDigest


def digest_urn(digest: TaggedDigest) -> str:
    """Return the digest's id."""
    return _urn(digest.day.isoformat())


def paper_urn(digest: TaggedDigest, published: PublishedPaper) -> str:
    """Return the id of a paper in its digest; on another day the same paper has another."""
    return _urn(f"{digest.day.isoformat()} {published.paper.id}")


def feed_urn(name: str) -> str:
    """Return the id of a feed of the archive: all papers', if the name is empty, or a tag's."""
    return _urn(f"archive {name}")


def _urn(name: str) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"
