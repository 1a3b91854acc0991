"""``digest.bib``: BibTeX, for reference managers and LaTeX."""

from __future__ import annotations

import hashlib
import re

from tagger.publishing.formulas import is_mathematics
from tagger.publishing.plain_text import one_line
from tagger.publishing.view import PublishedPaper, TaggedDigest

_ARXIV = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7}", re.ASCII)
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>{}\\]+", re.ASCII)
_SUBJECT = re.compile(r"[a-z-]+\.[A-Za-z-]{2,}|(?:hep|nucl|quant|math|gr)-[a-z]+", re.ASCII)
_FORMULA = re.compile(r"(\$(?!\s)[^$]{1,200}(?<!\s)\$(?!\d))")
_COMMENT = re.compile(r"(?<!\\)[%#]|\\$")
_LIGATURE = re.compile(r"(?<=([-`',<>]))(?=\1)|(?<=[?!])(?=`)")
# Braces have to pair up even behind a backslash, so they are named.
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\lbrace{}",
    "}": r"\rbrace{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {c: f"\\{c}" for c in "&%#_$"}


def bibliography(digest: TaggedDigest) -> bytes:
    """Return an entry a paper, as UTF-8: its tags are the keywords; formulas between dollars stay as they are."""
    head = f"{one_line(digest.title)}, {digest.day.isoformat()}".replace("@", "(at)")
    entries = [f"% {head}\n", *(_entry(published) for published in digest.papers)]
    return "\n".join(entries).encode(errors="replace")


def _entry(published: PublishedPaper) -> str:
    paper = published.paper
    names = dict.fromkeys(one_line(re.sub("[,;]", " ", tag.name)) for tag in published.all_tags)
    fields = {
        "title": f"{{{_latex(paper.title)}}}",  # in braces of its own, so that a style leaves capitals alone
        "author": " and ".join(_name(author) for author in paper.authors if one_line(author)),
        "year": str(paper.published.year) if paper.published else "",
        "date": paper.published.isoformat() if paper.published else "",
        **_ids(published),
        "url": (published.link or "").replace("\\", ""),
        "keywords": ", ".join(_latex(name) for name in names if name),
        "abstract": _latex(paper.abstract),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@misc{{{_key(paper.id)},\n{''.join(lines)}}}\n"


def _ids(published: PublishedPaper) -> dict[str, str]:
    paper = published.paper
    doi = {"doi": paper.doi} if paper.doi and _DOI.fullmatch(paper.doi) else {}
    if _ARXIV.fullmatch(paper.id):
        subject = paper.categories[0] if paper.categories and _SUBJECT.fullmatch(paper.categories[0]) else ""
        return {"eprint": paper.id, "archiveprefix": "arXiv", "primaryclass": subject} | doi
    return doi


def _key(paper_id: str) -> str:
    """Return the entry's key: the id, where BibTeX can take it, which doesn't tell capitals from small letters."""
    if re.fullmatch(r"[a-z0-9.:/-]+", paper_id):
        return paper_id
    digest = hashlib.sha256(paper_id.encode("utf-8", "surrogatepass")).hexdigest()
    return re.sub(r"[^a-z0-9.:/-]+", "-", paper_id.lower()).strip("-")[:60] + f"-{digest[:8]}"


def _name(name: str) -> str:
    """Return an author's name; in braces if BibTeX would part it or read it as something else."""
    parts = re.search(r",|\band\b|^others$", one_line(name), re.IGNORECASE)
    return f"{{{_latex(name)}}}" if parts else _latex(name)


def _latex(text: str) -> str:
    """Return text as LaTeX sets it. One that would break the entry or the line, or that is more than
    mathematics, is text like any other: whoever typesets it doesn't know who wrote it.
    """
    parts = _FORMULA.split(one_line(text))
    return "".join(part if i % 2 and _is_sound(part[1:-1]) else _escaped(part) for i, part in enumerate(parts))


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in _LIGATURE.sub("\0", text)).replace("\0", "{}")


def _is_sound(formula: str) -> bool:
    depth = 0
    for c in re.sub(r"\\[^{}]", "", formula):
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0 and not _COMMENT.search(formula) and is_mathematics(formula)
