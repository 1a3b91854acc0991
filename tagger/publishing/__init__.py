"""Renders a tagged digest: web page, Markdown, JSON and feed, all from one view."""

from tagger.publishing.view import PublishedPaper, PublishedTag, TaggedDigest
from tagger.publishing.writing import render_digest, write_digest

__all__ = ["PublishedPaper", "PublishedTag", "TaggedDigest", "render_digest", "write_digest"]
