"""``feed.json``: a JSON Feed, for feed readers and programs."""

from __future__ import annotations

import json

from tagger.domain.latex import readable_latex
from tagger.publishing.identity import digest_urn, paper_urn
from tagger.publishing.json_document import json_tag
from tagger.publishing.plain_text import one_line
from tagger.publishing.view import PublishedPaper, TaggedDigest

_VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(digest: TaggedDigest) -> bytes:
    """Return a JSON Feed 1.1 of the digest's papers, whose ids are those of the Atom feed.

    ``tags`` are names; ids and provenance stand under ``_tagger``, as the format asks of what it doesn't define.
    """
    document = {
        "version": _VERSION,
        "title": f"{one_line(digest.title)}, {digest.day.isoformat()}",
        "_tagger": {"id": digest_urn(digest), "day": digest.day.isoformat(), "tag_set": digest.tag_set.version},
        "items": [_item(digest, published) for published in digest.papers],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")


def _item(digest: TaggedDigest, published: PublishedPaper) -> dict[str, object]:
    paper = published.paper
    told = "\n".join(f"{one_line(tag.name)}: {one_line(tag.provenance)}" for tag in published.all_tags)
    item: dict[str, object] = {
        "id": paper_urn(digest, published),
        "title": one_line(readable_latex(paper.title)),
        "content_text": f"{paper.abstract}\n\n{told}".strip(),
        "date_modified": (published.edited_at or digest.edited_at).isoformat(),
        "tags": list(dict.fromkeys(one_line(tag.name) for tag in published.all_tags)),
        "_tagger": {
            "paper": paper.id,
            "tags": {dimension: [json_tag(tag) for tag in tags] for dimension, tags in published.tags.items()},
        },
    }
    if published.link:
        item["url"] = published.link
    if paper.authors:
        item["authors"] = [{"name": one_line(author)} for author in paper.authors]
    return item
