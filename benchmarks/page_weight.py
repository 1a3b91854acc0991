"""How heavy a published page is: a hundred papers of a JSON Lines file, with five invented tags each, the usual number.

Usage: python -m benchmarks.page_weight FILE
"""

from __future__ import annotations

import gzip
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from tagger.publishing import PublishedPaper, PublishedTag, TaggedDigest, render_digest
from tagger.sources.detection import read_source
from tagger.tagset import read_tag_set

AT = datetime(2026, 8, 7, 9, 30, tzinfo=UTC)
PAPERS, TAGS = 100, 5


def main(file: str) -> None:
    """Print the size of the page in kB, as it is and as servers send it."""
    tag_set = read_tag_set(Path("labels") / "tags.yaml")
    entries = read_source(file, today=AT.date()).entries[:PAPERS]
    tags = [(dimension.id, tag) for dimension in tag_set.dimensions for tag in dimension.tags]
    published = []
    for number, entry in enumerate(entries):
        held: dict[str, list[PublishedTag]] = {}
        for place in range(TAGS):
            dimension, tag = tags[(number * 7 + place * 11) % len(tags)]
            how = PublishedTag(tag.id, tag.name, tag.means, "ann", "precision>=0.95", "2026-08-01-1", 0.93, AT)
            held.setdefault(dimension, []).append(how)
        published.append(PublishedPaper(entry.paper, {d: tuple(found) for d, found in held.items()}))
    digest = TaggedDigest(date(2026, 8, 7), "Daily Papers", tag_set, tuple(published), 0, AT)
    page = render_digest(digest)["index.html"]
    abstracts = sum(len(entry.paper.abstract.encode()) for entry in entries)
    print("| papers | page, kB | of it abstracts, kB | compressed (gzip), kB |\n|--:|--:|--:|--:|")
    print(f"| {len(entries)} | {len(page) / 1e3:.0f} | {abstracts / 1e3:.0f} | {len(gzip.compress(page)) / 1e3:.0f} |")


if __name__ == "__main__":
    main(sys.argv[1])
