"""Tag sets as YAML files: read, checked line by line, and found."""

from tagger.tagset.reading import default_tag_set_file, find_tag, parse_tag_set, read_tag_set

__all__ = ["default_tag_set_file", "find_tag", "parse_tag_set", "read_tag_set"]
