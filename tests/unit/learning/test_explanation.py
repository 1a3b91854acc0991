import numpy as np

from tagger.learning.explanation import MOST_TERMS, _weightiest


def test_terms_are_ranked_with_all_their_occurrences_and_no_word_twice() -> None:
    terms = ["sea", "salt", "salt", "sea wind", "reef", "hills", "tide", "foam"]
    pulls = np.array([[0.5, 0.4, 0.4, 0.45, 0.3, -0.9, 0.2, 0.1], [-1] * 5 + [1, -1, -1]], dtype=np.float32).T
    first, second = _weightiest(terms, pulls)
    assert first == ("salt", "sea", "reef", "tide") and len(first) == MOST_TERMS
    assert second == ("hills",)
    assert _weightiest([], np.zeros((0, 2), dtype=np.float32)) == [(), ()]
