"""Renders a tagged digest: web page, Markdown, JSON and feed, all from one view."""

from tagger.publishing.corrections import Correction, corrections
from tagger.publishing.view import BlindChecks, PublishedPaper, PublishedTag, TaggedDigest
from tagger.publishing.writing import render_digest, write_digest

__all__ = [
    "BlindChecks",
    "Correction",
    "PublishedPaper",
    "PublishedTag",
    "TaggedDigest",
    "corrections",
    "render_digest",
    "write_digest",
]
