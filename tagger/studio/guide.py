"""Shows the annotators' guide, a Markdown file, on the labelling page."""

from __future__ import annotations


def guide_as_html(markdown: str) -> str:
    """Return Markdown as HTML; markup in it is shown as text, and links lead to web pages only."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).disable("image")
    return str(parser.render(markdown))
