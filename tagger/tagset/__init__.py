"""Tag sets as YAML files: read, checked line by line, found, and given words."""

from tagger.tagset.editing import with_word
from tagger.tagset.reading import default_tag_set_file, find_tag, parse_tag_set, read_tag_set

__all__ = ["default_tag_set_file", "find_tag", "parse_tag_set", "read_tag_set", "with_word"]
