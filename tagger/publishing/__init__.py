"""Renders a tagged digest: web page, Markdown, JSON, feeds, e-mail, BibTeX, chat, data set; all from one view."""

from tagger.publishing.corrections import Correction, corrections
from tagger.publishing.manifest import Manifest
from tagger.publishing.report import report_page
from tagger.publishing.site import names_of_tag, render_site
from tagger.publishing.trends import trends_page, trends_svg
from tagger.publishing.view import BlindChecks, PublishedPaper, PublishedTag, RuleKey, RuleRecord, TaggedDigest
from tagger.publishing.writing import render_digest, write_changed, write_digest

__all__ = [
    "BlindChecks",
    "Correction",
    "Manifest",
    "PublishedPaper",
    "PublishedTag",
    "RuleKey",
    "RuleRecord",
    "TaggedDigest",
    "corrections",
    "names_of_tag",
    "render_digest",
    "render_site",
    "report_page",
    "trends_page",
    "trends_svg",
    "write_changed",
    "write_digest",
]
