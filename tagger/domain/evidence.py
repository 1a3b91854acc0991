"""What speaks for the tags that a model version suggests, as a person can check it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tagger.domain.tags import Tags


@dataclass(frozen=True, slots=True)
class FoundWord:
    """One of a tag's words as it stands in a paper, and how often it does in the title and in the abstract."""

    word: str
    title: int
    abstract: int


@dataclass(frozen=True, slots=True)
class LabelledPaper:
    """A paper that the model version learnt from, and how like another it is: a cosine, 1 for equals."""

    id: str
    title: str
    likeness: float
    tags: Tags


@dataclass(frozen=True, slots=True)
class TagEvidence:
    """What speaks for one suggested tag.

    ``labelled_papers`` is how many papers taught it. ``shares`` are what each source adds to the logit of the score,
    by its name; together they are that logit. ``looked_at`` are the terms of the paper that the attention head took
    most as speaking for the tag, the weightiest first.
    """

    labelled_papers: int
    shares: Mapping[str, float]
    words: tuple[FoundWord, ...] = ()
    looked_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each suggested tag, by dimension id and tag id, and the labelled papers nearest to the paper."""

    tags: Mapping[str, Mapping[str, TagEvidence]] = field(default_factory=dict)
    nearest: tuple[LabelledPaper, ...] = ()

    def of(self, dimension: str, tag: str) -> TagEvidence | None:
        """Return what speaks for a tag; None if nothing was kept, as for a tag that isn't suggested."""
        return self.tags.get(dimension, {}).get(tag)

    def unbacked(self, dimension: str, tag: str) -> bool:
        """Return whether the tag is known to be suggested without any labelled paper to back it."""
        found = self.of(dimension, tag)
        return found is not None and not found.labelled_papers
