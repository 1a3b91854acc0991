import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from tagger.domain.paper import Paper
from tagger.learning.lexicon import fit_lexicon

PAPERS = [
    Paper("1", "Whales sing", "Whales sing in the deep sea"),
    Paper("2", "Trees sing", "Old trees do not sing; the wind does"),
    Paper("3", "Deep sea wind", "A wind above the deep sea, whales below"),
    Paper("4", "Silence", "Nothing sings"),
]


def test_weights_equal_those_of_scikit_learn() -> None:
    texts = [f"{p.title} {p.abstract}" for p in PAPERS]
    reference = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    expected = reference.fit_transform(texts).toarray()
    lexicon = fit_lexicon(PAPERS)
    assert list(lexicon.terms) == reference.get_feature_names_out().tolist()
    assert lexicon.matrix(PAPERS).toarray() == pytest.approx(expected, abs=1e-6)


def test_a_paper_of_unknown_words_has_no_weights() -> None:
    columns, weights = fit_lexicon(PAPERS).weigh(Paper("x", "完全 不明", ""))
    assert len(columns) == len(weights) == 0
    assert fit_lexicon(PAPERS).matrix([]).shape[0] == 0


def test_few_papers_keep_all_their_words() -> None:
    assert "whales sing" in fit_lexicon(PAPERS[:1]).terms
    assert np.all(fit_lexicon(PAPERS[:1]).rarity > 0)
