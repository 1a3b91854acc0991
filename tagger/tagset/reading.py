"""Reads a tag set from YAML and checks it, so that every fault is told with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.errors import TagSetError
from tagger.shipped import shipped

if TYPE_CHECKING:
    from yaml.nodes import Node

_ID = re.compile(r"(?!\.+$)[A-Za-z0-9._-]+")  # `..` leads elsewhere where ids are names of files
_MAX_BYTES = 5_000_000
_MAX_ITEMS = 500_000  # in all lists together: aliases make much of a small file
_VERSION = re.compile(r"[1-9]\d{0,8}", re.ASCII)
# What a paper or an annotation row says of itself, so a dimension of that name couldn't be told from it.
_RESERVED = frozenset(
    "id annotator skip withdrawn at title abstract published digest authors url categories upvotes tag_set".split()
)


def default_tag_set_file() -> Path:
    """Return the tag set that comes with tagger: from the installed package, or from a checkout's ``labels/``."""
    return shipped("_labels/tags.yaml", "labels/tags.yaml")


def read_tag_set(path: Path) -> TagSet:
    """Read and check the tag set in ``path``. Raises TagSetError with file, line and what is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TagSetError(f"can't read the tag set {path}: {error.strerror}") from error
    return parse_tag_set(data, str(path))


def parse_tag_set(data: bytes, name: str) -> TagSet:
    """Parse a tag set from YAML bytes; ``name`` is what errors call it. Raises TagSetError."""
    import yaml

    if len(data) > _MAX_BYTES:
        raise TagSetError(f"{name} has {len(data):,} bytes", "A tag set is a small YAML file; is it the right one?")
    # The one in C is there wherever there is a wheel, and ten times as fast; every command reads the tag set.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(data, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TagSetError(f"{name}, line {line}: not valid YAML: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise TagSetError(f"{name}: not valid YAML: {error}") from error
    if root is None:
        raise TagSetError(f"{name} is empty", "A tag set has a version and dimensions")
    return _Reader(name).tag_set(root)


def is_id(text: str) -> bool:
    """Return whether a dimension or tag can have that id."""
    return _ID.fullmatch(text) is not None


def find_tag(tag_set: TagSet, reference: str, former: Iterable[tuple[str, str]] = ()) -> tuple[str, str]:
    """Return the (dimension id, tag id) that ``dimension:tag``, or just ``tag``, names. Raises TagSetError.

    ``former`` are tags that are looked among, too, where the tag set has none of that name (any more).
    """
    dimension, _, wanted = reference.rpartition(":")

    def named(keys: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [key for key in dict.fromkeys(keys) if key[1] == wanted and dimension in ("", key[0])]

    found = named((d.id, tag) for d in tag_set.dimensions for tag in d.tag_ids) or named(former)
    if not found:
        raise TagSetError(f"no tag '{reference}' in the tag set", "`tagger tags list` shows them all")
    if len(found) > 1:
        choices = " or ".join(f"{key}:{tag}" for key, tag in found)
        raise TagSetError(f"'{reference}' is a tag of several dimensions", f"Write {choices}")
    return found[0]


def _fault_of_history(dimension: Dimension) -> str:
    """Return what is wrong with what tags were called and went into, in words; empty if nothing is."""
    owners: dict[str, str] = {}
    for tag in (*dimension.tags, *dimension.former):
        for tag_id in tag.ids:
            if tag_id in owners:
                return f"'{tag_id}' stands for '{owners[tag_id]}' and for '{tag.id}': an id is never used again"
            owners[tag_id] = tag.id
    into = {tag.id: [owners.get(other) for other in tag.into] for tag in dimension.former}
    for tag in dimension.former:
        if None in into[tag.id]:
            return f"'{tag.id}' goes into '{tag.into[into[tag.id].index(None)]}', which isn't there"
        reached, ahead = set(), [tag.id]
        while ahead:
            reached.update(following := {other for each in ahead for other in into.get(each, ()) if other})
            if tag.id in reached:
                return f"'{tag.id}' goes into itself"
            ahead = list(following)
    return ""


class _Reader:
    """Turns YAML nodes, which know their lines, into a tag set. Scalars are taken as written: an id `no` stays 'no'."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.met = 0

    def fail(self, node: Node, reason: str) -> TagSetError:
        return TagSetError(f"{self.name}, line {node.start_mark.line + 1}: {reason}")

    def tag_set(self, root: Node) -> TagSet:
        fields = self.fields(root, "the tag set", required=("version", "dimensions"))
        version = self.number(fields["version"], "version")
        nodes = self.items(fields["dimensions"], "dimensions")
        if not nodes:
            raise self.fail(fields["dimensions"], "there are no dimensions")
        dimensions: list[Dimension] = []
        for node in nodes:
            dimension = self.dimension(node)
            if dimension.id in {d.id for d in dimensions}:
                raise self.fail(node, f"the dimension '{dimension.id}' is there twice")
            dimensions.append(dimension)
        return TagSet(version, tuple(dimensions))

    def dimension(self, node: Node) -> Dimension:
        fields = self.fields(node, "a dimension", required=("id", "tags"), optional=("question", "required"))
        dimension_id = self.identifier(fields["id"])
        if dimension_id in _RESERVED:
            raise self.fail(fields["id"], f"'{dimension_id}' is a field of papers and annotations: choose another id")
        required = self.text(fields["required"], "required").lower() if "required" in fields else "true"
        if required not in ("true", "false"):
            raise self.fail(fields["required"], f"required is '{required}', not true or false")
        nodes = self.items(fields["tags"], "tags")
        if not nodes:
            raise self.fail(fields["tags"], f"the dimension '{dimension_id}' has no tags")
        lines: dict[str, int] = {}
        tags: list[Tag] = []
        for child in nodes:
            tag = self.tag(child)
            if tag.id in lines:
                raise self.fail(child, f"the tag '{tag.id}' is in '{dimension_id}' already, on line {lines[tag.id]}")
            lines[tag.id] = child.start_mark.line + 1
            tags.append(tag)
        question = self.text(fields["question"], "question") if "question" in fields else dimension_id
        given, former = ([tag for tag in tags if (tag.retired is not None) == gone] for gone in (False, True))
        dimension = Dimension(dimension_id, question, required == "true", tuple(given), tuple(former))
        if not given:
            raise self.fail(fields["tags"], f"the dimension '{dimension_id}' has no tags that aren't retired")
        if fault := _fault_of_history(dimension):
            raise self.fail(fields["tags"], fault)
        return dimension

    def tag(self, node: Node) -> Tag:
        optional = ("name", "means", "not", "also", "was", "since", "retired", "into")
        fields = self.fields(node, "a tag", required=("id",), optional=optional)
        tag_id = self.identifier(fields["id"])
        texts = {key: self.text(fields[key], key) for key in ("name", "means", "not") if key in fields}
        words = tuple(self.text(n, "also") for n in self.items(fields["also"], "also")) if "also" in fields else ()
        was, into = (
            tuple(map(self.identifier, self.items(fields[key], key))) if key in fields else ()
            for key in ("was", "into")
        )
        since, retired = (self.number(fields[key], key) if key in fields else None for key in ("since", "retired"))
        if into and retired is None:
            raise self.fail(
                fields["into"], f"'{tag_id}' goes into other tags, but doesn't say since when it is retired"
            )
        name, means, unlike = texts.get("name", tag_id), texts.get("means", ""), texts.get("not", "")
        return Tag(tag_id, name, means, unlike, words, was, since or 0, retired, into)

    def number(self, node: Node, what: str) -> int:
        text = self.text(node, what)
        if not _VERSION.fullmatch(text):
            raise self.fail(node, f"{what} is '{text}', not a whole number from 1 up")
        return int(text)

    def identifier(self, node: Node) -> str:
        text = self.text(node, "id")
        if not is_id(text):
            raise self.fail(node, f"the id '{text}' isn't made of letters, digits, '.', '_' and '-'")
        return text

    def fields(
        self, node: Node, what: str, *, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> dict[str, Node]:
        from yaml.nodes import MappingNode

        if not isinstance(node, MappingNode):
            raise self.fail(node, f"{what} has to be written as `key: value`")
        fields: dict[str, Node] = {}
        for key_node, value_node in node.value:
            key = self.text(key_node, "a key")
            if key not in required + optional:
                raise self.fail(key_node, f"{what} has no '{key}': it takes {', '.join(required + optional)}")
            if key in fields:
                raise self.fail(key_node, f"'{key}' is there twice")
            fields[key] = value_node
        for key in required:
            if key not in fields:
                raise self.fail(node, f"{what} lacks '{key}'")
        return fields

    def items(self, node: Node, what: str) -> list[Node]:
        from yaml.nodes import SequenceNode

        if not isinstance(node, SequenceNode):
            raise self.fail(node, f"{what} has to be a list")
        self.met += len(node.value)
        if self.met > _MAX_ITEMS:
            raise self.fail(node, f"here its lists come to more than {_MAX_ITEMS:,} items")
        return list(node.value)

    def text(self, node: Node, what: str) -> str:
        from yaml.nodes import ScalarNode

        text = " ".join(node.value.split()) if isinstance(node, ScalarNode) else ""
        if not text:
            raise self.fail(node, f"{what} has to be a text")
        if not text.isprintable():
            raise self.fail(node, f"{what} holds characters that can't be shown")
        return text
