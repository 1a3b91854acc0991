"""Renders a tagged digest to files; the same digest gives the same bytes."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagger.domain.latex import readable_latex
from tagger.files import write_files
from tagger.publishing.atom_feed import atom_feed
from tagger.publishing.bibliography import bibliography
from tagger.publishing.chat import chat_messages
from tagger.publishing.dataset import data_card, dataset_rows
from tagger.publishing.email_message import email_message
from tagger.publishing.json_document import json_document
from tagger.publishing.json_feed import json_feed
from tagger.publishing.plain_text import escaped_markdown
from tagger.publishing.view import TaggedDigest

if TYPE_CHECKING:
    from jinja2 import Environment


def render_digest(digest: TaggedDigest) -> dict[str, bytes]:
    """Return the digest's files by name, with ``/`` where one is in a folder; docs/publishing.md tells what each is."""
    return {
        "index.html": _page(digest).encode(errors="replace"),
        "digest.md": _markdown(digest).encode(errors="replace"),
        "digest.json": json_document(digest),
        "feed.xml": atom_feed(digest),
        "feed.json": json_feed(digest),
        "digest.eml": email_message(digest),
        "digest.bib": bibliography(digest),
        "digest.txt": chat_messages(digest),
        "dataset/README.md": data_card(digest),
        f"dataset/data/{digest.day.isoformat()}.jsonl": dataset_rows(digest),
    }


def write_digest(digest: TaggedDigest, folder: Path) -> list[Path]:
    """Write the digest's files, all or none, and return their paths; one that says the same already isn't touched.

    Raises OSError as the system gives it.
    """
    contents = {folder / name: content for name, content in render_digest(digest).items()}
    write_files({p: content for p, content in contents.items() if not p.is_file() or p.read_bytes() != content})
    return list(contents)


def _page(digest: TaggedDigest) -> str:
    environment = _environment()
    style, script = (environment.get_template(name).render().strip() for name in ("page.css", "page.js"))
    allowed = f"style-src '{_csp_hash(style)}'; script-src '{_csp_hash(script)}'; img-src data:"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    template = environment.get_template("page.html")
    return template.render(digest=digest, style=style, script=script, policy=policy, readable=readable_latex) + "\n"


def _markdown(digest: TaggedDigest) -> str:
    template = _environment().get_template("digest.md")
    return template.render(digest=digest, plain=escaped_markdown, readable=readable_latex).strip() + "\n"


def _csp_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def escapes(name: str | None) -> bool:
        return name is not None and name.endswith(".html")

    settings: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=escapes, **settings)
