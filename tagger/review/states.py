"""Where a paper stands between its suggestions and what people decided."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tagger.domain.labels import (
    Annotation,
    Decision,
    EffectiveTag,
    Suggestion,
    decided_tags,
    effective_tags,
    standing_annotations,
)
from tagger.domain.tags import TagKey, TagSet
from tagger.review.decisions import keys_of
from tagger.review.words import Conflict, conflicts

Status = Literal["untagged", "waiting", "decided", "skipped"]


@dataclass(frozen=True, slots=True)
class PaperState:
    """One paper's state.

    ``undecided`` are the suggested tags of the tag set without a verdict, ``verdicts`` the tags that have one,
    ``missing`` the required dimensions no tag holds in, and ``conflicts`` the tags that people differ on. A paper is
    decided when nothing is undecided or missing; once it is, later suggestions don't open it again, but what was said
    since one came is about that one. What people tagged is open only in what is missing. ``unasked`` are tags that came
    later than what was said of the paper.
    """

    paper_id: str
    suggestion: Suggestion | None
    effective: tuple[EffectiveTag, ...]
    undecided: tuple[TagKey, ...]
    verdicts: frozenset[TagKey]
    missing: tuple[str, ...]
    annotated: bool
    status: Status
    conflicts: tuple[Conflict, ...] = ()
    unasked: frozenset[TagKey] = frozenset()

    @property
    def disputed(self) -> frozenset[TagKey]:
        """The tags that people differ on."""
        return frozenset((conflict.dimension, conflict.tag) for conflict in self.conflicts)

    @property
    def needs_person(self) -> bool:
        """Whether no rule may settle the paper: the model isn't sure, or it is people's tags that lack something."""
        return self.suggestion is None or self.suggestion.needs_review or self.annotated or not self.undecided


def paper_state(
    paper_id: str,
    tag_set: TagSet,
    suggestions: Sequence[Suggestion],
    annotations: Sequence[Annotation],
    decisions: Sequence[Decision],
    model: str | None = None,
) -> PaperState:
    """Return the state of one paper from all that was ever said of it; ``suggestions`` are oldest first.

    The suggestion that stands is that of ``model``, the version in use, or else the last.
    """
    standing = standing_annotations(annotations)
    annotated = any(not a.skipped for a in standing)
    skipped = not annotated and any(a.skipped for a in standing)
    effective = tuple(effective_tags(annotations, decisions))
    verdicts = decided_tags(decisions)
    last = next((s for s in reversed(suggestions) if s.model == model), suggestions[-1] if suggestions else None)
    settled = (
        annotated
        or (last is not None and _is_settled(last, tag_set, decisions))
        or any(
            _is_settled(former, tag_set, decisions, until=later.at) for former, later in itertools.pairwise(suggestions)
        )
        or (bool(effective) and not suggestions)
    )
    held = {tag.dimension for tag in effective}
    missing = tuple(d.id for d in tag_set.dimensions if d.required and d.id not in held)
    undecided = _undecided(last, tag_set, verdicts) if last else ()
    if settled:
        undecided = tuple(key for key in undecided if key[0] in missing)
    status: Status = "waiting"
    if settled and not missing and not (skipped and all(tag.rule for tag in effective)):
        status = "decided"
    elif skipped:
        status = "skipped"
    elif not suggestions and not annotated:
        status = "untagged"
    differing = tuple(conflicts(paper_id, tag_set, annotations, decisions))
    unasked = _unasked(tag_set, standing, last) - verdicts
    return PaperState(paper_id, last, effective, undecided, verdicts, missing, annotated, status, differing, unasked)


def _unasked(tag_set: TagSet, standing: Sequence[Annotation], last: Suggestion | None) -> frozenset[TagKey]:
    """Return the tags that nobody was asked about: neither the last annotator nor who looked at the suggestion."""
    said = [annotation for annotation in standing if not annotation.skipped]
    if said:
        return said[-1].unasked
    scores = last.scores if last else {}
    return frozenset(
        (d.id, tag.id) for d in tag_set.dimensions for tag in d.tags if tag.since and tag.id not in scores.get(d.id, {})
    )


def _spoken(decisions: Sequence[Decision]) -> bool:
    """Return whether a person's verdict on any tag stands."""
    by_people = sorted((d for d in decisions if d.rule is None), key=lambda d: d.at)
    last = {(d.by, d.dimension, d.tag): d.verdict for d in by_people}
    return any(verdict != "withdrawn" for verdict in last.values())


def _is_settled(
    suggestion: Suggestion, tag_set: TagSet, decisions: Sequence[Decision], *, until: datetime | None = None
) -> bool:
    """Return whether a suggestion is done with; one that isn't sure, or of another tag set, takes a person's word.

    With ``until``, when the next one came, whether it was by then and still is.
    """
    if until is not None and not _is_settled(suggestion, tag_set, [d for d in decisions if d.at <= until]):
        return False
    if _undecided(suggestion, tag_set, decided_tags(decisions)):
        return False
    return _spoken(decisions) or (not suggestion.needs_review and tag_set.keys.issuperset(keys_of(suggestion.tags)))


def _undecided(suggestion: Suggestion, tag_set: TagSet, verdicts: frozenset[TagKey]) -> tuple[TagKey, ...]:
    return tuple(key for key in keys_of(suggestion.tags) if key in tag_set.keys and key not in verdicts)
