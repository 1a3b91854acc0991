"""Remembers which ids were met, in 16 to 32 bytes each, where a set of texts takes over a hundred."""

from __future__ import annotations

import hashlib
from array import array

_EMPTY = 0


class MetIds:
    """Ids as 8-byte hashes in an open hash table that is at most half full.

    Two ids out of n have the same hash with a probability of about n²/2⁶⁵: for a hundred million papers, one in 4,000.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._count = 0

    def is_new(self, paper_id: str) -> bool:
        """Return whether an id wasn't met before, and remember it."""
        digest = hashlib.blake2b(paper_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        key = int.from_bytes(digest, "big") or 1
        place = self._place(key)
        if self._slots[place] == key:
            return False
        self._slots[place] = key
        self._count += 1
        if 2 * self._count > len(self._slots):
            self._grow()
        return True

    def _place(self, key: int) -> int:
        mask = len(self._slots) - 1
        place = key & mask
        while self._slots[place] not in (_EMPTY, key):
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        former = self._slots
        self._slots = array("Q", bytes(8 * 2 * len(former)))
        for key in former:
            if key != _EMPTY:
                self._slots[self._place(key)] = key
