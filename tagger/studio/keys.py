"""Which key chooses which tag on the labelling page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from tagger.domain.tags import Dimension, TagSet
from tagger.errors import StudioError
from tagger.files import write_file

Keys = Mapping[tuple[str, str], str]
"""A key by (dimension id, tag id): a letter or digit, alone or after ``shift+``."""

ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
SHIFT = "shift+"
_KEY = re.compile(r"(shift\+)?[a-z0-9]")


def read_keys(path: Path) -> dict[tuple[str, str], str] | None:
    """Return the keys kept in a file, with an empty text for a tag that has none; None if there is no such file.

    Raises StudioError if it holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        keys = {(str(d), str(tag)): str(key) for d, tags in content.items() for tag, key in tags.items()}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, AttributeError) as error:
        hint = "Mend it, or delete it: then `tagger push` hands the keys out anew"
        raise StudioError(f"{path} doesn't hold the tags' keys", hint) from error
    given = [key for key in keys.values() if key]
    for key in given:
        if not _KEY.fullmatch(key) or given.count(key) > 1:
            raise StudioError(
                f"{path}: '{key}' can't be a tag's key", "Letters and digits can, also after shift+, once"
            )
    return keys


def write_keys(path: Path, tag_set: TagSet, keys: Keys) -> None:
    """Keep the keys of a tag set's tags in a file, where people may change them."""
    content = {d.id: {tag: keys.get((d.id, tag), "") for tag in d.tag_ids} for d in tag_set.dimensions}
    write_file(path, json.dumps(content, indent=1) + "\n")


def hand_out(
    tag_set: TagSet, uses: Mapping[tuple[str, str], int] | None = None, former: Keys | None = None
) -> dict[tuple[str, str], str]:
    """Return the keys of a tag set's tags: each dimension has rows of the keyboard, so that hands find them.

    The tags with most ``uses`` get a key alone, the next ones a key with shift, in the order of the tag set; what its
    rows have no key for gets one that other dimensions leave, or none. Tags keep their ``former`` keys whatever the
    uses are, and only what is free goes to the others.
    """
    kept = {tag: key for tag, key in (former or {}).items() if key and tag in tag_set.keys}
    taken = set(kept.values())
    keys = dict(kept)
    rows = [*zip(tag_set.dimensions, _rows(tag_set), strict=True), *((d, "".join(ROWS)) for d in tag_set.dimensions)]
    for dimension, row in rows:
        for prefix in ("", SHIFT):
            free = [prefix + key for key in row if prefix + key not in taken]
            given = dict(zip(_commonest(dimension, len(free), uses or {}, keys), free, strict=False))
            keys |= given
            taken |= set(given.values())
    return keys


def _commonest(
    dimension: Dimension, count: int, uses: Mapping[tuple[str, str], int], keys: Keys
) -> list[tuple[str, str]]:
    """Return the commonest tags without a key, in the order of the tag set; equals go by that order too."""
    waiting = [(dimension.id, tag) for tag in dimension.tag_ids if (dimension.id, tag) not in keys]
    ranked = sorted(waiting, key=lambda tag: -uses.get(tag, 0))
    chosen = set(ranked[:count])
    return [tag for tag in waiting if tag in chosen]


def _rows(tag_set: TagSet) -> list[str]:
    """Return each dimension's keys: a row for each of the first, and rows to spare to where tags are most crowded."""
    rows = [ROWS[i] if i < len(ROWS) else "" for i in range(len(tag_set.dimensions))]
    for row in ROWS[len(rows) :]:
        crowded = max(range(len(rows)), key=lambda i: len(tag_set.dimensions[i].tags) / len(rows[i]))
        rows[crowded] += row
    return rows
