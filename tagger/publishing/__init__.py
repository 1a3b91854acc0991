"""Renders a tagged digest: web page, Markdown, JSON, feeds, e-mail, BibTeX, chat, data set; all from one view."""

from tagger.publishing.view import BlindChecks, PublishedPaper, PublishedTag, TaggedDigest
from tagger.publishing.writing import render_digest, write_digest

__all__ = ["BlindChecks", "PublishedPaper", "PublishedTag", "TaggedDigest", "render_digest", "write_digest"]
