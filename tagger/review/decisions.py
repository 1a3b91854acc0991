"""Makes decisions out of what a reviewer did."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tagger.domain.labels import Annotation, Decision, Suggestion, Verdict
from tagger.domain.tags import TagKey, Tags


def keys_of(tags: Tags) -> list[TagKey]:
    """Return tags as (dimension id, tag id) pairs, in their order."""
    return [(dimension, tag) for dimension, chosen in tags.items() for tag in chosen]


def accepting(
    paper_id: str,
    tags: Iterable[TagKey],
    suggestion: Suggestion | None,
    *,
    by: str,
    at: datetime,
    rule: str | None = None,
) -> list[Decision]:
    """Return decisions that accept ``tags``; one that wasn't suggested is added by the reviewer."""
    return [_decision(paper_id, tag, "accepted", suggestion, by=by, at=at, rule=rule) for tag in tags]


def rejecting(
    paper_id: str, tags: Iterable[TagKey], suggestion: Suggestion | None, *, by: str, at: datetime
) -> list[Decision]:
    """Return decisions that reject ``tags``."""
    return [_decision(paper_id, tag, "rejected", suggestion, by=by, at=at, rule=None) for tag in tags]


def from_annotation(
    annotation: Annotation, suggestion: Suggestion | None, former: Sequence[Decision]
) -> list[Decision]:
    """Return what an annotation made over a suggestion decides: tags kept and added are accepted, others rejected.

    ``former`` are the decisions on the paper so far: what the same person accepted and has taken out is rejected.
    A skip or a withdrawal takes back all that the person had decided on the paper.
    """
    own = {(d.dimension, d.tag): d for d in former if d.by == annotation.annotator and d.rule is None}
    if annotation.skipped or annotation.withdrawn:
        return withdrawing(annotation.paper_id, own.values(), by=annotation.annotator, at=annotation.at)
    if suggestion is None and not own:
        return []
    chosen = keys_of(annotation.tags)
    suggested = keys_of(suggestion.tags) if suggestion else []
    earlier = [key for key, decision in own.items() if decision.verdict == "accepted"]
    removed = [key for key in dict.fromkeys(suggested + earlier) if key not in set(chosen)]
    by, at = annotation.annotator, annotation.at
    accepted = accepting(annotation.paper_id, chosen, suggestion, by=by, at=at)
    return accepted + rejecting(annotation.paper_id, removed, suggestion, by=by, at=at)


def withdrawing(paper_id: str, former: Iterable[Decision], *, by: str, at: datetime) -> list[Decision]:
    """Return decisions that take back what ``by`` had decided on the paper."""
    keys = dict.fromkeys((d.dimension, d.tag) for d in former if d.verdict != "withdrawn")
    return [Decision(paper_id, dimension, tag, "withdrawn", by, at) for dimension, tag in keys]


def _decision(
    paper_id: str,
    tag: TagKey,
    verdict: Verdict,
    suggestion: Suggestion | None,
    *,
    by: str,
    at: datetime,
    rule: str | None,
) -> Decision:
    dimension, tag_id = tag
    suggested = suggestion is not None and tag_id in suggestion.tags.get(dimension, ())
    if suggestion is None or not suggested:
        return Decision(paper_id, dimension, tag_id, verdict, by, at, rule)
    score = suggestion.scores[dimension][tag_id]
    return Decision(paper_id, dimension, tag_id, verdict, by, at, rule, suggestion.model, score)
