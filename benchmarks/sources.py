"""Papers parsed of papers present, and fields lost, for every file of the shared data: a table in Markdown.

What is present is counted without our parsers: by the marks that begin a record.
Run: python -m benchmarks.sources [FOLDER]
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import yaml

from tagger.errors import SourceError
from tagger.sources import Parsed, parse_source

DEFAULT = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
FIELDS = ("abstract", "published", "authors", "url", "categories", "upvotes")
MARKS = {
    ".xml": rb"<entry>|<item>",
    ".ris": rb"(?m)^TY  -|^PT [A-Z]\r?$",
    ".bib": rb"(?m)^@inproceedings",
    ".jsonl": rb"(?m)^\{",
}


def bodies(path: Path) -> Iterator[bytes]:
    """Yield what a file holds for a parser: itself, or the answers that were recorded in it."""
    data = path.read_bytes()
    if path.suffix == ".yaml":
        for interaction in yaml.safe_load(data)["interactions"]:
            response = interaction["response"]
            yield (response["content"] if "content" in response else response["body"]["string"]).encode()
    elif path.parent.name == "arxiv_atom" and path.suffix == ".json":
        yield json.loads(data)["body"].encode()
    else:
        yield data


def present(path: Path, body: bytes) -> int:
    """Count the papers of a body by what begins each."""
    if path.suffix == ".gz":
        body = gzip.decompress(body)
    suffix = (path.with_suffix("") if path.suffix == ".gz" else path).suffix
    if path.parent.name == "arxiv_atom":
        suffix = ".xml"
    if suffix == ".txt":
        return sum(len(line.split()) >= 40 for line in body.decode().splitlines())
    if path.parent.name == "s2":
        answer = json.loads(body)
        wrapped = answer.get("data", answer.get("recommendedPapers", [answer])) if isinstance(answer, dict) else answer
        return len(wrapped)
    if path.parent.name == "hf_api":
        return len(re.findall(rb'"paper":\s*\{', body))
    return len(re.findall(MARKS[suffix], body))


def lost(parsed: list[Parsed]) -> str:
    """Tell the fields that some or all papers are without."""
    papers = [entry.paper for one in parsed for entry in one.entries]
    without = {field: sum(getattr(paper, field) in (None, "", ()) for paper in papers) for field in FIELDS}
    return ", ".join(f"{field} {count}" for field, count in without.items() if count) or "none"


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    print("| file | format | parsed / present | rejected | papers without a field |\n|---|---|--:|--:|---|")
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".md", ".partial")):
        parsed, count = [], 0
        for body in bodies(path):
            count += present(path, body)
            try:
                parsed.append(parse_source(body, today=datetime.now(UTC).date()))
            except SourceError as error:
                print(f"{path.name}: {error}", file=sys.stderr)
        formats = ", ".join(sorted({one.format for one in parsed}))
        entries, rejected = sum(len(p.entries) for p in parsed), sum(len(p.rejected) for p in parsed)
        name = path.relative_to(folder).as_posix()
        print(f"| {name} | {formats} | {entries} / {count} | {rejected} | {lost(parsed)} |")


if __name__ == "__main__":
    main()
