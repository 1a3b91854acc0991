"""Changes of a tag set, as changes of its file: words and tags added, tags renamed, merged, split and retired."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.errors import TagSetError
from tagger.tagset.editing import Value, add_tag, add_to_list, line_of, set_field, set_version
from tagger.tagset.reading import is_id, parse_tag_set

Edit = Callable[[str], str]


def with_word(data: bytes, name: str, dimension_id: str, tag_id: str, word: str) -> bytes:
    """Return a tag set's YAML with one more ``also`` word for a tag; ``name`` is what errors call the file.

    As with every change here, what comes out is read again and is the tag set with just that changed. Raises
    TagSetError if the file is faulty, or written in a way that can't take the change where it belongs.
    """
    word = _on_one_line(word)

    def changed(dimension: Dimension) -> Dimension:
        return _with_tag(dimension, tag_id, lambda tag: replace(tag, also=(*tag.also, word)))

    edit = _adding(dimension_id, tag_id, "also", word)
    return _edited(data, name, dimension_id, changed, [edit], f"'{word}' to '{tag_id}'", tag_id=tag_id)


def with_tag(data: bytes, name: str, dimension_id: str, tag: Tag) -> bytes:
    """Return a tag set's YAML with one more tag, in a new version; ``tag.since`` is set to that. Raises TagSetError."""
    tag_set = parse_tag_set(data, name)
    _check_new_id(tag_set.dimension(dimension_id), tag.id)
    version = tag_set.version + 1
    shown, means, unlike = map(_on_one_line, (tag.name, tag.means, tag.unlike))
    tag = replace(tag, name=shown, means=means, unlike=unlike, also=tuple(map(_on_one_line, tag.also)), since=version)
    texts = {"id": tag.id, "name": tag.name, "means": tag.means, "not": tag.unlike, "also": tag.also}
    fields: Mapping[str, Value] = {key: value for key, value in texts.items() if value} | {"since": version}

    def changed(dimension: Dimension) -> Dimension:
        return replace(dimension, tags=(*dimension.tags, tag))

    edits: list[Edit] = [lambda text: add_tag(text, dimension_id, fields)]
    return _edited(data, name, dimension_id, changed, edits, f"'{tag.id}' to '{dimension_id}'", version=version)


def with_other_id(
    data: bytes, name: str, dimension_id: str, tag_id: str, new_id: str, new_name: str | None = None
) -> bytes:
    """Return a tag set's YAML in which a tag has another id, or just another name, in a new version.

    Raises TagSetError, also if the id stood for another tag once.
    """
    tag_set = parse_tag_set(data, name)
    before = tag_set.dimension(dimension_id).tag(tag_id)
    if new_id not in before.ids:
        _check_new_id(tag_set.dimension(dimension_id), new_id)
    shown = _on_one_line(new_name or "") or (new_id if before.name == before.id else before.name)
    was = tuple(each for each in before.ids if each != new_id)

    def changed(dimension: Dimension) -> Dimension:
        return _with_tag(dimension, tag_id, lambda tag: replace(tag, id=new_id, name=shown, was=was))

    edits = [_setting(dimension_id, tag_id, "name", shown)]
    if new_id != tag_id:
        edits += [_setting(dimension_id, tag_id, "was", was), _setting(dimension_id, tag_id, "id", new_id)]
    version = tag_set.version + 1
    return _edited(data, name, dimension_id, changed, edits, f"'{new_id}'", version=version, tag_id=tag_id)


def with_retired(data: bytes, name: str, dimension_id: str, tag_ids: Iterable[str], into: Iterable[str] = ()) -> bytes:
    """Return a tag set's YAML in which tags aren't given any more, in a new version. Raises TagSetError.

    What carried them carries the tag they go ``into``; if these are several, nobody knows which.
    """
    version, gone, into = parse_tag_set(data, name).version + 1, list(dict.fromkeys(tag_ids)), tuple(into)

    def changed(dimension: Dimension) -> Dimension:
        retired = [replace(dimension.tag(tag_id), retired=version, into=into) for tag_id in gone]
        return replace(
            dimension,
            tags=tuple(tag for tag in dimension.tags if tag.id not in gone),
            former=(*dimension.former, *retired),
        )

    edits = [_setting(dimension_id, tag_id, "retired", version) for tag_id in gone]
    if into:
        edits += [_setting(dimension_id, tag_id, "into", into) for tag_id in gone]
    return _edited(data, name, dimension_id, changed, edits, "this", version=version, tag_id=gone[0])


def _on_one_line(text: str) -> str:
    """Return text as it is read from a file again."""
    return " ".join(text.split())


def _check_new_id(dimension: Dimension, tag_id: str) -> None:
    if not is_id(tag_id):
        raise TagSetError(f"the id '{tag_id}' isn't made of letters, digits, '.', '_' and '-'")
    if dimension.became(tag_id):
        hint = "An id is never used again, so that what was said before keeps its meaning: choose another"
        raise TagSetError(f"'{tag_id}' is or was a tag of {dimension.id}", hint)


def _adding(dimension_id: str, tag_id: str, key: str, item: str) -> Edit:
    return lambda text: add_to_list(text, dimension_id, tag_id, key, item)


def _setting(dimension_id: str, tag_id: str, key: str, value: Value) -> Edit:
    return lambda text: set_field(text, dimension_id, tag_id, key, value)


def _with_tag(dimension: Dimension, tag_id: str, change: Callable[[Tag], Tag]) -> Dimension:
    return replace(dimension, tags=tuple(change(tag) if tag.id == tag_id else tag for tag in dimension.tags))


def _edited(
    data: bytes,
    name: str,
    dimension_id: str,
    change: Callable[[Dimension], Dimension],
    edits: Iterable[Edit],
    what: str,
    *,
    version: int | None = None,
    tag_id: str | None = None,
) -> bytes:
    """Return the edited file, which is read again and has to hold the tag set with one dimension changed, no more."""
    before = parse_tag_set(data, name)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise TagSetError(f"{name} isn't in UTF-8, so nothing can be written into it", "Save it as UTF-8") from error
    line = f", line {line_of(text, dimension_id, tag_id)}" if tag_id is not None else ""
    dimensions = tuple(change(d) if d.id == dimension_id else d for d in before.dimensions)
    expected = TagSet(version or before.version, dimensions)
    for edit in edits:
        text = edit(text)
    if version is not None:
        text = set_version(text, version)
    after = text.encode()
    try:
        written = _sorted(parse_tag_set(after, name)) == _sorted(expected)
    except TagSetError:
        written = False
    if not written:
        raise TagSetError(f"{name}{line}: can't write {what} here without rewriting", "Change it by hand")
    return after


def _sorted(tag_set: TagSet) -> TagSet:
    """Return a tag set with its retired tags in the order of their ids: where they stand in the file doesn't matter."""
    former = [tuple(sorted(d.former, key=lambda tag: tag.id)) for d in tag_set.dimensions]
    return replace(
        tag_set, dimensions=tuple(replace(d, former=f) for d, f in zip(tag_set.dimensions, former, strict=True))
    )
