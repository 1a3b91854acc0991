import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tagger.learning.text_cache import TextCache, cache_folder

IDS, STATES = [101, 7, 102], np.arange(12, dtype=np.float16).reshape(3, 4)


def made(folder: Path, layers: bytes = b"layers", most_bytes: int = 10**6) -> TextCache:
    return TextCache(folder, layers, "float16", most_bytes)


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*"))


def test_what_was_kept_is_found_by_text_and_layers(tmp_path: Path) -> None:
    made(tmp_path).put(IDS, STATES)
    found = made(tmp_path).get(IDS, (3, 4))
    assert found is not None and found.dtype == np.float16 and np.array_equal(found, STATES)
    assert (
        made(tmp_path).get([101, 8, 102], (3, 4)) is None and made(tmp_path, b"other layers").get(IDS, (3, 4)) is None
    )
    assert made(tmp_path).get([1017, 102], (3, 4)) is None, "ids run together"


@pytest.mark.parametrize(
    "damage",
    [lambda b: b[:-3], lambda b: b"", lambda b: b[:40] + b"\xff" + b[41:], lambda b: b"\0" + b[1:], lambda b: b + b"x"],
    ids="torn empty content digest longer".split(),
)
def test_a_damaged_entry_is_as_good_as_none_and_is_replaced(tmp_path: Path, damage: object) -> None:
    cache = made(tmp_path)
    cache.put(IDS, STATES)
    (path,) = entries(tmp_path)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert cache.get(IDS, (3, 4)) is None
    cache.put(IDS, STATES)
    assert np.array_equal(cache.get(IDS, (3, 4)), STATES)  # type: ignore[arg-type]


def test_the_entries_used_longest_ago_go_when_room_is_short(tmp_path: Path) -> None:
    cache = made(tmp_path, most_bytes=10 * 56)  # an entry is its digest and 24 bytes
    for i in range(12):
        cache.put([i, 0, 0], STATES)
        written = next(p for p in entries(tmp_path) if p.stat().st_mtime > time.time() - 60)
        os.utime(written, (1000 + i, 1000 + i))
    assert cache.get([0, 0, 0], (3, 4)) is not None, "and so it is the one used last"
    cache.trim()
    assert [i for i in range(12) if cache.get([i, 0, 0], (3, 4)) is not None] == [0, *range(4, 12)]


def test_enough_room_deletes_nothing_but_what_a_dead_process_left(tmp_path: Path) -> None:
    cache = made(tmp_path)
    cache.put(IDS, STATES)
    (entry,) = entries(tmp_path)
    for name, age in ((".old", 10_000), (".young", 10)):
        (entry.parent / name).write_bytes(b"half")
        os.utime(entry.parent / name, (time.time() - age,) * 2)
    cache.trim()
    assert [p.name for p in entries(tmp_path)] == [".young", entry.name]


def test_a_folder_that_cannot_be_used_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = made(tmp_path / "file")
    cache.put(IDS, STATES)
    assert cache.get(IDS, (3, 4)) is None
    cache.trim()


def test_many_may_write_and_read_the_same_at_once(tmp_path: Path) -> None:
    wrong: list[object] = []

    def work() -> None:
        cache = made(tmp_path, most_bytes=100)
        for _ in range(50):
            cache.put(IDS, STATES)
            found = cache.get(IDS, (3, 4))
            if found is not None and not np.array_equal(found, STATES):
                wrong.append(found)
            cache.trim()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong and not [p for p in entries(tmp_path) if p.name.startswith(".")]


def test_the_folder_can_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TAGGER_CACHE", str(tmp_path))
    assert cache_folder("states") == tmp_path / "states"
    monkeypatch.delenv("TAGGER_CACHE")
    assert "tagger" in cache_folder("states").parts and cache_folder("states").is_absolute()
