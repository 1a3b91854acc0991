"""What a digest said each time it was published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tagger.domain.tags import Tags


@dataclass(frozen=True, slots=True)
class EditionPaper:
    """A paper as an edition had it: its title and decided tags."""

    title: str
    tags: Tags


@dataclass(frozen=True, slots=True)
class Edition:
    """The digest of ``day`` as it went out on the day ``published``: its papers by id."""

    day: date
    published: date
    papers: Mapping[str, EditionPaper]
