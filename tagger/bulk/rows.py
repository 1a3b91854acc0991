"""Turns the rows of a source into shards: the same rows always make the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from tagger.bulk.engine import Shard
from tagger.bulk.repetitions import MetIds
from tagger.domain.paper import Paper


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a source: where it stands, and its paper, or else the ``reason`` why it can't be used."""

    place: str
    paper: Paper | None
    reason: str = ""
    repeated: bool = False


ReadRows = Callable[[], Iterable[Row]]
"""Reads a source from its start. It has to pickle, so that an engine may read elsewhere."""


def sift(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows, without their paper where one before has the same id: the first of them counts."""
    met = MetIds()
    for row in rows:
        if row.paper is not None and not met.is_new(row.paper.id):
            reason = f"the paper {row.paper.id} again; the first counts"
            row = replace(row, paper=None, reason=reason, repeated=True)
        yield row


@dataclass(frozen=True)
class Shards:
    """The shards of a source, of ``size`` papers each but the last; those whose numbers are in ``wanted``.

    It pickles, as ``rows`` does.
    """

    rows: ReadRows
    size: int
    wanted: frozenset[int]

    def __call__(self) -> Iterator[Shard]:
        """Read the source once and yield the shards in order."""
        papers: list[tuple[int, str, Paper]] = []
        number, last = 0, max(self.wanted, default=-1)
        for count, row in enumerate(sift(self.rows()), 1):
            if number > last:
                return
            if row.paper is None:
                continue
            papers.append((count, row.place, row.paper))
            if len(papers) == self.size:
                if number in self.wanted:
                    yield Shard(number, tuple(papers))
                papers, number = [], number + 1
        if papers and number in self.wanted:
            yield Shard(number, tuple(papers))
