"""What speaks for the tags that a model version suggests, as a person can check it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from tagger.domain.tags import Tags, TagSet


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

    def ranked_shares(self) -> list[tuple[str, float]]:
        """Return each source with its share, the weightiest first, whether it speaks for the tag or against it."""
        return sorted(self.shares.items(), key=lambda share: (-abs(share[1]), share[0]))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each suggested tag, by dimension id and tag id, and the labelled papers nearest to the paper."""

    tags: Mapping[str, Mapping[str, TagEvidence]] = field(default_factory=dict)
    nearest: tuple[LabelledPaper, ...] = ()

    def of(self, dimension: str, tag: str) -> TagEvidence | None:
        """Return what speaks for a tag; None if nothing was kept, as for a tag that isn't suggested."""
        return self.tags.get(dimension, {}).get(tag)

    def translated(self, tag_set: TagSet) -> Evidence:
        """Return it under the ids that tags have now, without those that were retired or split."""
        tags: dict[str, dict[str, TagEvidence]] = {}
        for dimension, of in self.tags.items():
            present = [(tag_set.present(dimension, tag), found) for tag, found in of.items()]
            tags[dimension] = {tag: found for tag, found in present if tag is not None}
        return Evidence(tags, tuple(replace(p, tags=tag_set.translated(p.tags)) for p in self.nearest))

    def document(self, tags: Tags) -> dict[str, dict[str, dict[str, object] | None]]:
        """Return what speaks for each of the tags as plain data; None for one of which nothing was kept."""
        return {dimension: {tag: self._document(dimension, tag) for tag in of} for dimension, of in tags.items()}

    def _document(self, dimension: str, tag: str) -> dict[str, object] | None:
        found = self.of(dimension, tag)
        if found is None:
            return None
        return {
            "labelled_papers": found.labelled_papers,
            "words": [asdict(word) for word in found.words],
            "looked_at": list(found.looked_at),
            "shares": {source: round(share, 4) for source, share in found.ranked_shares()},
            "nearest": [asdict(paper) | {"tags": dict(sorted(paper.tags.items()))} for paper in self.nearest],
        }
