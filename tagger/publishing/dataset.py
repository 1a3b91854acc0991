"""``dataset/``: a folder that ``datasets.load_dataset`` reads, and that may be put on a hub as it is."""

from __future__ import annotations

import json
from datetime import UTC

from tagger.publishing.plain_text import escaped_markdown, one_line
from tagger.publishing.view import PublishedPaper, TaggedDigest

# Types are said and not guessed: a day on which nobody used a rule would make that column one of nulls.
_COLUMNS = (
    ("digest", "date32", "the day of the digest"),
    ("tag_set", "int64", "the version of the tag set"),
    ("id", "string", "the paper's id: an arXiv id, a DOI, or `t-` and a hash of its title"),
    ("title", "string", "as its source gives it; formulas in LaTeX"),
    ("abstract", "string", "as its source gives it"),
    ("url", "string", "its address on the web"),
    ("authors", "list", "their names"),
    ("published", "date32", "the day it appeared"),
    ("upvotes", "int64", "how many it had when it was taken in"),
)
_TAG_COLUMNS = (
    ("dimension", "string", "the id of the question that the tag answers"),
    ("id", "string", "the tag's id"),
    ("name", "string", "the tag's name"),
    ("by", "string", "who accepted it, or who set the rule going that did"),
    ("rule", "string", "the rule that accepted it; null where a person did"),
    ("model", "string", "the model version that had suggested it; null where none had"),
    ("score", "float64", "how sure that model was, from 0 to 1"),
    ("at", "timestamp[us, tz=UTC]", "when it was accepted"),
)


def dataset_rows(digest: TaggedDigest) -> bytes:
    """Return the digest as JSON Lines, one paper a line."""
    lines = (json.dumps(_row(digest, published), ensure_ascii=False) + "\n" for published in digest.papers)
    return "".join(lines).encode(errors="replace")


def data_card(digest: TaggedDigest) -> bytes:
    """Return the folder's card. It tells nothing of the day, so that further days join the folder."""
    title = one_line(digest.title)
    lines = [
        "---",
        f"pretty_name: {json.dumps(title, ensure_ascii=False)}",
        "# license: yours to choose, for the tags; abstracts are their authors'",
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        "    path: data/*.jsonl",
        "dataset_info:",
        "  features:",
        *(_feature(name, kind) for name, kind, _ in _COLUMNS),
        "  - name: tags",
        "    list:",
        *(f"    - name: {name}\n      dtype: {kind}" for name, kind, _ in _TAG_COLUMNS),
        "---",
        "",
        f"# {escaped_markdown(title)}",
        "",
        "Papers of daily digests with their tags. Every tag was accepted by a person or by a rule that a person set",
        "going; papers that await review are left out. One file a day, one paper a line.",
        "",
        '```python\nfrom datasets import load_dataset\n\npapers = load_dataset(".", split="train")\n```',
        "",
        *_table("column", _COLUMNS),
        "| `tags` | list | what was accepted, each with its provenance |",
        "",
        *_table("of a tag", _TAG_COLUMNS),
        "",
        f"## Tags, in version {digest.tag_set.version} of the tag set",
    ]
    for dimension in digest.tag_set.dimensions:
        lines += ["", f"**{_cell(dimension.id)}**: {_cell(dimension.question)}", ""]
        lines += [
            f"- `{tag.id}`: {': '.join(filter(None, (_cell(tag.name), _cell(tag.means))))}" for tag in dimension.tags
        ]
    licence = "No licence is given here: choose one for the tags. Titles and abstracts are their authors'."
    return ("\n".join([*lines, "", "## Licence", "", licence]) + "\n").encode(errors="replace")


def _feature(name: str, kind: str) -> str:
    return f"  - name: {name}\n    " + ("list: string" if kind == "list" else f"dtype: {kind}")


def _table(head: str, columns: tuple[tuple[str, str, str], ...]) -> list[str]:
    rows = [f"| `{name}` | {kind} | {means} |" for name, kind, means in columns]
    return [f"| {head} | type | what it is |", "|---|---|---|", *rows]


def _cell(text: str) -> str:
    return escaped_markdown(one_line(text))


def _row(digest: TaggedDigest, published: PublishedPaper) -> dict[str, object]:
    paper = published.paper
    tags = [
        {
            "dimension": dimension,
            "id": tag.id,
            "name": tag.name,
            "by": tag.person,
            "rule": tag.rule,
            "model": tag.model,
            "score": round(tag.score, 4) if tag.score is not None else None,
            "at": tag.at.astimezone(UTC).isoformat(),
        }
        for dimension, tags in published.tags.items()
        for tag in tags
    ]
    return {
        "digest": digest.day.isoformat(),
        "tag_set": digest.tag_set.version,
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "url": published.link,
        "authors": list(paper.authors),
        "published": paper.published.isoformat() if paper.published else None,
        "upvotes": paper.upvotes,
        "tags": tags,
    }
