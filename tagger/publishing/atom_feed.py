"""``feed.xml``: an Atom feed, for feed readers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree import ElementTree

from tagger.domain.latex import readable_latex
from tagger.publishing.identity import digest_urn, feed_urn, paper_urn
from tagger.publishing.view import PublishedPaper, TaggedDigest

_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Appearance:
    """A paper in the digest that it was published in."""

    digest: TaggedDigest
    published: PublishedPaper

    @property
    def day(self) -> date:
        """The digest's day."""
        return self.digest.day

    @property
    def edited_at(self) -> datetime:
        """The time of the last decision on the paper, or else on the digest."""
        return self.published.edited_at or self.digest.edited_at


def atom_feed(digest: TaggedDigest) -> bytes:
    """Return an Atom feed (RFC 4287) of the digest's papers."""
    title, updated = f"{digest.title}, {digest.day.isoformat()}", digest.edited_at
    papers = [Appearance(digest, published) for published in digest.papers]
    return _feed(title, digest_urn(digest), updated, digest.title, papers)


def feed_of(title: str, name: str, papers: Sequence[Appearance]) -> bytes:
    """Return an Atom feed of papers of several days, of which there has to be one; its id is made of ``name``."""
    return _feed(title, feed_urn(name), max(each.edited_at for each in papers), papers[0].digest.title, papers)


def _feed(title: str, urn: str, updated: datetime, author: str, papers: Sequence[Appearance]) -> bytes:
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    _add(feed, "title", title)
    _add(feed, "id", urn)
    _add(feed, "updated", updated.isoformat())
    _add(_add(feed, "author", ""), "name", author)
    for each in papers:
        _add_entry(feed, each)
    ElementTree.indent(feed)
    document: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add_entry(feed: ElementTree.Element, appearance: Appearance) -> None:
    published, paper = appearance.published, appearance.published.paper
    entry = _add(feed, "entry", "")
    _add(entry, "title", readable_latex(paper.title))
    _add(entry, "id", paper_urn(appearance.digest, published))
    _add(entry, "updated", appearance.edited_at.isoformat())
    if published.link:
        ElementTree.SubElement(entry, f"{{{_ATOM}}}link", {"rel": "alternate", "href": _xml_text(published.link)})
    for author in paper.authors:
        _add(_add(entry, "author", ""), "name", author)
    for dimension, tags in published.tags.items():
        for tag in tags:
            category = {"term": tag.id, "scheme": f"urn:tagger:{dimension}", "label": _xml_text(tag.name)}
            ElementTree.SubElement(entry, f"{{{_ATOM}}}category", category)
    _add(entry, "summary", paper.abstract)
    told = (f"{tag.name}: {tag.provenance}" for tag in published.all_tags)
    _add(entry, "content", f"{paper.abstract}\n\n" + "\n".join(told))


def _add(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}")
    if text:
        child.text = _xml_text(text)
    return child


def _xml_text(text: str) -> str:
    return _NOT_XML.sub("", text)
