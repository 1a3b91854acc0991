"""One shard's predictions as the bytes of a Parquet file: the same predictions always make the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagger.bulk.engine import LoadModel, Shard
from tagger.domain.tags import TagSet

if TYPE_CHECKING:
    import pyarrow as pa

RUN_KEY = b"tagger.run"


@dataclass(frozen=True)
class ShardTagger:
    """Loads a model and makes shards' tables with it. ``run`` is kept in every file, to tell whose it is."""

    load: LoadModel
    tag_set: TagSet
    source: str
    model_fingerprint: str
    run: str

    def __call__(self) -> Callable[[Shard], bytes]:
        """Load the model, and return what makes a shard's table."""
        model = self.load()

        def tag(shard: Shard) -> bytes:
            import pyarrow as pa
            import pyarrow.parquet as pq

            suggestions = model([paper for _, _, paper in shard.papers])
            rows = []
            for (number, place, paper), suggestion in zip(shard.papers, suggestions, strict=True):
                rows.append(
                    {
                        "id": paper.id,
                        "title": paper.title,
                        "model": suggestion.model,
                        "needs_review": suggestion.needs_review,
                        "tags": self.tag_set.ordered(suggestion.tags),
                        "scores": suggestion.scores,
                        "source": self.source,
                        "row": number,
                        "place": place,
                        "text_hash": paper.text_hash,
                        "model_fingerprint": self.model_fingerprint,
                    }
                )
            made = pa.BufferOutputStream()
            table = pa.Table.from_pylist(rows, schema=schema(self.tag_set, self.run))
            pq.write_table(table, made, compression="zstd")
            return bytes(made.getvalue())

        return tag


def schema(tag_set: TagSet, run: str) -> pa.Schema:
    """Return the columns: tags are a list of ids for each dimension, scores a number for each tag of each dimension."""
    import pyarrow as pa

    tags = [pa.field(d.id, pa.list_(pa.string()), nullable=False) for d in tag_set.dimensions]
    scores = [
        pa.field(d.id, pa.struct([pa.field(tag, pa.float32(), nullable=False) for tag in d.tag_ids]), nullable=False)
        for d in tag_set.dimensions
    ]
    columns = {
        "id": pa.string(),
        "title": pa.string(),
        "model": pa.string(),
        "needs_review": pa.bool_(),
        "tags": pa.struct(tags),
        "scores": pa.struct(scores),
        "source": pa.string(),
        "row": pa.int64(),
        "place": pa.string(),
        "text_hash": pa.string(),
        "model_fingerprint": pa.string(),
    }
    fields = [pa.field(name, kind, nullable=False) for name, kind in columns.items()]
    return pa.schema(fields, metadata={RUN_KEY: run.encode()})


def rows_of_run(data: object, run: str) -> int | None:
    """Return how many rows a Parquet file has, None if it is none, or not of that run."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.read_metadata(data)
    except (pa.ArrowException, OSError):
        return None
    return int(found.num_rows) if (found.metadata or {}).get(RUN_KEY) == run.encode() else None
