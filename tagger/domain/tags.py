"""The tag set: dimensions and the tags in each."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

Tags = Mapping[str, tuple[str, ...]]
"""Tag ids by dimension id, in the tag set's order."""

TagKey = tuple[str, str]
"""A dimension's id and a tag's id in it."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag. ``means`` is what annotators read, ``unlike`` what it is confused with, ``also`` other words for it.

    ``was`` are ids it had before, ``since`` is the version of the tag set in which it came. A tag that isn't given any
    more was ``retired`` in a version; what carried it carries the tag it went ``into``. If there are several of these,
    it was split, and nobody knows which of them applies.
    """

    id: str
    name: str
    means: str = ""
    unlike: str = ""
    also: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    since: int = 0
    retired: int | None = None
    into: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Its id and those it had before."""
        return (self.id, *self.was)


@dataclass(frozen=True)
class Dimension:
    """One question about a paper, and the tags that answer it. ``required``: at least one of them has to hold.

    ``former`` are tags that were retired: their ids are never used again.
    """

    id: str
    question: str
    required: bool
    tags: tuple[Tag, ...]
    former: tuple[Tag, ...] = ()

    @cached_property
    def tag_ids(self) -> tuple[str, ...]:
        """The ids of the tags, in order."""
        return tuple(tag.id for tag in self.tags)

    @cached_property
    def tag_ids_with_former(self) -> tuple[str, ...]:
        """The ids of the tags, in order, and then of those that were retired."""
        return (*self.tag_ids, *(tag.id for tag in self.former))

    def tag(self, tag_id: str) -> Tag:
        """Return the tag of that id. Raises KeyError."""
        return self._by_id[tag_id]

    def became(self, tag_id: str) -> Tag | None:
        """Return what a tag's id, of now or before, stands for: a tag given now, or else the last that was retired.

        None if the dimension never had that id.
        """
        tag = self._by_any_id.get(tag_id)
        while tag is not None and tag.retired is not None and len(tag.into) == 1:
            tag = self._by_any_id[tag.into[0]]
        return tag

    @cached_property
    def _by_id(self) -> dict[str, Tag]:
        return {tag.id: tag for tag in self.tags}

    @cached_property
    def _by_any_id(self) -> dict[str, Tag]:
        return {tag_id: tag for tag in (*self.tags, *self.former) for tag_id in tag.ids}


@dataclass(frozen=True)
class TagSet:
    """A versioned tag set: one or more dimensions."""

    version: int
    dimensions: tuple[Dimension, ...]

    @cached_property
    def keys(self) -> frozenset[TagKey]:
        """Every tag as (dimension id, tag id)."""
        return frozenset((d.id, tag) for d in self.dimensions for tag in d.tag_ids)

    def dimension(self, dimension_id: str) -> Dimension:
        """Return the dimension of that id. Raises KeyError."""
        return self._dimensions[dimension_id]

    def ordered(self, chosen: Mapping[str, Iterable[str]], *, with_former: bool = False) -> Tags:
        """Return ``chosen`` with every dimension present and its tags in the tag set's order, doubles dropped.

        ``with_former`` takes ids of before, too; those of retired and split tags come last. Raises KeyError with the
        first dimension or tag id that this tag set doesn't have.
        """
        ids = {d.id: d.tag_ids_with_former if with_former else d.tag_ids for d in self.dimensions}
        known = {dimension: set(tags) for dimension, tags in ids.items()}
        chosen = self.translated(chosen, with_former=True) if with_former else chosen
        picked = {dimension: set(tags) for dimension, tags in chosen.items()}
        for dimension, tags in picked.items():
            if dimension not in known:
                raise KeyError(dimension)
            for tag in sorted(tags - known[dimension]):
                raise KeyError(tag)
        return {d: tuple(tag for tag in tags if tag in picked.get(d, ())) for d, tags in ids.items()}

    @cached_property
    def has_former_ids(self) -> bool:
        """Whether there is any id of before, so that what was said may have to be read under another."""
        return bool(self._last)

    def present(self, dimension_id: str, tag_id: str) -> str | None:
        """Return the id that a tag of now or before has now: None if it was retired or split.

        An id that the tag set never had is returned as it is.
        """
        return self._present.get((dimension_id, tag_id), tag_id)

    def translated(self, tags: Mapping[str, Iterable[str]], *, with_former: bool = False) -> Tags:
        """Return tags, as they were said at any time, by the ids they have now.

        Those that were retired or split are left out, or kept under their last id if ``with_former``.
        """
        ids = self._last if with_former else self._present
        found = {d: [ids.get((d, tag), tag) for tag in chosen] for d, chosen in tags.items()}
        return {d: tuple(dict.fromkeys(filter(None, present))) for d, present in found.items()}

    def unasked(self, tags: Mapping[str, Iterable[str]], version: int) -> frozenset[TagKey]:
        """Return the tags of which someone said nothing who gave ``tags`` when the tag set had that version.

        They came later. What was split before tells of its parts where it wasn't given: then none of them applies.
        """
        if not self._has_history:
            return frozenset()
        unasked: set[TagKey] = set()
        for dimension in self.dimensions:
            given = [tag for tag in map(dimension.became, tags.get(dimension.id, ())) if tag is not None]
            later = {tag.id for tag in dimension.tags if tag.since > version}
            for whole in dimension.former:
                parts = {tag.id for tag in map(dimension.became, whole.into) if tag is not None}
                if len(whole.into) > 1 and (whole.retired or 0) > version >= whole.since:
                    later = later | parts if whole in given else later - parts
            unasked |= {(dimension.id, tag) for tag in later - {tag.id for tag in given}}
        return frozenset(unasked)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of everything in the tag set: equal fingerprints mean equal tag sets."""
        content = [
            self.version,
            [
                [d.id, d.question, d.required, [_content(t) for t in d.tags]] + [[_content(t)] for t in d.former]
                for d in self.dimensions
            ],
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @cached_property
    def _last(self) -> dict[TagKey, str | None]:
        """The last id of what every id of before stands for, the ids of tags given now left out."""
        ids = [(d, i) for d in self.dimensions for tag in (*d.tags, *d.former) for i in tag.ids]
        became = [((d.id, i), d.became(i)) for d, i in ids if i not in d.tag_ids]
        return {key: tag.id for key, tag in became if tag is not None}

    @cached_property
    def _present(self) -> dict[TagKey, str | None]:
        """The same, with None for what isn't given any more."""
        return {(d, i): last if (d, last) in self.keys else None for (d, i), last in self._last.items()}

    @cached_property
    def _dimensions(self) -> dict[str, Dimension]:
        return {dimension.id: dimension for dimension in self.dimensions}

    @cached_property
    def _has_history(self) -> bool:
        return any(d.former or any(tag.was or tag.since for tag in d.tags) for d in self.dimensions)


def _content(tag: Tag) -> list[object]:
    history = [list(tag.was), tag.since, tag.retired, list(tag.into)]
    said: list[object] = [tag.id, tag.name, tag.means, tag.unlike, list(tag.also)]
    return said + history if history != [[], 0, None, []] else said
