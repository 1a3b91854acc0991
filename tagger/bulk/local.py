"""The local engine: processes of this machine, each with a model of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection

from tagger.bulk.engine import Shard, TagShard
from tagger.errors import BulkError


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class LocalEngine:
    """Tags in so many processes, else one a processor, which is fastest (docs/scale.md); with one, in this process."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or processors()
        self.threads = max(1, processors() // self.workers)

    def tag(self, shards: Callable[[], Iterable[Shard]], load: Callable[[], TagShard]) -> Iterator[tuple[Shard, bytes]]:
        """Yield each shard with its table, in order. At most two shards a worker are in memory. Raises BulkError."""
        if self.workers == 1:
            tag = load()
            for shard in shards():
                yield shard, tag(shard)
            return
        # A fork would copy the threads' locks of whatever runs here in the state they are in.
        context = multiprocessing.get_context("spawn")
        ended, alive = context.Pipe(duplex=False)
        with ProcessPoolExecutor(self.workers, context, _begin, (load, ended)) as pool:
            waiting: deque[tuple[Shard, Future[bytes]]] = deque()
            try:
                for shard in shards():
                    waiting.append((shard, pool.submit(_work, shard)))
                    if len(waiting) == 2 * self.workers:
                        yield _done(*waiting.popleft())
                while waiting:
                    yield _done(*waiting.popleft())
            except BaseException:
                alive.close()  # nobody wants what the workers are at
                raise


def _done(shard: Shard, future: Future[bytes]) -> tuple[Shard, bytes]:
    try:
        return shard, future.result()
    except BrokenProcessPool as error:
        hint = "If the memory was full, give fewer --workers; run the command again to go on"
        raise BulkError("a worker process ended before its work was done", hint) from error


class _Worker:
    """What a worker process keeps: it loads the model for its first shard, so that a failure comes back as one."""

    load: Callable[[], TagShard]
    tag: TagShard | None = None


def _begin(load: Callable[[], TagShard], ended: Connection) -> None:
    _Worker.load = staticmethod(load)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it, too, and says so
    threading.Thread(target=_end_with, args=(ended,), daemon=True).start()


def _end_with(ended: Connection) -> None:
    """End this process when its parent closes the pipe or ends, however that is killed; else it would wait for ever."""
    ended.poll(None)
    os._exit(1)


def _work(shard: Shard) -> bytes:
    if _Worker.tag is None:
        _Worker.tag = _Worker.load()
    return _Worker.tag(shard)
