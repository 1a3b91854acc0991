"""Text for formats of lines and fields: no line ends, no control characters, nothing that turns the line round."""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_DROPPED = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ufffe\uffff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")


def one_line(text: str) -> str:
    """Return text on one line, as any format can carry it: control characters are a space, lone surrogates U+FFFD.

    Characters that turn the direction of the text after them, and those that no XML or YAML may hold, are left out.
    """
    text = _DROPPED.sub("", _SURROGATE.sub("\ufffd", text))
    return " ".join(_SPACES.sub(" ", text).split())


def shortened(text: str, limit: int) -> str:
    """Return text of at most ``limit`` characters, cut after a word if there is one, and then ending in an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: max(limit - 1, 0)]
    words, _, _ = cut.rpartition(" ")
    return f"{words or cut}…" if limit > 0 else ""


def escaped_markdown(text: str) -> str:
    """Return text that Markdown shows as it is, also at the start of a line."""
    escaped = _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
    return re.sub(r"^(\d+)([.)])|^([-+=])", lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)
