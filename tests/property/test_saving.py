"""However records of papers come in, with ids and without: saving again changes nothing, and no word is lost."""

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.domain.labels import Annotation
from tagger.domain.paper import Entry, Paper, title_id
from tagger.store import open_store
from tests.conftest import NOW

titles = st.sampled_from(["A", "a!", "B", "?"])
papers = st.builds(
    lambda own_id, title, abstract: Paper(own_id or title_id(title), title, abstract),
    st.sampled_from(["", "x", "y"]),
    titles,
    st.sampled_from(["", "one", "two"]),
)
batches = st.lists(st.builds(Entry, papers, st.sampled_from([None, date(2026, 8, 7), date(2026, 8, 8)])), max_size=5)


@settings(max_examples=60)
@given(st.lists(st.tuples(batches, st.booleans()), min_size=1, max_size=4))
def test_saving_again_changes_nothing_and_loses_no_word(history: list[tuple[list[Entry], bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "tagger.db", create=True) as store:
        said = 0
        for batch, speak in history:
            with store.write():
                first = store.papers.save(batch, NOW)
                again = store.papers.save(batch, NOW)
                assert (again.new, again.changed, again.ids) == (0, 0, first.ids)
                assert len(set(first.ids)) == len(first.ids) == first.new + first.changed + first.unchanged
                words = [Annotation(paper_id, f"ann{said}", NOW) for paper_id in first.ids if speak]
                store.labels.annotate(words, source="test", tag_set_version=1, now=NOW)
                said += len(words)
        assert sum(map(len, store.labels.annotations().values())) == said
        assert store.faults() == []
