"""``digest.eml``: a message that a mail program opens, as HTML and as text."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from tagger.domain.latex import readable_latex
from tagger.publishing.identity import digest_urn
from tagger.publishing.plain_text import one_line, shortened
from tagger.publishing.view import PublishedPaper, TaggedDigest

LIMIT = 100_000
"""The most bytes of the whole message: Gmail hides what comes after 102 kB."""

_TITLE, _TAGS, _LINK = 300, 400, 500
_ABSTRACTS = (100_000, 800, 500, 300, 200, 120, 0)
# Addresses under .invalid are nobody's, so an answer goes nowhere and no one is taken for the sender.
_HOST = "tagger.invalid"
_BODY = "font-family:Arial,sans-serif;font-size:15px;line-height:1.45;color:#222222"
_SMALL = "font-size:13px;color:#555555"
_MAX_PAPERS = 400


def email_message(digest: TaggedDigest) -> bytes:
    """Return the message, of at most ``LIMIT`` bytes: abstracts are cut as short as it takes, then papers left out.

    It says what was cut. The same digest gives the same bytes.
    """
    papers = digest.papers[:_MAX_PAPERS]
    for limit in _ABSTRACTS:
        message = _message(digest, papers, limit)
        if len(message) <= LIMIT:
            return message
    while len(message) > LIMIT and papers:
        papers = papers[: int(len(papers) * 0.9)]
        message = _message(digest, papers, 0)
    return message


def _message(digest: TaggedDigest, papers: Sequence[PublishedPaper], limit: int) -> bytes:
    day, title = digest.day.isoformat(), shortened(one_line(digest.title), 100)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"{title}, {day}"
    message["From"] = f"tagger <digest@{_HOST}>"
    message["Date"] = digest.edited_at
    message["Message-ID"] = f"<{day}.{digest_urn(digest).removeprefix('urn:uuid:')}@{_HOST}>"
    message["X-Unsent"] = "1"  # Outlook opens it as a draft to send
    notes = _notes(digest, papers, limit)
    message.set_content(_text(title, day, notes, papers, limit), cte="quoted-printable")
    message.add_alternative(_html(title, day, notes, papers, limit), subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_tagger_{day}")  # quoted-printable never has "=_", so no text can end a part
    return message.as_bytes()


def _notes(digest: TaggedDigest, papers: Sequence[PublishedPaper], limit: int) -> list[str]:
    notes = [f"{len(digest.papers)} papers."]
    if digest.withheld:
        notes.append(f"{digest.withheld} more await review.")
    if limit == 0 and any(p.paper.abstract for p in papers):
        notes.append("Abstracts are left out to keep this message short.")
    elif any(len(one_line(p.paper.abstract)) > limit for p in papers):
        notes.append("Abstracts are shortened to keep this message short.")
    if left := len(digest.papers) - len(papers):
        notes.append(f"{left} papers are left out here; the digest's page has all.")
    return notes


def _parts(published: PublishedPaper, limit: int) -> tuple[str, str, str, str]:
    """Return a paper's title, address, tags and abstract; the address is empty if there is none of bearable length."""
    link = published.link or ""
    tags = ", ".join(dict.fromkeys(one_line(tag.name) for tag in published.all_tags))
    title = shortened(one_line(readable_latex(published.paper.title)), _TITLE)
    abstract = shortened(one_line(readable_latex(published.paper.abstract)), limit)
    return title, link if len(link) <= _LINK else "", shortened(tags, _TAGS), abstract


def _text(title: str, day: str, notes: Sequence[str], papers: Sequence[PublishedPaper], limit: int) -> str:
    blocks = [f"{title}, {day}\n{' '.join(notes)}"]
    blocks += ["\n".join(filter(None, _parts(published, limit))) for published in papers]
    return "\n\n".join(blocks) + "\n"


def _html(title: str, day: str, notes: Sequence[str], papers: Sequence[PublishedPaper], limit: int) -> str:
    lines = [
        f'<html><body style="{_BODY}">',
        f'<h1 style="font-size:20px">{escape(title)}, {day}</h1>',
        f'<p style="{_SMALL}">{escape(" ".join(notes))}</p>',
    ]
    for published in papers:
        name, link, tags, abstract = (escape(part) for part in _parts(published, limit))
        lines.append("<p><b>" + (f'<a href="{link}">{name}</a>' if link else name) + "</b>")
        lines += [f'<br><span style="{_SMALL}">{tags}</span>'] if tags else []
        lines += [f"<br>{abstract}"] if abstract else []
        lines.append("</p>")
    return "\n".join([*lines, "</body></html>"]) + "\n"
