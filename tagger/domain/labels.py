"""What people and models say about a paper, and what holds in the end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from tagger.domain.evidence import Evidence
from tagger.domain.tags import TagKey, Tags, TagSet

Scores = Mapping[str, Mapping[str, float]]
"""A calibrated probability for every tag, by dimension id and tag id."""

Verdict = Literal["accepted", "rejected", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotator's tags for one paper, at one time. A later one of the same annotator replaces it.

    ``skipped``: the paper can't be judged; ``withdrawn``: the annotator's word was taken back. Both carry no tags.
    ``unasked`` are the tags that came into the tag set after it, of which it says nothing; ``tag_set`` is the version
    of that it was made by, if it isn't the present one.
    """

    paper_id: str
    annotator: str
    at: datetime
    tags: Tags = field(default_factory=dict)
    skipped: bool = False
    withdrawn: bool = False
    unasked: frozenset[TagKey] = frozenset()
    tag_set: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What one model version would tag a paper with, and why. ``needs_review``: it isn't sure of the whole list."""

    paper_id: str
    model: str
    at: datetime
    tags: Tags
    scores: Scores
    needs_review: bool
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def suggested_scores(self) -> list[float]:
        """The scores of the suggested tags."""
        return [self.scores[dimension][tag] for dimension, tags in self.tags.items() for tag in tags]

    @property
    def unbacked(self) -> list[TagKey]:
        """The suggested tags, as (dimension id, tag id), that are known to have no labelled paper to back them."""
        found = [(d, tag, self.evidence.of(d, tag)) for d, tags in self.tags.items() for tag in tags]
        return [(d, tag) for d, tag, evidence in found if evidence is not None and not evidence.labelled_papers]


@dataclass(frozen=True, slots=True)
class SuggestionSummary:
    """A suggestion in short: its tags, their mean score (0 without any), and whether it needs a person."""

    tags: Tags
    mean_score: float
    needs_review: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on one tag of one paper, by a person, or by a ``rule`` that a person (``by``) set going.

    ``model`` and ``score`` are those of the suggestion it was about, and None for a tag that nobody suggested.
    """

    paper_id: str
    dimension: str
    tag: str
    verdict: Verdict
    by: str
    at: datetime
    rule: str | None = None
    model: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """A tag that a rule accepted and that was drawn to be judged by a person who doesn't see it suggested."""

    paper_id: str
    dimension: str
    tag: str
    rule: str
    model: str
    score: float
    at: datetime


@dataclass(frozen=True, slots=True)
class EffectiveTag:
    """A tag that holds for a paper, and its provenance."""

    dimension: str
    tag: str
    by: str
    at: datetime
    rule: str | None = None
    model: str | None = None
    score: float | None = None


def standing_annotations(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return each annotator's latest annotation, oldest first, without those withdrawn. Skips are kept.

    All have to be of one paper. Where times are equal, the later in the iterable wins.
    """
    latest: dict[str, Annotation] = {}
    for annotation in sorted(annotations, key=lambda a: a.at):
        latest.pop(annotation.annotator, None)
        latest[annotation.annotator] = annotation
    return [a for a in latest.values() if not a.withdrawn]


def effective_tags(annotations: Iterable[Annotation], decisions: Iterable[Decision]) -> list[EffectiveTag]:
    """Return the tags that hold for one paper after all that was said about it, in order of dimension and tag id.

    A person overrules a rule whenever they speak, and among persons the last word counts: an annotation speaks of every
    tag that there was then, a decision of one. Skips say nothing. Where times are equal, decisions come after
    annotations.
    """
    standing = [a for a in standing_annotations(annotations) if not a.skipped]
    last_annotation = standing[-1] if standing else None
    held: dict[TagKey, EffectiveTag] = {}
    if last_annotation:
        for dimension, tags in last_annotation.tags.items():
            for tag in tags:
                held[dimension, tag] = EffectiveTag(dimension, tag, last_annotation.annotator, last_annotation.at)
    for key, decision in _last_verdicts(decisions).items():
        annotated = last_annotation is not None and key not in last_annotation.unasked
        if last_annotation and annotated and (decision.rule or decision.at < last_annotation.at):
            continue
        held.pop(key, None)
        if decision.verdict == "accepted":
            d = decision
            held[key] = EffectiveTag(d.dimension, d.tag, d.by, d.at, d.rule, d.model, d.score)
    return [held[key] for key in sorted(held)]


def decided_tags(decisions: Iterable[Decision]) -> frozenset[TagKey]:
    """Return the (dimension id, tag id) pairs that a verdict of a person or a rule stands on."""
    return frozenset(_last_verdicts(decisions))


def translated(suggestion: Suggestion, tag_set: TagSet) -> Suggestion:
    """Return a suggestion under the ids that tags have now, without those that were retired or split.

    Where tags were merged, the higher score holds.
    """
    if not tag_set.has_former_ids:
        return suggestion
    scores: dict[str, dict[str, float]] = {}
    for dimension, of in suggestion.scores.items():
        present = scores[dimension] = {}
        for tag, score in of.items():
            if (now := tag_set.present(dimension, tag)) is not None:
                present[now] = max(score, present.get(now, score))
    tags, evidence = tag_set.translated(suggestion.tags), suggestion.evidence.translated(tag_set)
    return replace(suggestion, tags=tags, scores=scores, evidence=evidence)


def united(decisions: Iterable[Decision], tag_set: TagSet) -> list[Decision]:
    """Return decisions on one paper under the ids that tags have now, without those on tags that were retired or split.

    Where tags were merged, one that was accepted is enough: that another was rejected says nothing against it.
    """
    decisions = list(decisions)
    if not tag_set.has_former_ids:
        return decisions
    present = {(d.dimension, d.tag): tag_set.present(d.dimension, d.tag) for d in decisions}
    accepted = {key for key, decision in _last_verdicts(decisions).items() if decision.verdict == "accepted"}
    carried = {(key[0], present[key]): key for key in accepted}
    found = []
    for decision in decisions:
        key = (decision.dimension, decision.tag)
        tag = present[key]
        if tag is not None and (key in accepted or carried.get((decision.dimension, tag), key) == key):
            found.append(replace(decision, tag=tag) if tag != decision.tag else decision)
    return found


def _last_verdicts(decisions: Iterable[Decision]) -> dict[TagKey, Decision]:
    """Return the decision that counts for each tag: the last of a person, else the last of a rule."""
    by_voice: dict[TagKey, dict[str, Decision]] = {}
    for decision in sorted(decisions, key=lambda d: d.at):
        voice = f"rule {decision.rule}" if decision.rule else f"person {decision.by}"
        voices = by_voice.setdefault((decision.dimension, decision.tag), {})
        voices.pop(voice, None)
        voices[voice] = decision
    last: dict[TagKey, Decision] = {}
    for key, voices in by_voice.items():
        spoken = [d for d in voices.values() if d.verdict != "withdrawn"]
        for decision in [d for d in spoken if d.rule] + [d for d in spoken if not d.rule]:
            last[key] = decision
    return last
