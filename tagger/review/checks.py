"""What blind checks found of the tags that a rule accepted, and when that switches the rule off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tagger.domain.labels import Annotation, Audit, Decision, decided_tags, effective_tags, standing_annotations
from tagger.review.binomial import at_most, interval

# From so many checks on a rule is judged, and it is switched off when what they found would come by chance this rarely.
LEAST_CHECKS = 20
ALARM = 0.1

Verdict = Literal["right", "wrong", "awaited", "lost"]


@dataclass(frozen=True, slots=True)
class Checks:
    """How the drawn tags of a rule and model version did: ``right`` of ``judged``, others are awaited or lost.

    Lost are those whose paper people judged in another way, or skipped.
    """

    right: int = 0
    judged: int = 0
    awaited: int = 0
    lost: int = 0

    @property
    def interval(self) -> tuple[float, float]:
        """The exact 95 % interval of the precision (Clopper & Pearson 1934)."""
        return interval(self.right, self.judged)

    def fails(self, target: float) -> bool:
        """Return whether the rule is off: fewer are right than a precision of ``target`` would let come by chance.

        The test is one-sided and exact, at 10 %, so it errs towards switching off, and waits for 20 checks, as one
        early error would prove anything. Nothing is remembered: more checks can switch the rule on again.
        """
        return self.judged >= LEAST_CHECKS and at_most(self.right, self.judged, target) <= ALARM

    @property
    def told(self) -> str:
        """What was found, as a sentence's part: ``39 of 40 checked blind were right: 97 % (87 to 100 %)``."""
        if not self.judged:
            return "none checked blind yet"
        low, high = (percent(limit) for limit in self.interval)
        found = percent(self.right / self.judged)
        return f"{self.right} of {self.judged} checked blind were right: {found} % ({low} to {high} %)"


def sum_of(several: Iterable[Checks]) -> Checks:
    """Return several rules' checks as one."""
    counts = [(c.right, c.judged, c.awaited, c.lost) for c in several]
    return Checks(*(sum(column) for column in zip(*counts, strict=True)))


def percent(share: float) -> int:
    """Return a share in per cent, without the decimals that would feign exactness."""
    return round(100 * share)


def verdicts(
    audits: Sequence[Audit], blind: Iterable[Annotation], said: Iterable[Annotation], decisions: Iterable[Decision]
) -> list[Verdict]:
    """Return what became of each drawn tag of one paper.

    ``blind`` are the paper's annotations made without a suggestion in sight, ``said`` all of them. The last blind word
    after the draw counts. Without one, a tag that a person rejected is wrong, though that wasn't blind: what is known
    to be wrong isn't left out because of how it was found. Other words about the paper make a blind one impossible.
    """
    words = [a for a in standing_annotations(blind) if not a.skipped]
    others = standing_annotations(said)
    by_people = [d for d in decisions if d.rule is None]
    rejected = decided_tags(by_people) - {(tag.dimension, tag.tag) for tag in effective_tags([], by_people)}
    found: list[Verdict] = []
    for audit in audits:
        word = next((a for a in reversed(words) if a.at > audit.at), None)
        if word:
            found.append("right" if audit.tag in word.tags.get(audit.dimension, ()) else "wrong")
        elif any(a.at > audit.at for a in others):
            found.append("lost")
        else:
            found.append("wrong" if (audit.dimension, audit.tag) in rejected else "awaited")
    return found
