"""Tag sets as YAML files: read, checked line by line, found, and changed."""

from tagger.tagset.changes import with_other_id, with_retired, with_tag, with_word
from tagger.tagset.reading import default_tag_set_file, find_tag, parse_tag_set, read_tag_set

__all__ = [
    "default_tag_set_file",
    "find_tag",
    "parse_tag_set",
    "read_tag_set",
    "with_other_id",
    "with_retired",
    "with_tag",
    "with_word",
]
