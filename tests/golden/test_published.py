"""The published files, byte for byte. TAGGER_UPDATE_GOLDEN=1 writes them anew: look at the difference first."""

import os
from pathlib import Path

import pytest

from tagger.publishing import render_digest
from tests.unit.publishing.digest import digest

GOLDEN = Path(__file__).parent / "published"


@pytest.mark.parametrize("name", sorted(render_digest(digest())))
def test_published_files_are_as_agreed(name: str) -> None:
    content = render_digest(digest())[name]
    if os.environ.get("TAGGER_UPDATE_GOLDEN"):
        (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / name).write_bytes(content)
    assert content == (GOLDEN / name).read_bytes()
