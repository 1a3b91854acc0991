import numpy as np

from tagger.learning.attention import fit_attention

RANDOM = np.random.default_rng(0)
DESCRIPTIONS = np.eye(3, 64, dtype=np.float32)


def paper(*tags: int) -> np.typing.NDArray[np.float32]:
    """A paper of 30 terms of noise, and one that speaks of each of the tags."""
    noise = RANDOM.normal(size=(30, 64)).astype(np.float32) * 0.3
    return np.concatenate([noise, DESCRIPTIONS[list(tags)]])


def test_one_term_among_many_is_found() -> None:
    carried = [(i % 3,) for i in range(60)]
    labels = np.array([[tag in tags for tag in range(3)] for tags in carried])
    head = fit_attention([paper(*tags) for tags in carried], labels, DESCRIPTIONS, seed=0)
    assert head.logits([paper(0), paper(1), paper(2)]).argmax(1).tolist() == [0, 1, 2]


def test_without_labels_the_description_is_looked_for() -> None:
    head = fit_attention([], np.zeros((0, 3), dtype=bool), DESCRIPTIONS, seed=0)
    assert head.logits([paper(0), paper(1), paper(2)]).argmax(1).tolist() == [0, 1, 2]


def test_a_paper_without_a_known_term_scores_the_intercepts() -> None:
    labels = np.array([[True, False, False], [True, False, False]])
    nothing = np.zeros((0, 64), dtype=np.float32)
    head = fit_attention([paper(0), nothing], labels, DESCRIPTIONS, seed=0)
    assert head.logits([nothing])[0].tolist() == head.intercepts.tolist()


def test_the_same_seed_gives_the_same_head() -> None:
    papers = [paper(i % 3) for i in range(20)]
    labels = np.array([[i % 3 == tag for tag in range(3)] for i in range(20)])
    first, second = (fit_attention(papers, labels, DESCRIPTIONS, seed=3) for _ in range(2))
    assert np.array_equal(first.queries, second.queries) and np.array_equal(first.values, second.values)


def test_what_terms_add_makes_the_score_and_the_right_term_adds_most() -> None:
    head = fit_attention([], np.zeros((0, 3), dtype=bool), DESCRIPTIONS, seed=0)
    terms = paper(2)
    assert np.allclose(head.pulls(terms).sum(0) + head.intercepts, head.logits([terms])[0], atol=1e-5)
    assert head.pulls(terms, np.array([2])).argmax() == len(terms) - 1
