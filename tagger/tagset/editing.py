"""Edits the text of a tag set file without touching anything else in it: comments, order and layout stay.

Each edit takes the file's text and returns it with one thing more, or one thing other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node, SequenceNode

Value = str | int | Sequence[str]

# What every YAML reader takes for a text without quotes, but for those that mean something else to some.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ _-][A-Za-z0-9]+)*")
_NOT_TEXT = frozenset("y n yes no true false on off null".split())


def set_version(text: str, version: int) -> str:
    """Return the text with another version."""
    return _replaced(text, _field(_root(text), "version"), str(version))


def add_tag(text: str, dimension_id: str, fields: Mapping[str, Value]) -> str:
    """Return the text with one more tag, the last of its dimension."""
    tags = _field(_item(_field(_root(text), "dimensions"), dimension_id), "tags")
    item = "{" + ", ".join(f"{key}: {_written(value)}" for key, value in fields.items()) + "}"
    last = tags.value[-1]
    if tags.flow_style:
        end = last.end_mark.index
        return f"{text[:end]}, {item}{text[end:]}"
    dash = text.rindex("-", 0, last.start_mark.index)
    return _with_line(text, last, text[_line_start(text, dash) : dash] + f"- {item}")


def set_field(text: str, dimension_id: str, tag_id: str, key: str, value: Value) -> str:
    """Return the text with another value of a tag's field; one that it lacks is added."""
    tag = _tag(text, dimension_id, tag_id)
    present = next((node for name, node in tag.value if _text(name) == key), None)
    if present is not None:
        return _replaced(text, present, _written(value))
    name, last = tag.value[-1]
    if tag.flow_style:
        end = last.end_mark.index
        return f"{text[:end]}, {key}: {_written(value)}{text[end:]}"
    return _with_line(text, last, " " * name.start_mark.column + f"{key}: {_written(value)}")


def add_to_list(text: str, dimension_id: str, tag_id: str, key: str, item: str) -> str:
    """Return the text with one more item in a list that a tag has, or gets."""
    tag = _tag(text, dimension_id, tag_id)
    present = next((node for name, node in tag.value if _text(name) == key), None)
    if present is None:
        return set_field(text, dimension_id, tag_id, key, [item])
    if present.flow_style and present.value:
        end = present.value[-1].end_mark.index
        return f"{text[:end]}, {_written(item)}{text[end:]}"
    if present.flow_style:
        start = present.start_mark.index + 1
        return f"{text[:start]}{_written(item)}{text[start:]}"
    last = present.value[-1]
    dash = text.rindex("-", 0, last.start_mark.index)
    return _with_line(text, last, text[_line_start(text, dash) : dash] + f"- {_written(item)}")


def line_of(text: str, dimension_id: str, tag_id: str) -> int:
    """Return the line, from 1 up, on which a tag begins."""
    return _tag(text, dimension_id, tag_id).start_mark.line + 1


def _written(value: Value) -> str:
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT
        return value if plain else json.dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, int) else "[" + ", ".join(map(_written, value)) + "]"


def _replaced(text: str, node: Node, written: str) -> str:
    return text[: node.start_mark.index] + written + text[node.end_mark.index :]


def _with_line(text: str, after: Node, line: str) -> str:
    """Return the text with a line after the node's last one, whatever comment that has."""
    ending = "\r\n" if "\r\n" in text else "\n"
    end = _last_leaf(after).end_mark.index
    if text[_line_start(text, end) : end].strip() == "":  # a text in a block of its own ends where the next line begins
        return f"{text[:end]}{line}{ending}{text[end:]}"
    stop = text.find("\n", end)
    return f"{text[: stop + 1]}{line}{ending}{text[stop + 1 :]}" if stop >= 0 else f"{text}{ending}{line}"


def _last_leaf(node: Node) -> Node:
    """Return what a node ends with: the end of a block is only told where the next one begins."""
    while not getattr(node, "flow_style", True):
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _root(text: str) -> MappingNode:
    import yaml

    return cast("MappingNode", yaml.compose(text, Loader=yaml.SafeLoader))


def _tag(text: str, dimension_id: str, tag_id: str) -> MappingNode:
    dimension = _item(_field(_root(text), "dimensions"), dimension_id)
    return _item(_field(dimension, "tags"), tag_id)


def _field(node: MappingNode, key: str) -> SequenceNode:
    return cast("SequenceNode", next(value for name, value in node.value if _text(name) == key))


def _item(node: SequenceNode, item_id: str) -> MappingNode:
    return cast("MappingNode", next(item for item in node.value if _text(_field(item, "id")) == item_id))


def _text(node: Node) -> str:
    return " ".join(node.value.split())
