"""What an engine is: it takes shards of papers to where a model is, and brings tables back in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from tagger.domain.labels import Suggestion
from tagger.domain.paper import Paper

Model = Callable[[Sequence[Paper]], Sequence[Suggestion]]
"""Whatever suggests tags for papers, in their order: a model version, or one that asks another where it isn't sure."""

LoadModel = Callable[[], Model]
"""Loads a model in the process that will run it. It has to pickle; what it loads needn't."""

TagShard = Callable[["Shard"], bytes]
"""Makes a shard's table."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Consecutive papers of a source that become one file: each with its row, counted from 1, and its place."""

    number: int
    papers: tuple[tuple[int, str, Paper], ...]


class Engine(Protocol):
    """Makes the tables of shards, wherever it likes."""

    @property
    def threads(self) -> int:
        """How many processors a model may use."""
        ...

    def tag(self, shards: Callable[[], Iterable[Shard]], load: Callable[[], TagShard]) -> Iterator[tuple[Shard, bytes]]:
        """Yield each shard with its table, in order, holding few of them in memory at a time.

        Both arguments pickle. Raises BulkError if a worker is lost, and what loading the model raises.
        """
        ...
