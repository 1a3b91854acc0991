"""Whether `tagger tags propose` finds a tag again that was taken out of the tag set: the figure in docs/tags.md.

    python -m benchmarks.tag_proposals ANNOTATIONS.jsonl

Each tag of the task and method-family dimensions with twelve uses or more is taken out alone. It counts as found again
if one of the first twenty topics is named with one of its words, or if at least half of the topic's papers carry it.
"""

import sys

from benchmarks.make_prior import read_pool
from benchmarks.new_tags import tags_without, without
from tagger.domain.tags import Tag
from tagger.learning.tag_proposals import TagProposal, propose_tags
from tagger.learning.word_proposals import phrase_key, terms

LEAST_USES, FIRST = 12, 20


def main(source: str) -> None:
    """Take each tag out, and print whether and as what it is found again."""
    pool = read_pool(source)
    found = tried = 0
    papers = [e.paper for e in pool.examples]
    phrases = [terms(paper)[0] for paper in papers]
    for dimension in pool.tag_set.dimensions:
        for tag in dimension.tags if dimension.id != "modality" else ():
            carry = {row for row, e in enumerate(pool.examples) if tag.id in e.tags[dimension.id]}
            if len(carry) < LEAST_USES:
                continue
            gone = {(dimension.id, tag.id)}
            carried = [tags_without(e, gone) for e in pool.examples]
            topics = propose_tags(papers, carried, without(pool.tag_set, gone), FIRST)
            hit = next((t for t in topics if _is_it(t, tag, carry, phrases)), None)
            tried, found = tried + 1, found + (hit is not None)
            print(f"{dimension.id}:{tag.id:32} {hit.name if hit else '-'}", flush=True)
    print(f"{found} of {tried} found again")


def _is_it(topic: TagProposal, tag: Tag, carry: set[int], found: list[frozenset[str]]) -> bool:
    names = {phrase_key(word) for word in (topic.name, *topic.words)}
    if names & {phrase_key(word) for word in (tag.name, *tag.also)}:
        return True
    rows = {row for row, of in enumerate(found) if topic.name in of}
    return 2 * len(rows & carry) >= len(rows) > 0


if __name__ == "__main__":
    main(sys.argv[1])
