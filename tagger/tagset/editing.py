"""Writes words into a tag set file without touching anything else in it: comments, order and layout stay."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from tagger.domain.tags import TagSet
from tagger.errors import TagSetError
from tagger.tagset.reading import parse_tag_set

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node, SequenceNode

# What every YAML reader takes for a text without quotes, but for those that mean something else to some.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ -][A-Za-z0-9]+)*")
_NOT_TEXT = frozenset("y n yes no true false on off null".split())


def with_word(data: bytes, name: str, dimension_id: str, tag_id: str, word: str) -> bytes:
    """Return a tag set's YAML with one more ``also`` word for a tag; ``name`` is what errors call the file.

    What comes out is read again and is the tag set with just that word more. Raises TagSetError if the file is faulty,
    or written in a way that can't take the word where it belongs.
    """
    import yaml

    before = parse_tag_set(data, name)
    word = " ".join(word.split())
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise TagSetError(f"{name} isn't in UTF-8, so no word can be added to it", "Save it as UTF-8") from error
    root = cast("MappingNode", yaml.compose(text, Loader=yaml.SafeLoader))
    dimension = _item(_field(root, "dimensions"), dimension_id)
    tag = _item(_field(dimension, "tags"), tag_id)
    at, addition = _addition(text, tag, word)
    after = f"{text[:at]}{addition}{text[at:]}".encode()
    try:
        added = parse_tag_set(after, name).fingerprint == _grown(before, dimension_id, tag_id, word).fingerprint
    except TagSetError:
        added = False
    if not added:
        line = tag.start_mark.line + 1
        raise TagSetError(f"{name}, line {line}: can't add '{word}' here without rewriting", "Add it by hand")
    return after


def _addition(text: str, tag: MappingNode, word: str) -> tuple[int, str]:
    """Return where in the text something has to stand, and what."""
    plain = _PLAIN.fullmatch(word) and word.lower() not in _NOT_TEXT
    written = word if plain else json.dumps(word, ensure_ascii=False)
    also = next((value for key, value in tag.value if _text(key) == "also"), None)
    if also is not None and also.flow_style:
        return (also.value[-1].end_mark.index, f", {written}") if also.value else (also.start_mark.index + 1, written)
    if also is not None:
        last = also.value[-1]
        dash = text.rindex("-", 0, last.start_mark.index)
        return _new_line(text, last, text[_line_start(text, dash) : dash] + f"- {written}")
    key, last = tag.value[-1]
    if tag.flow_style:
        return last.end_mark.index, f", also: [{written}]"
    return _new_line(text, last, " " * key.start_mark.column + f"also: [{written}]")


def _new_line(text: str, after: Node, line: str) -> tuple[int, str]:
    """Return the line as what follows the node's last line, with whatever comment that has."""
    ending = "\r\n" if "\r\n" in text else "\n"
    end = after.end_mark.index
    if text[_line_start(text, end) : end].strip() == "":  # a text in a block of its own ends where the next line begins
        return end, line + ending
    stop = text.find("\n", end)
    return (stop + 1, line + ending) if stop >= 0 else (len(text), ending + line)


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _field(node: MappingNode, key: str) -> SequenceNode:
    return cast("SequenceNode", next(value for name, value in node.value if _text(name) == key))


def _item(node: SequenceNode, item_id: str) -> MappingNode:
    return cast("MappingNode", next(item for item in node.value if _text(_field(item, "id")) == item_id))


def _text(node: Node) -> str:
    return " ".join(node.value.split())


def _grown(tag_set: TagSet, dimension_id: str, tag_id: str, word: str) -> TagSet:
    dimensions = tuple(
        replace(d, tags=tuple(replace(t, also=(*t.also, word)) if t.id == tag_id else t for t in d.tags))
        if d.id == dimension_id
        else d
        for d in tag_set.dimensions
    )
    return replace(tag_set, dimensions=dimensions)
