"""Takes back what a person just said, by saying something further: nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tagger.domain.labels import Annotation, Decision, standing_annotations
from tagger.errors import ReviewError
from tagger.review.words import standing_words

Said = tuple[Sequence[Annotation], Sequence[Decision]]
"""All annotations and decisions of one paper."""


def undoing(before: Said, after: Said, *, by: str, at: datetime) -> tuple[list[Annotation], list[Decision]]:
    """Return what ``by`` has to say so that a paper stands as it did ``before`` they said what came ``after``.

    Their former word is said again where it was the last one; otherwise the new one is withdrawn. Raises ReviewError
    where someone else has spoken since an annotation that would have to be said again.
    """
    annotations_before, decisions_before = before
    decisions = []
    new = [d for d in after[1] if d not in decisions_before and d.by == by]
    for last in {(d.dimension, d.tag): d for d in new}.values():
        words = standing_words((last.dimension, last.tag), *before)
        own = [
            d for d in decisions_before if (d.by, d.dimension, d.tag, d.rule) == (by, last.dimension, last.tag, None)
        ]
        if own and words and (words[-1].by, words[-1].way) == (by, "decision"):
            decisions.append(replace(own[-1], at=at))
        else:
            decisions.append(Decision(last.paper_id, last.dimension, last.tag, "withdrawn", by, at))
    annotations = []
    replaced = [a for a in after[0] if a not in annotations_before and a.annotator == by]
    if replaced:
        former = [a for a in standing_annotations(annotations_before) if a.annotator == by]
        if former and _others_spoke(before, former[0]):
            raise ReviewError("others have spoken since your annotation, so it can't be put back", "Decide tag by tag")
        withdrawn = Annotation(replaced[0].paper_id, by, at, withdrawn=True)
        annotations.append(replace(former[0], at=at) if former else withdrawn)
    return annotations, decisions


def _others_spoke(said: Said, since: Annotation) -> bool:
    annotations, decisions = said
    words = [(a.annotator, a.at) for a in annotations] + [(d.by, d.at) for d in decisions]
    return any(by != since.annotator and at > since.at for by, at in words)
