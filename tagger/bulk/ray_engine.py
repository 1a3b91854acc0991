"""The Ray engine: the same work by Ray Data, on this machine or on a cluster whose machines share the files."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from tagger.bulk.engine import Shard, TagShard
from tagger.bulk.local import processors
from tagger.domain.paper import Paper
from tagger.errors import BulkError, TaggerError

if TYPE_CHECKING:
    import pyarrow as pa

# What lies between reading, tagging and writing; Ray would take a third of the memory.
_STORE_BYTES = 300_000_000
# A busy machine may take longer than Ray waits, and most often doesn't twice.
STARTS = 3
_ROWS: dict[str, Any] = {"batch_size": 1, "batch_format": "pyarrow"}


class RayEngine:
    """Tags in so many actors of one processor each: by default all processors, of a cluster all but one, which reads.

    A cluster is the one that ``RAY_ADDRESS`` names. Where there is none, Ray is started for the run, and is told of one
    processor more than there are workers: without one to read with, it would wait for ever.
    """

    threads = 1

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers

    def tag(self, shards: Callable[[], Iterable[Shard]], load: Callable[[], TagShard]) -> Iterator[tuple[Shard, bytes]]:
        """Yield each shard with its table, in order. Raises BulkError."""
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # or else it reports to its makers
        try:
            import ray
            import ray.data
        except ImportError as error:
            hint = "pip install 'digest-tagger[ray]', or --engine local"
            raise BulkError("the engine ray needs Ray Data, which isn't installed", hint) from error
        began_here = not ray.is_initialized()
        try:
            yield from self._tagged(self._begin(), shards, load)
        except ray.exceptions.RayError as error:
            raise _in_words(error) from error
        finally:
            if began_here:
                ray.shutdown()

    def _begin(self) -> int:
        """Make sure that Ray runs, and return how many workers there will be."""
        import ray

        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        if not ray.is_initialized():
            if os.environ.get("RAY_ADDRESS"):
                try:
                    ray.init(**quiet)
                except ConnectionError as error:
                    raise BulkError(f"there is no Ray at {os.environ['RAY_ADDRESS']}", "Correct RAY_ADDRESS") from error
            else:
                workers = self.workers or processors()
                options = {"num_cpus": workers + 1, "object_store_memory": _STORE_BYTES, "include_dashboard": False}
                _start(options | quiet)
        most = int(ray.cluster_resources().get("CPU", 0)) - 1
        if (self.workers or 1) > most:
            raise BulkError(
                f"this Ray has processors for {max(most, 0)} workers, and one to read", "Give fewer --workers"
            )
        return self.workers or most

    def _tagged(
        self, workers: int, shards: Callable[[], Iterable[Shard]], load: Callable[[], TagShard]
    ) -> Iterator[tuple[Shard, bytes]]:
        import ray

        context = ray.data.DataContext.get_current()
        context.execution_options.preserve_order = True
        context.execution_options.resource_limits = ray.data.ExecutionResources(object_store_memory=_STORE_BYTES)
        context.target_max_block_size = 1  # a shard a block, or else many wait to be one
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        # Half a processor, because Ray would read and tag in one actor if both took the same.
        start = ray.data.range(1, override_num_blocks=1)
        read = start.map_batches(_read, fn_args=(shards,), num_cpus=0.5, **_ROWS)
        pool = ray.data.ActorPoolStrategy(size=workers)
        tagged = read.map_batches(_Tagging, fn_constructor_args=(load,), num_cpus=1, compute=pool, **_ROWS)
        logging.getLogger("ray.data").setLevel(logging.ERROR)  # it gets its own level when it is first used
        for batch in tagged.iter_batches(prefetch_batches=0, **_ROWS):
            (row,) = batch.to_pylist()
            yield _unpacked(row["shard"]), row["table"]


def _start(options: dict[str, Any]) -> None:
    """Start Ray on this machine. Raises BulkError."""
    import ray

    for attempt in range(1, STARTS + 1):
        try:
            ray.init(**options)
            return
        except Exception as error:  # Ray raises just that where its processes don't answer within half a minute
            ray.shutdown()
            if attempt == STARTS:
                hint = "Is the machine busy? Run the command again, or give --engine local"
                raise BulkError(f"Ray doesn't start: {' '.join(str(error).split())[:200]}", hint) from error


def _read(batch: pa.Table, shards: Callable[[], Iterable[Shard]]) -> Iterator[pa.Table]:
    import pyarrow as pa

    for shard in shards():
        yield pa.table({"shard": [_packed(shard)]})


class _Tagging:
    def __init__(self, load: Callable[[], TagShard]) -> None:
        self._tag = load()

    def __call__(self, batch: pa.Table) -> pa.Table:
        (packed,) = batch.column("shard").to_pylist()
        return batch.append_column("table", [[self._tag(_unpacked(packed))]])


def _packed(shard: Shard) -> str:
    return json.dumps(
        {"number": shard.number, "papers": [(n, at, asdict(p)) for n, at, p in shard.papers]}, default=str
    )


def _unpacked(packed: str) -> Shard:
    found = json.loads(packed)
    return Shard(found["number"], tuple((row, place, _paper(fields)) for row, place, fields in found["papers"]))


def _paper(fields: dict[str, Any]) -> Paper:
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    published = date.fromisoformat(fields["published"]) if fields["published"] else None
    return Paper(**fields | lists | {"published": published})


def _in_words(error: Exception) -> TaggerError:
    """Return a failure of Ray's as one of ours, or the one of ours that it carries."""
    cause: BaseException | None = error
    while cause is not None:
        inner = getattr(cause, "cause", None)
        if isinstance(inner, TaggerError):
            return inner
        cause = inner or cause.__cause__
    reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return BulkError(f"Ray gave up: {reason[:200]}", "Run the command again to go on")
