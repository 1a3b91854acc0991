"""What a report tells, whoever found it out and however it is shown: sections, each with pictures and a table."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as SVG for light and dark surroundings; ``alt`` says what is to be seen in it."""

    light: bytes
    dark: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class Section:
    """One thing that is told: in a sentence, in pictures, and in a table, whose first column names its rows.

    Where it can't be told there are neither pictures nor rows, and the sentence says why.
    """

    title: str
    says: str
    pictures: tuple[Picture, ...] = ()
    headings: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
