"""``feed.xml``: an Atom feed, for feed readers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tagger.domain.latex import readable_latex
from tagger.publishing.identity import digest_urn, paper_urn
from tagger.publishing.view import TaggedDigest

_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom_feed(digest: TaggedDigest) -> bytes:
    """Return an Atom feed (RFC 4287) of the digest's papers."""
    ElementTree.register_namespace("", _ATOM)
    updated = digest.edited_at.isoformat()
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    _add(feed, "title", f"{digest.title}, {digest.day.isoformat()}")
    _add(feed, "id", digest_urn(digest))
    _add(feed, "updated", updated)
    _add(_add(feed, "author", ""), "name", digest.title)
    for published in digest.papers:
        paper = published.paper
        entry = _add(feed, "entry", "")
        _add(entry, "title", readable_latex(paper.title))
        _add(entry, "id", paper_urn(digest, published))
        _add(entry, "updated", (published.edited_at or digest.edited_at).isoformat())
        if published.link:
            ElementTree.SubElement(entry, f"{{{_ATOM}}}link", {"rel": "alternate", "href": _xml_text(published.link)})
        for author in paper.authors:
            _add(_add(entry, "author", ""), "name", author)
        for dimension, tags in published.tags.items():
            for tag in tags:
                category = {"term": tag.id, "scheme": f"urn:tagger:{dimension}", "label": _xml_text(tag.name)}
                ElementTree.SubElement(entry, f"{{{_ATOM}}}category", category)
        _add(entry, "summary", paper.abstract)
        told = (f"{tag.name}: {tag.provenance}" for tags in published.tags.values() for tag in tags)
        _add(entry, "content", f"{paper.abstract}\n\n" + "\n".join(told))
    ElementTree.indent(feed)
    document: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}")
    if text:
        child.text = _xml_text(text)
    return child


def _xml_text(text: str) -> str:
    return _NOT_XML.sub("", text)
