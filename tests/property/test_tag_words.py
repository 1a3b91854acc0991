"""Words of tags, for any word and any labelled papers."""

from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.paper import Paper
from tagger.domain.tags import Dimension, Tag
from tagger.learning.examples import Example
from tagger.learning.word_proposals import LEAST_PAPERS, propose_words
from tagger.learning.words import tag_words, text_of
from tagger.tagset import parse_tag_set, with_word
from tests.unit.tagset.test_editing import TAG_SET

words = st.text(min_size=1, max_size=12).map(lambda t: " ".join(t.split())).filter(lambda t: t and t.isprintable())
tokens = st.sampled_from(["reef", "Reef", "SoNAR", "few-shot", "the", "of", "kelp", "kelps", "3D", "a", ".", "x-ray"])
papers = st.lists(st.tuples(st.lists(tokens, max_size=12).map(" ".join), st.booleans()), max_size=12)


@given(words, st.sampled_from(["sea", "forest", "lake", "river", "marsh", "cave", "meadow"]))
def test_any_word_gets_into_any_layout_and_is_read_again(word: str, tag: str) -> None:
    after = with_word(TAG_SET.encode(), "t.yaml", "habitat", tag, word)
    before = parse_tag_set(TAG_SET.encode(), "t.yaml").dimension("habitat").tag(tag).also
    assert parse_tag_set(after, "t.yaml").dimension("habitat").tag(tag).also == (*before, word)


@given(papers)
def test_counts_of_proposals_hold_and_their_words_can_be_found(drawn: list[tuple[str, bool]]) -> None:
    dimension = Dimension("d", "?", False, (Tag("t", "Kelp"),))
    labelled = [
        Example(Paper(f"p{i}", "", text), {"d": ("t",) if carried else ()}) for i, (text, carried) in enumerate(drawn)
    ]
    carried = sum(holds for _, holds in drawn)
    for proposal in propose_words(labelled, [dimension], {("d", "t")}, 5):
        assert LEAST_PAPERS <= proposal.with_tag <= proposal.of_tag == carried
        assert 0 <= proposal.elsewhere <= proposal.of_others == len(drawn) - carried
        wanted = tag_words(Tag("t", "Kelp", also=(proposal.word,)))
        found = [holds for text, holds in drawn if proposal.word.lower() in wanted.found(text_of(text))]
        assert found.count(True) >= proposal.with_tag
