"""Papers and annotations from outside: one file a format, each a pure parser; `http` alone uses the network."""

from tagger.sources.annotations import AnnotationRow, ParsedAnnotations, parse_annotations, read_annotations
from tagger.sources.detection import parse_source, read_source
from tagger.sources.records import Parsed, Rejected
from tagger.sources.streaming import PaperStream, open_stream

__all__ = [
    "AnnotationRow",
    "PaperStream",
    "Parsed",
    "ParsedAnnotations",
    "Rejected",
    "open_stream",
    "parse_annotations",
    "parse_source",
    "read_annotations",
    "read_source",
]
