"""``digest.md``: the digest as Markdown."""

from __future__ import annotations

from tagger.publishing.page import render
from tagger.publishing.plain_text import escaped_markdown
from tagger.publishing.view import TaggedDigest


def markdown(digest: TaggedDigest) -> bytes:
    """Return the digest as Markdown that shows titles and abstracts as they are."""
    return render("digest.md", digest=digest, plain=escaped_markdown).encode(errors="replace")
