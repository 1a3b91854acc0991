"""What speaks for suggested tags, in lines for people."""

import textwrap
from collections.abc import Sequence

from tagger.cli.output import WIDTH, counted, printable
from tagger.domain.evidence import FoundWord, LabelledPaper, TagEvidence
from tagger.domain.labels import Suggestion
from tagger.domain.tags import Tags

LEGEND = (
    "found: the tag's own words. looked at: what the attention head took for signs of",
    "it. score: shares, which add up to the score's log odds. like: the labelled",
    "papers nearest, with the tags they share with this one, and those they don't.",
)
LEGEND_OF_ONE = (*LEGEND[:2], "papers nearest, with their tags.")
UNBACKED = "no label backs it"
_UNBROKEN = "\xa0"


def explained(suggestion: Suggestion) -> list[str]:
    """Return the lines that tell what speaks for each suggested tag, and which labelled papers are nearest."""
    evidence = suggestion.evidence
    lines = []
    for dimension, tags in suggestion.tags.items():
        for tag in tags:
            found = evidence.of(dimension, tag)
            said = f"  {dimension}: {tag} {suggestion.scores[dimension][tag]:.2f}"
            lines.append(printable(f"{said}, {_backing(found)}" if found else said))
            lines += _tag_lines(found) if found else []
    if not evidence.tags and any(suggestion.tags.values()):
        lines.append("  Nothing was kept of what speaks for them: an older tagger suggested them.")
    return lines + [line for paper in evidence.nearest for line in _neighbour_lines(paper, suggestion.tags)]


def tag_evidence(dimension: str, found: TagEvidence, nearest: Sequence[LabelledPaper]) -> list[str]:
    """Return the lines that tell what speaks for one tag of a dimension, and the nearest labelled papers' tags."""
    lines = [f"      {_backing(found)}", *_tag_lines(found)]
    for paper in nearest:
        start = f"      like {paper.likeness:.2f}  "
        own_first = sorted(paper.tags.items(), key=lambda carried: carried[0] != dimension)
        tags = "; ".join(f"{name} {', '.join(carried)}" for name, carried in own_first if carried)
        lines += [printable(f"{start}{paper.id}  {paper.title}")[:WIDTH], *_wrapped(" " * len(start), tags)]
    return lines


def _backing(found: TagEvidence) -> str:
    return f"learnt from {counted(found.labelled_papers, 'paper')}" if found.labelled_papers else UNBACKED


def _tag_lines(found: TagEvidence) -> list[str]:
    shares = [f"{source} {share:+.1f}" for source, share in found.ranked_shares() if abs(share) >= 0.05]
    parts = (("found", [_word(word) for word in found.words]), ("looked at", found.looked_at), ("score", shares))
    return [line for name, items in parts if items for line in _wrapped(f"      {name:11}", ", ".join(items))]


def _word(word: FoundWord) -> str:
    times = f" {word.title + word.abstract}x" if word.title + word.abstract > 1 else ""
    return f"{word.word}{times}{' (title)' if word.title else ''}"


def _neighbour_lines(paper: LabelledPaper, suggested: Tags) -> list[str]:
    carried = [(tag, tag in suggested[dimension]) for dimension in suggested for tag in paper.tags.get(dimension, ())]
    same = ", ".join(tag for tag, shared in carried if shared)
    others = ", ".join(tag for tag, shared in carried if not shared)
    tags = "; ".join(f"{name} {text}" for name, text in (("also", same), ("but", others)) if text)
    start = f"  like {paper.likeness:.2f}  "
    return [printable(f"{start}{paper.id}  {paper.title}")[:WIDTH], *_wrapped(" " * len(start), tags)]


def _wrapped(start: str, text: str) -> list[str]:
    """Return text in lines of the terminal's width, broken after commas where that can be."""
    one = printable(text).replace(" ", _UNBROKEN).replace(f",{_UNBROKEN}", ", ").replace(f";{_UNBROKEN}", "; ")
    lines = textwrap.wrap(one, WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False)
    return [line.replace(_UNBROKEN, " ") for line in lines]
