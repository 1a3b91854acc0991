"""Renders a tagged digest to files; the same digest gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tagger.files import write_files
from tagger.publishing.atom_feed import atom_feed
from tagger.publishing.bibliography import bibliography
from tagger.publishing.chat import chat_messages
from tagger.publishing.dataset import data_card, dataset_rows
from tagger.publishing.email_message import email_message
from tagger.publishing.json_document import json_document
from tagger.publishing.json_feed import json_feed
from tagger.publishing.markdown import markdown
from tagger.publishing.page import render_page
from tagger.publishing.view import Neighbours, TaggedDigest


def render_digest(digest: TaggedDigest, templates: Path | None = None) -> dict[str, bytes]:
    """Return the digest's files by name, with ``/`` where one is in a folder; docs/publishing.md tells what each is.

    ``templates`` is a folder of the user's own templates. Raises PublishingError if one of them is wrong.
    """
    others = {
        **_every_day(digest),
        "feed.json": json_feed(digest),
        "digest.eml": email_message(digest),
        "digest.bib": bibliography(digest),
        "digest.txt": chat_messages(digest),
        "dataset/README.md": data_card(digest),
        f"dataset/data/{digest.day.isoformat()}.jsonl": dataset_rows(digest),
    }
    return {"index.html": render_page(digest, list(others), templates).encode(errors="replace"), **others}


def render_day(
    digest: TaggedDigest, templates: Path | None = None, neighbours: Neighbours | None = None
) -> dict[str, bytes]:
    """Return those of the digest's files that an archive holds of each day: the page and what it links to."""
    others = _every_day(digest)
    page = render_page(digest, list(others), templates, neighbours)
    return {"index.html": page.encode(errors="replace"), **others}


def _every_day(digest: TaggedDigest) -> dict[str, bytes]:
    return {
        "digest.md": markdown(digest),
        "digest.json": json_document(digest),
        "feed.xml": atom_feed(digest),
    }


def write_digest(digest: TaggedDigest, folder: Path, templates: Path | None = None) -> list[Path]:
    """Write the digest's files, all or none, and return their paths; one that says the same already isn't touched.

    Raises PublishingError if a template is wrong, and OSError as the system gives it.
    """
    files = render_digest(digest, templates)
    write_changed(files, folder)
    return [folder / name for name in files]


def write_changed(files: Mapping[str, bytes], folder: Path) -> int:
    """Write files by their names in a folder, all or none, and return how many: those that say the same stay.

    Raises OSError as the system gives it.
    """
    contents = {folder / name: content for name, content in files.items()}
    changed = {p: content for p, content in contents.items() if not p.is_file() or p.read_bytes() != content}
    write_files(changed)
    return len(changed)
