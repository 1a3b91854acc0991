"""Mutations of small files: what disks, networks, editors and people with ill will make of them."""

import copy
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

SWOLLEN = 100_000  # so many bytes show where time grows faster than size
_NUMBERS = [*"0 -1 1e999 -1e308 NaN Infinity 0x7f 007 1_0 ١٢ 2147483648 9223372036854775808".split(), "9" * 5000]
_WORDS = [
    *("null", "true", "no", "~", "''", '""', "../../x", "/etc/x", "C:\\x", "~nobody/x", "con", "=1+1", "sep=;"),
    *(
        "&a",
        "*a",
        "<<: *a",
        "&a [*a]",
        "!!python/object:os.system",
        "!!binary x",
        "%YAML 9.9",
        "---",
        "...",
        "? ",
        "- ",
    ),
    *("2026-02-30", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "Feb 29", "99999999999"),
    *("<![CDATA[", "<!DOCTYPE a [", "]]>", "&#0;", "&#x110000;", "&lt;", "<script>", "@string{", "\\begin{x}", "\\def"),
    *("TY  - ", "ER  - ", "PT J", "\\ud800", "\\u0000", "\\udfff\\ud800", "(?:a+)+$", "%s%n", "${x}", "{{ x }}"),
]
_CHARACTERS = [
    *("\0", "\x1b[2J", "\x7f", "\x85", "\u200d", "\u2028", "\u2029", "\u202e", "\ufeff", "\ufffe", "\U0010ffff"),
    *("e\u0301" * 9, "\u0130", "ß", "ﬁ", "\u0600", "\U0001f469\u200d\U0001f52c", "\u3000", "\xa0", "\r", "\r\n", "\t"),
]
TOKENS = [t.encode() for t in (*_NUMBERS, *_WORDS, *_CHARACTERS)] + [b"\xed\xa0\x80", b"\xff", b"\xc0\x80", b"\x80"]
_SIGNS = b"{}[]()<>\"'`,;:=@#$%&*!?|\\/-+~^_. \n\t"
_ODD: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 1e308, float("inf"), float("nan"), 2**31, 2**63, -(2**63) - 1, 10**400),
    *("", " ", "\0", "\ud800", "a\udfffb", "\u2028", "a\nb", "../x", "/x", "x" * 300, "9" * 5000, "2026-02-30"),
    *([], {}, [[]], [None], {"": ""}, {"a": {"a": []}}, [[[[[[[[[[]]]]]]]]]], {"value": {"value": 1}}),
]


def mutated(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of some files with a few mutations; one in fifty is swollen to ``SWOLLEN`` bytes."""
    data = rng.choice(seeds)
    if rng.random() < 0.4 and (document := _json(data)) is not None:
        data = json.dumps(mutated_document(rng, document), ensure_ascii=rng.random() < 0.5).encode(
            errors="surrogatepass"
        )
        if rng.random() < 0.7:
            return data
    for _ in range(rng.choice([1, 1, 1, 2, 3, 8])):
        data = rng.choice(_MUTATIONS)(rng, data, seeds)
    return _swollen(rng, data) if rng.random() < 0.02 else data


def mutated_document(rng: random.Random, document: Any) -> Any:
    """Return a JSON document in which some values are others, or are gone, doubled or elsewhere."""
    mutant = [json.loads(json.dumps(document))]
    for _ in range(rng.choice([1, 1, 2, 4])):
        holder, key = rng.choice(_places(mutant))
        value = holder[key]
        change = rng.randrange(5)
        if change == 0 and holder is not mutant:
            del holder[key]
        elif change == 1:
            holder[key] = [value, value] if rng.random() < 0.5 else {str(key): value}
        elif change == 2 and isinstance(value, str):
            holder[key] = _inserted(rng, value.encode(errors="surrogatepass"), ()).decode(errors="replace")
        elif change == 3:
            holder[key] = json.loads(json.dumps((other := rng.choice(_places(mutant)))[0][other[1]]))
        else:
            holder[key] = copy.deepcopy(rng.choice(_ODD))
    return mutant[0]


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            found += [(value, key), *_places(value[key])]
    return found


def _flipped(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    flipped = bytearray(data)
    for _bit in range(rng.choice([1, 1, 2, 9])):
        if flipped:
            flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    return bytes(flipped)


def _signed(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + bytes([rng.choice(_SIGNS)]) + data[at + rng.randrange(2) :]


def _cut(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    return rng.choice([data[:start], data[start:], data[:start] + data[end:], data[start:end]])


def _spliced(rng: random.Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    other = rng.choice(seeds)
    start, end = sorted((rng.randrange(len(other) + 1), rng.randrange(len(other) + 1)))
    at = rng.randrange(len(data) + 1)
    return data[:at] + other[start:end] + data[at:]


def _repeated(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start = rng.randrange(len(data) + 1)
    piece = data[start : start + rng.choice([1, 2, 10, 100, 1000])]
    return data[:start] + piece * rng.choice([2, 3, 10, 100]) + data[start:]


def _inserted(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(TOKENS) + data[at + rng.choice([0, 0, 1, 5]) :]


def _numbered(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    digits = [i for i, byte in enumerate(data) if 48 <= byte <= 57]
    at = rng.choice(digits) if digits else 0
    return data[:at] + rng.choice(_NUMBERS).encode() + data[at + 1 :]


def _swollen(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data) + 1)
    piece = data[start : start + rng.choice([1, 1, 2, 3, 5, 20, 200])] or b"("
    return data[:start] + piece * (SWOLLEN // len(piece)) + data[start:]


_MUTATIONS: list[Callable[[random.Random, bytes, Sequence[bytes]], bytes]] = [
    *(_flipped, _signed, _signed, _cut, _spliced, _repeated, _inserted, _inserted, _numbered)
]
