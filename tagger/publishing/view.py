"""What every rendering shows: one view of a tagged digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from tagger.domain.paper import Paper
from tagger.domain.tags import TagKey, TagSet
from tagger.publishing.corrections import Correction

RuleKey = tuple[str, str | None]
"""A rule and the model version whose suggestions it accepted."""


class Way(NamedTuple):
    """Who accepted tags and what had suggested them, in a sentence's half, on which day, and by which rule."""

    told: str
    day: date
    rule: RuleKey | None


@dataclass(frozen=True, slots=True)
class PublishedTag:
    """A decided tag with its provenance."""

    id: str
    name: str
    means: str
    by: str
    rule: str | None
    model: str | None
    score: float | None
    at: datetime

    @property
    def person(self) -> str:
        """The name of who decided, without the rest of an e-mail address."""
        return self.by.split("@", 1)[0] or self.by

    @property
    def way(self) -> Way:
        """How the tag came about, which many tags share."""
        by = f"by the rule {self.rule} that {self.person} set going" if self.rule else f"by {self.person}"
        suggested = f", suggested by {self.model}" if self.model and self.score is not None else ""
        return Way(f"accepted {by}{suggested}", self.at.date(), (self.rule, self.model) if self.rule else None)

    @property
    def provenance(self) -> str:
        """Who accepted the tag and what had suggested it, in a sentence's half."""
        return self.way.told + (f" at {self.score:.2f}" if self.model and self.score is not None else "")


@dataclass(frozen=True, slots=True)
class PublishedPaper:
    """A paper with its decided tags by dimension id."""

    paper: Paper
    tags: Mapping[str, tuple[PublishedTag, ...]]

    @property
    def link(self) -> str | None:
        """The paper's address on the web."""
        return self.paper.link

    @property
    def anchor(self) -> str:
        """The name of the paper's place on the page; it never changes, so an address that ends in it lasts."""
        return f"paper-{self.paper.id}"

    @property
    def all_tags(self) -> tuple[PublishedTag, ...]:
        """Its tags of all dimensions, in the tag set's order."""
        return tuple(tag for tags in self.tags.values() for tag in tags)

    @property
    def edited_at(self) -> datetime | None:
        """The time of the last decision on it; None if it has no tag."""
        return max((tag.at for tag in self.all_tags), default=None)


@dataclass(frozen=True, slots=True)
class BlindChecks:
    """What blind checks found of a rule's tags: ``right`` of ``judged``, so the precision, from ``low`` to ``high``."""

    rule: str
    right: int
    judged: int
    low: float
    high: float

    @property
    def told(self) -> str:
        """What was found, in a sentence's half."""
        if not self.judged:
            return f"none that {self.rule} accepts has been checked blind yet"
        found, low, high = (round(100 * share) for share in (self.right / self.judged, self.low, self.high))
        checked = f"of {self.judged} that {self.rule} accepted, checked blind, {self.right} were right"
        return f"{checked}: {found} % ({low} to {high} %)"


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """What a rule promises, that a share ``target`` of what it accepts is right, and what blind checks found of it."""

    target: float
    checks: BlindChecks

    @property
    def told(self) -> str:
        """Both, in a sentence's half."""
        promise = f"the rule is set so that at least {100 * self.target:g} % are right, at 95 % confidence"
        return f"{promise}; {self.checks.told}"


@dataclass(frozen=True, slots=True)
class TaggedDigest:
    """One day's reviewed digest. ``withheld`` papers await review; ``edited_at`` is the time of the last decision.

    ``checks`` are those of the rules that accepted some of its tags by a precision; None where none did. ``rules`` tell
    of each of these rules by itself.
    ``corrections`` are what editions changed after the first, latest first.
    """

    day: date
    title: str
    tag_set: TagSet
    papers: tuple[PublishedPaper, ...]
    withheld: int
    edited_at: datetime
    checks: BlindChecks | None = None
    corrections: tuple[Correction, ...] = ()
    rules: Mapping[RuleKey, RuleRecord] = field(default_factory=dict)

    def uses(self, dimension_id: str) -> Counter[str]:
        """Return how many papers carry each tag of a dimension."""
        return Counter(tag.id for paper in self.papers for tag in paper.tags.get(dimension_id, ()))

    @property
    def places(self) -> dict[TagKey, int]:
        """Each tag's place in the tag set."""
        return {(d.id, tag.id): n for n, (d, tag) in enumerate((d, t) for d in self.tag_set.dimensions for t in d.tags)}

    @property
    def ways(self) -> dict[Way, int]:
        """How the tags came about: each way's place among all, the commonest first."""
        ways = Counter(tag.way for paper in self.papers for tags in paper.tags.values() for tag in tags)
        return {way: place for place, way in enumerate(sorted(ways, key=lambda way: (-ways[way], way.told, way.day)))}

    @property
    def tags_by_people(self) -> int:
        """How many tags a person decided."""
        return sum(tag.rule is None for paper in self.papers for tags in paper.tags.values() for tag in tags)

    @property
    def tags_by_rule(self) -> int:
        """How many tags a rule accepted."""
        return sum(tag.rule is not None for paper in self.papers for tags in paper.tags.values() for tag in tags)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The days before and after a page's in the archive."""

    previous: date | None
    next: date | None
