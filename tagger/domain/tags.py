"""The tag set: dimensions and the tags in each."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

Tags = Mapping[str, tuple[str, ...]]
"""Tag ids by dimension id, in the tag set's order."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag. ``means`` is what annotators read, ``unlike`` what it is confused with, ``also`` other words for it."""

    id: str
    name: str
    means: str = ""
    unlike: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dimension:
    """One question about a paper, and the tags that answer it. ``required``: at least one of them has to hold."""

    id: str
    question: str
    required: bool
    tags: tuple[Tag, ...]

    @cached_property
    def tag_ids(self) -> tuple[str, ...]:
        """The ids of the tags, in order."""
        return tuple(tag.id for tag in self.tags)

    def tag(self, tag_id: str) -> Tag:
        """Return the tag of that id. Raises KeyError."""
        return self._by_id[tag_id]

    @cached_property
    def _by_id(self) -> dict[str, Tag]:
        return {tag.id: tag for tag in self.tags}


@dataclass(frozen=True)
class TagSet:
    """A versioned tag set: one or more dimensions."""

    version: int
    dimensions: tuple[Dimension, ...]

    @cached_property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Every tag as (dimension id, tag id)."""
        return frozenset((d.id, tag) for d in self.dimensions for tag in d.tag_ids)

    def dimension(self, dimension_id: str) -> Dimension:
        """Return the dimension of that id. Raises KeyError."""
        for dimension in self.dimensions:
            if dimension.id == dimension_id:
                return dimension
        raise KeyError(dimension_id)

    def ordered(self, chosen: Mapping[str, Iterable[str]]) -> Tags:
        """Return ``chosen`` with every dimension present and its tags in the tag set's order, doubles dropped.

        Raises KeyError with the first dimension or tag id that this tag set doesn't have.
        """
        known = {d.id: set(d.tag_ids) for d in self.dimensions}
        picked = {dimension: set(tags) for dimension, tags in chosen.items()}
        for dimension, tags in picked.items():
            if dimension not in known:
                raise KeyError(dimension)
            for tag in sorted(tags - known[dimension]):
                raise KeyError(tag)
        return {d.id: tuple(t for t in d.tag_ids if t in picked.get(d.id, ())) for d in self.dimensions}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of everything in the tag set: equal fingerprints mean equal tag sets."""
        content = [
            self.version,
            [
                [d.id, d.question, d.required, [[t.id, t.name, t.means, t.unlike, list(t.also)] for t in d.tags]]
                for d in self.dimensions
            ],
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()
