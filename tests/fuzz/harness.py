"""Feeds mutated files to a parser and holds it to its promise: it reads them, or says in one line why not, in time.

`TAGGER_FUZZ=20000 pytest tests/fuzz` feeds so many files to every parser; `TAGGER_FUZZ_SEED` gives other ones.
"""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from tagger.errors import TaggerError
from tests.fuzz.mutations import mutated

RUNS = os.environ.get("TAGGER_FUZZ")
SEED = int(os.environ.get("TAGGER_FUZZ_SEED", "20260807"))
# The machine may be busy with other things: this tells what grows with the square of the size, not what is slow.
_ALLOWED_S, _ALLOWED_S_PER_BYTE = 1.0, 40e-6
_HANGING_S = 60
_LONGEST_LINE = 5000

Feed = Callable[[bytes], object]


def fuzz(name: str, seeds: Sequence[bytes], feed: Feed, *, few: int) -> int:
    """Feed whole files, which have to be read, and then mutated ones; ``few`` if the environment doesn't say more.

    Returns how many were refused.
    """
    refused = 0
    for seed in seeds:
        feed(seed)
    for number in range(int(RUNS or few)):
        data = mutated(random.Random(f"{SEED} {name} {number}"), seeds)
        with told(f"{name}, seed {SEED}, number {number}", data):
            refused += check(feed, data) is not None
    return refused


def check(feed: Feed, data: bytes, size: int | None = None) -> TaggerError | None:
    """Feed a file, and return the failure if it was refused; ``size`` is what it unpacks to."""
    began = time.thread_time()
    refused = None
    with _no_longer_than(_HANGING_S):
        try:
            feed(data)
        except TaggerError as error:
            refused = error
    spent, allowed = time.thread_time() - began, _ALLOWED_S + _ALLOWED_S_PER_BYTE * (size or len(data))
    assert spent < allowed, f"{spent:.1f} s for {len(data)} bytes"
    if refused is not None:
        check_line(str(refused))
    return refused


def check_line(line: str) -> None:
    """Check that a failure is one line that a person can read."""
    assert line.strip() and "\n" not in line and len(line) < _LONGEST_LINE, line[:3000]


@contextlib.contextmanager
def told(what: str, data: bytes) -> Iterator[None]:
    """Add to a failure what it was met on."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"met on {what}: {data[:1500]!r}{'…' if len(data) > 1500 else ''}")
        raise


@contextlib.contextmanager
def _no_longer_than(seconds: int) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"it takes longer than {seconds} s")

    former = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)
