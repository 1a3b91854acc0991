import pytest

from tagger.domain.tags import TagSet
from tagger.learning.examples import Example
from tagger.sources import read_annotations
from tagger.tagset import default_tag_set_file, read_tag_set
from tests.conftest import ROOT


@pytest.fixture(scope="package")
def tag_set() -> TagSet:
    return read_tag_set(default_tag_set_file())


@pytest.fixture(scope="package")
def examples(tag_set: TagSet) -> list[Example]:
    """The invented papers that come with the project, annotated."""
    file = ROOT / "examples" / "annotations_invented.jsonl"
    rows = read_annotations(str(file), [d.id for d in tag_set.dimensions]).rows
    return [Example(row.paper, tag_set.ordered(row.tags)) for row in rows if row.paper]
