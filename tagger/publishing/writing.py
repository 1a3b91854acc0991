"""Renders a tagged digest to files; the same digest gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

from tagger.domain.latex import readable_latex
from tagger.files import write_files
from tagger.publishing.page import render, render_page
from tagger.publishing.view import PublishedPaper, PublishedTag, TaggedDigest

_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")


def render_digest(digest: TaggedDigest, templates: Path | None = None) -> dict[str, bytes]:
    """Return the digest's files by name: a web page, Markdown, JSON and an Atom feed.

    ``templates`` is a folder of the user's own templates. Raises PublishingError if one of them is wrong.
    """
    return {
        "index.html": render_page(digest, templates).encode(),
        "digest.md": _markdown(digest).encode(),
        "digest.json": _json(digest).encode(),
        "feed.xml": _feed(digest),
    }


def write_digest(digest: TaggedDigest, folder: Path, templates: Path | None = None) -> list[Path]:
    """Write the digest's files, all or none, and return their paths; one that says the same already isn't touched.

    Raises PublishingError if a template is wrong, and OSError as the system gives it.
    """
    contents = {folder / name: content for name, content in render_digest(digest, templates).items()}
    write_files({p: content for p, content in contents.items() if not p.is_file() or p.read_bytes() != content})
    return list(contents)


def _markdown(digest: TaggedDigest) -> str:
    return render("digest.md", digest=digest, plain=_escaped_markdown)


def _json(digest: TaggedDigest) -> str:
    document = {
        "day": digest.day.isoformat(),
        "title": digest.title,
        "tag_set": digest.tag_set.version,
        "edited_at": digest.edited_at.isoformat(),
        "withheld": digest.withheld,
        "tags_by_people": digest.tags_by_people,
        "tags_by_rule": digest.tags_by_rule,
        "corrections": [{"published": c.published.isoformat(), "lines": c.lines} for c in digest.corrections],
        "blind_checks": asdict(digest.checks) if digest.checks else None,
        "papers": [_json_paper(paper) for paper in digest.papers],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _json_paper(published: PublishedPaper) -> dict[str, object]:
    paper = published.paper
    return {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "url": published.link,
        "authors": list(paper.authors),
        "published": paper.published.isoformat() if paper.published else None,
        "upvotes": paper.upvotes,
        "tags": {dimension: [_json_tag(tag) for tag in tags] for dimension, tags in published.tags.items()},
    }


def _json_tag(tag: PublishedTag) -> dict[str, object]:
    return {
        "id": tag.id,
        "name": tag.name,
        "by": tag.person,
        "rule": tag.rule,
        "model": tag.model,
        "score": round(tag.score, 4) if tag.score is not None else None,
        "at": tag.at.isoformat(),
    }


def _feed(digest: TaggedDigest) -> bytes:
    """Return an Atom feed (RFC 4287). Its ids are made of the day and the papers' ids, so that they never change."""
    ElementTree.register_namespace("", _ATOM)
    updated = digest.edited_at.isoformat()
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    _add(feed, "title", f"{digest.title}, {digest.day.isoformat()}")
    _add(feed, "id", _urn(digest.day.isoformat()))
    _add(feed, "updated", updated)
    _add(_add(feed, "author", ""), "name", digest.title)
    for published in digest.papers:
        paper = published.paper
        entry = _add(feed, "entry", "")
        _add(entry, "title", readable_latex(paper.title))
        _add(entry, "id", _urn(f"{digest.day.isoformat()} {paper.id}"))
        _add(
            entry,
            "updated",
            max((t.at for tags in published.tags.values() for t in tags), default=digest.edited_at).isoformat(),
        )
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


def _urn(name: str) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def _escaped_markdown(text: str) -> str:
    """Return text that Markdown shows as it is, also at the start of a line."""
    escaped = _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
    return re.sub(r"^(\d+)([.)])|^([-+=])", lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)
