import numpy as np

from tagger.domain.paper import Paper
from tagger.learning.word_vectors import word_vectors


def text(words: str) -> Paper:
    return Paper("p", "", words)


def test_words_of_one_field_lie_closer_than_words_of_two() -> None:
    grpo, policy, splats = word_vectors().embed(
        [text("GRPO"), text("reinforcement learning policy optimization"), text("gaussian splatting of a 3D scene")]
    )
    assert grpo @ policy > 0.5 > grpo @ splats


def test_embeddings_are_unit_vectors_or_nothing() -> None:
    embedded = word_vectors().embed([text("diffusion models"), text("qqqqzzzz"), text("")])
    assert np.allclose(np.linalg.norm(embedded, axis=1), [1, 0, 0])


def test_terms_stand_for_each_occurrence_of_a_known_word_or_pair() -> None:
    vectors = word_vectors()
    terms = vectors.terms(text("diffusion qqqqzzzz diffusion"))
    assert terms.shape == (2, len(vectors.steps)) and np.allclose(terms[0], terms[1])
    assert vectors.terms(text("")).shape == (0, len(vectors.steps))
