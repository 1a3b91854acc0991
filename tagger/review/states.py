"""Where a paper stands between its suggestions and what people decided."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from tagger.domain.tags import TagSet

Status = Literal["untagged", "waiting", "decided", "skipped"]


@dataclass(frozen=True, slots=True)
class PaperState:
    """One paper's state.

    ``undecided`` are the suggested tags without a verdict, ``missing`` the required dimensions no tag holds in.
    A paper is decided when neither is left; once it is, later suggestions don't open it again.
    """

    paper_id: str
    suggestion: Suggestion | None
    effective: tuple[EffectiveTag, ...]
    undecided: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    annotated: bool
    status: Status


def paper_state(
    paper_id: str,
    tag_set: TagSet,
    suggestions: Sequence[Suggestion],
    annotations: Sequence[Annotation],
    decisions: Sequence[Decision],
) -> PaperState:
    """Return the state of one paper from all that was ever said of it; ``suggestions`` are oldest first."""
    standing = standing_annotations(annotations)
    annotated = any(not a.skipped for a in standing)
    effective = tuple(effective_tags(annotations, decisions))
    verdicts = decided_tags(decisions)
    open_tags = [_undecided(suggestion, verdicts) for suggestion in suggestions]
    settled = annotated or any(not tags for tags in open_tags) or (bool(effective) and not suggestions)
    undecided = () if settled or not open_tags else open_tags[-1]
    held = {tag.dimension for tag in effective}
    missing = tuple(d.id for d in tag_set.dimensions if d.required and d.id not in held)
    status: Status = "waiting"
    if settled and not missing:
        status = "decided"
    elif not annotated and any(a.skipped for a in standing):
        status = "skipped"
    elif not suggestions and not annotated:
        status = "untagged"
    last = suggestions[-1] if suggestions else None
    return PaperState(paper_id, last, effective, undecided, missing, annotated, status)


def _undecided(suggestion: Suggestion, verdicts: frozenset[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    suggested = ((dimension, tag) for dimension, tags in suggestion.tags.items() for tag in tags)
    return tuple(pair for pair in suggested if pair not in verdicts)
