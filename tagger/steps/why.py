"""Everything that was ever said of one tag on one paper, and what holds now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tagger.domain.evidence import LabelledPaper, TagEvidence
from tagger.domain.labels import Annotation, Decision, EffectiveTag
from tagger.domain.paper import Paper
from tagger.domain.tags import Tag, TagKey
from tagger.errors import ReviewError
from tagger.review import Word, keys_of, standing_words
from tagger.steps.audit import blind_papers
from tagger.steps.review import named_papers
from tagger.steps.workspace import Workspace
from tagger.tagset import find_tag


@dataclass(frozen=True, slots=True)
class Scored:
    """What one model version said of the tag: its score, None for a tag it doesn't know, and what speaks for it.

    ``evidence`` is None, and ``nearest`` empty, where nothing was kept.
    """

    model: str
    at: datetime
    score: float | None
    suggested: bool
    current: bool
    evidence: TagEvidence | None
    nearest: tuple[LabelledPaper, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """Something a person said of the tag, or a rule that one set going, in words."""

    at: datetime
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class Why:
    """A tag on a paper: all scores and all that was said, oldest first, what holds, and on whose word.

    ``words`` are people's last words, one each; ``tag`` is None once the tag set has it no more.
    """

    paper: Paper
    key: TagKey
    tag: Tag | None
    scores: tuple[Scored, ...]
    history: tuple[Said, ...]
    words: tuple[Word, ...]
    holds: EffectiveTag | None

    @property
    def verdict(self) -> str:
        """Whether the tag holds and why, in a sentence."""
        if self.holds and self.holds.rule:
            return (
                f"It holds: the rule {self.holds.rule} accepted it, set going by {self.holds.by}, and no person spoke."
            )
        if self.words:
            last = self.words[-1]
            verb = {
                ("annotation", True): "annotated it",
                ("annotation", False): "left it out",
                ("decision", True): "accepted it",
                ("decision", False): "rejected it",
            }[last.way, last.carries]
            others = [word.by for word in self.words if word.carries != last.carries]
            against = f" People differ: {', '.join(others)} said otherwise." if others else ""
            holds = "It holds" if self.holds else "It doesn't hold"
            return f"{holds}: {last.by} {verb}, which is a person's last word.{against}"
        suggested = any(score.suggested and score.current for score in self.scores)
        return "Nobody has judged it yet; it is suggested." if suggested else "Nobody gave it, and it isn't suggested."


def why(workspace: Workspace, paper_id: str, tag: str) -> Why:
    """Return what was said of a tag on a paper.

    Scores are those for the paper's present text. Raises TagSetError for an unknown tag, and ReviewError for an unknown
    paper, and for one that a person has to judge blind.
    """
    state = named_papers(workspace, [paper_id])[0]
    store, paper_id = workspace.store, state.paper_id
    if paper_id in blind_papers(workspace):
        raise ReviewError(f"{paper_id} is to be judged blind, so nothing of its tags is told", "`tagger review audit`")
    annotations = store.labels.annotations([paper_id]).get(paper_id, [])
    decisions = store.labels.decisions([paper_id]).get(paper_id, [])
    suggestions = store.suggestions.of([paper_id]).get(paper_id, [])
    former = [(d.dimension, d.tag) for d in decisions]
    former += [
        key for tags in (*(a.tags for a in annotations), *(s.tags for s in suggestions)) for key in keys_of(tags)
    ]
    key = find_tag(workspace.tag_set, tag, former)
    scores = []
    for made in suggestions:
        evidence = made.evidence.of(*key)
        scores.append(
            Scored(
                model=made.model,
                at=made.at,
                score=made.scores.get(key[0], {}).get(key[1]),
                suggested=key[1] in made.tags.get(key[0], ()),
                current=made == state.suggestion,
                evidence=evidence,
                nearest=made.evidence.nearest if evidence else (),
            )
        )
    return Why(
        paper=next(iter(store.papers.of([paper_id]))),
        key=key,
        tag=workspace.tag_set.dimension(key[0]).tag(key[1]) if key in workspace.tag_set.keys else None,
        scores=tuple(scores),
        history=tuple(_history(key, annotations, decisions)),
        words=tuple(standing_words(key, annotations, decisions)),
        holds=next((held for held in state.effective if (held.dimension, held.tag) == key), None),
    )


def _history(key: TagKey, annotations: list[Annotation], decisions: list[Decision]) -> list[Said]:
    """Return what was said of the tag, oldest first; where an annotation made the decision, it comes before it."""
    said = [Said(a.at, a.annotator, _annotated(key, a)) for a in annotations]
    said += [Said(d.at, d.by, _decided(d)) for d in decisions if (d.dimension, d.tag) == key]
    return sorted(said, key=lambda each: each.at)


def _annotated(key: TagKey, annotation: Annotation) -> str:
    if annotation.withdrawn:
        return "took the annotation back"
    if annotation.skipped:
        return "skipped the paper"
    return "annotated the paper with it" if key in keys_of(annotation.tags) else "annotated the paper without it"


def _decided(decision: Decision) -> str:
    verb = {"accepted": "accepted it", "rejected": "rejected it", "withdrawn": "took that verdict back"}
    by_rule = f" by the rule {decision.rule}" if decision.rule else ""
    about = ""
    if decision.model is not None and decision.score is not None:
        about = f", suggested by {decision.model} with {decision.score:.2f}"
    return f"{verb[decision.verdict]}{by_rule}{about}"
