"""What each person's standing word on a tag is, and where people's words differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tagger.domain.labels import Annotation, Decision
from tagger.domain.tags import TagKey, TagSet
from tagger.review.decisions import keys_of


@dataclass(frozen=True, slots=True)
class Word:
    """What one person said of one tag: whether the paper carries it, when, and in which way."""

    by: str
    carries: bool
    at: datetime
    way: Literal["annotation", "decision"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A tag of a paper on which people's standing words differ; ``words`` are one a person, and the last one holds."""

    paper_id: str
    dimension: str
    tag: str
    words: tuple[Word, ...]

    @property
    def holds(self) -> Word:
        """The word that holds until the conflict is settled."""
        return self.words[-1]

    def who(self, *, carries: bool) -> list[str]:
        """Return who says that the paper carries the tag, or that it doesn't."""
        return [word.by for word in self.words if word.carries == carries]


def conflicts(
    paper_id: str, tag_set: TagSet, annotations: Sequence[Annotation], decisions: Sequence[Decision]
) -> list[Conflict]:
    """Return the tags of one paper on which people differ, in the tag set's order.

    A decision on a tag that people already differ on settles it: what was said before it counts no more.
    """
    if len({said.annotator for said in annotations} | {d.by for d in decisions if d.rule is None}) < 2:
        return []
    spoken_of = {key for a in annotations for key in keys_of(a.tags)} | {(d.dimension, d.tag) for d in decisions}
    found = []
    for dimension in tag_set.dimensions:
        for tag in dimension.tag_ids:
            if (dimension.id, tag) in spoken_of:
                words = standing_words((dimension.id, tag), annotations, decisions)
                if differ(words):
                    found.append(Conflict(paper_id, dimension.id, tag, tuple(words)))
    return found


def standing_words(key: TagKey, annotations: Iterable[Annotation], decisions: Iterable[Decision]) -> list[Word]:
    """Return each person's last word on a tag of one paper since it was last settled, oldest first.

    An annotation speaks of every tag that there was then. Skips say nothing, withdrawn words are as if they had never
    been, and rules have no word here.
    """
    annotated: dict[str, Word] = {}
    decided: dict[str, Word] = {}
    for said in _in_order(key, annotations, decisions):
        if isinstance(said, Annotation):
            annotated.pop(said.annotator, None)
            if not said.skipped and key not in said.unasked:
                carries = key[1] in said.tags.get(key[0], ())
                annotated[said.annotator] = Word(said.annotator, carries, said.at, "annotation")
            continue
        if differ(_last_words(annotated, decided)):
            annotated, decided = {}, {}
        decided[said.by] = Word(said.by, said.verdict == "accepted", said.at, "decision")
    return _last_words(annotated, decided)


def differ(words: Iterable[Word]) -> bool:
    """Return whether some say that a paper carries a tag and others that it doesn't."""
    return len({word.carries for word in words}) > 1


def _last_words(annotated: dict[str, Word], decided: dict[str, Word]) -> list[Word]:
    """Return one word a person, oldest first; at equal times a decision comes after an annotation."""
    last = dict(annotated)
    for by, word in decided.items():
        if by not in last or word.at >= last[by].at:
            last[by] = word
    return sorted(last.values(), key=lambda word: (word.at, word.way == "decision"))


def _in_order(
    key: TagKey, annotations: Iterable[Annotation], decisions: Iterable[Decision]
) -> list[Annotation | Decision]:
    """Return what stands of what was said on a tag, oldest first.

    Decisions that an annotation brought along, at its own time, say nothing that it doesn't.
    """
    last = {a.annotator: a for a in sorted(annotations, key=lambda a: a.at)}
    said = [a for a in annotations if not last[a.annotator].withdrawn and not a.withdrawn]
    brought = {(a.annotator, a.at, key[1] in a.tags.get(key[0], ())) for a in said if not a.skipped}
    on_it = sorted((d for d in decisions if (d.dimension, d.tag) == key and d.rule is None), key=lambda d: d.at)
    verdicts = {d.by: d.verdict for d in on_it}
    own = [d for d in on_it if verdicts[d.by] != "withdrawn" and d.verdict != "withdrawn"]
    own = [d for d in own if (d.by, d.at, d.verdict == "accepted") not in brought]
    return sorted([*said, *own], key=lambda each: each.at)
