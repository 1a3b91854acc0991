"""Annotations that are exported, imported elsewhere and exported again are the same bytes."""

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.domain.labels import Annotation
from tagger.domain.paper import Entry, Paper
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.settings import settings_of
from tagger.steps.annotations import export_annotations, import_annotations
from tagger.steps.workspace import Workspace
from tagger.store import open_store
from tests.conftest import NOW
from tests.property.test_identity import records
from tests.unit.steps.test_annotations import DAY

TAG_SET = TagSet(1, (Dimension("habitat", "", False, (Tag("sea", "Sea"), Tag("forest", "Forest"))),))
WORDS = st.lists(
    st.tuples(
        records(),
        st.sampled_from(["ann", "bob", 'Zoë "quoted"']),
        st.sets(st.sampled_from(["sea", "forest"])),
        st.booleans(),
    ),
    max_size=10,
)


def export(folder: Path, words: list[tuple[tuple[int, Paper], str, set[str], bool]], source: bytes | None) -> bytes:
    """Return the export of a new workspace, in which things were said or an export was imported."""
    folder.mkdir()
    with open_store(folder / "tagger.db", TAG_SET, create=True) as store:
        workspace = Workspace(settings_of(folder), TAG_SET, store)
        for number, ((_, paper), who, tags, skipped) in enumerate(words):
            with store.write():
                paper = replace(paper, title=" ".join(paper.title.split()))  # as every source reads it
                store.papers.save([Entry(paper, DAY if number % 2 else None)], NOW)
                (paper_id,) = store.papers.resolve([paper.id]).values()
                said = {} if skipped else {"habitat": tuple(t for t in ("sea", "forest") if t in tags)}
                store.labels.annotate(
                    [Annotation(paper_id, who, NOW, said, skipped=skipped)], source="t", tag_set_version=1, now=NOW
                )
        if source is not None:
            (folder / "in.jsonl").write_bytes(source)
            if source:
                import_annotations(workspace, str(folder / "in.jsonl"), strict=True, now=NOW)
        return "".join(export_annotations(workspace)).encode()


@settings(max_examples=30)
@given(WORDS)
def test_an_export_imported_and_exported_is_the_same_to_the_byte(
    words: list[tuple[tuple[int, Paper], str, set[str], bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first = export(Path(folder) / "a", words, None)
        assert export(Path(folder) / "b", [], first) == first
