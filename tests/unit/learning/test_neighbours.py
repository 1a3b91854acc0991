import numpy as np

from tagger.domain.paper import Paper
from tagger.domain.tags import TagSet
from tagger.learning.evidence import near_logits
from tagger.learning.neighbours import NEAREST, Neighbours, find_near, neighbours_of

RANDOM = np.random.default_rng(0)


def unit(vectors: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


PAPERS = [Paper(f"p{i}", f"Title {i}", "Abstract") for i in range(20)]
EMBEDDINGS, MEANINGS = unit(RANDOM.normal(size=(20, 32))), unit(RANDOM.normal(size=(20, 16)))


def made(count: int) -> Neighbours:
    labels = np.tile([False, True, False, True, True], (count, 1))
    return neighbours_of(PAPERS[:count], EMBEDDINGS[:count], MEANINGS[:count], labels, np.ones_like(labels), labels)


def test_the_nearest_are_those_of_the_mean_cosine_with_their_tags(small_tag_set: TagSet) -> None:
    likeness = (EMBEDDINGS[15:] @ EMBEDDINGS[:15].T + MEANINGS[15:] @ MEANINGS[:15].T) / 2
    found = made(15).nearest(small_tag_set, PAPERS[15:], EMBEDDINGS[15:], MEANINGS[15:])
    for values, nearest in zip(likeness, found, strict=True):
        assert [paper.id for paper in nearest] == [f"p{i}" for i in np.argsort(-values)[:NEAREST]]
        assert np.allclose([paper.likeness for paper in nearest], np.sort(values)[::-1][:NEAREST], atol=0.01)
        assert nearest[0].tags == {"habitat": ("forest",), "diet": ("plants", "meat")}


def test_a_labelled_paper_is_not_its_own_neighbour(small_tag_set: TagSet) -> None:
    found = made(3).nearest(small_tag_set, PAPERS[:4], EMBEDDINGS[:4], MEANINGS[:4])
    assert [{paper.id for paper in nearest} for nearest in found] == [
        {"p1", "p2"},
        {"p0", "p2"},
        {"p0", "p1"},
        {"p0", "p1", "p2"},
    ]


def test_without_labelled_papers_there_are_no_neighbours(small_tag_set: TagSet) -> None:
    assert made(0).nearest(small_tag_set, PAPERS, EMBEDDINGS, MEANINGS) == [()] * len(PAPERS)


def test_a_paper_without_a_known_word_has_neighbours_all_the_same(small_tag_set: TagSet) -> None:
    blank = np.zeros_like(MEANINGS)
    none = np.zeros((20, 5), dtype=bool)
    found = neighbours_of(PAPERS, EMBEDDINGS, blank, none, none, none).nearest(small_tag_set, PAPERS, EMBEDDINGS, blank)
    assert all(len(nearest) == NEAREST and 0 < nearest[0].likeness <= 0.5 for nearest in found)


def test_only_what_is_needed_of_a_paper_is_kept() -> None:
    long = [Paper("p", "T" * 5000, "A secret")]
    none = np.zeros((1, 5), dtype=bool)
    kept = neighbours_of(long, EMBEDDINGS[:1], MEANINGS[:1], none, none, none)
    assert len(kept.titles[0]) == 72 and kept.embeddings.nbytes + kept.meanings.nbytes == 48


def test_a_tag_that_near_papers_carry_is_likely_and_more_so_the_more_there_are() -> None:
    directions = unit(np.repeat(np.eye(2, 16), 10, axis=0) + RANDOM.normal(size=(20, 16)) / 20)
    labels = np.repeat(np.eye(2, dtype=bool), 10, axis=0)
    near = find_near(directions[[0, 19]], directions, labels, np.ones_like(labels), [0, 19])
    shares = near.shares
    assert np.allclose(shares, np.eye(2), atol=1e-3), "it is told of others' labels"
    assert np.allclose(near.counts, 20)
    frequencies = np.zeros(2)
    few, many = near_logits(shares, 1, frequencies), near_logits(shares, 60, frequencies)
    assert many[0, 0] > few[0, 0] > 0 > few[0, 1] > many[0, 1]


def test_where_nothing_is_labelled_or_near_a_tags_frequency_stands() -> None:
    frequencies = np.array([-2.0, 1.0])
    none = np.zeros((0, 2), dtype=bool)
    nothing = find_near(MEANINGS, MEANINGS[:0], none, none)
    assert np.allclose(near_logits(nothing.shares, nothing.counts, frequencies), np.tile(frequencies, (20, 1)))
    both = np.ones((1, 2), dtype=bool)
    assert not find_near(MEANINGS[:1], MEANINGS[:1], both, both, [0]).shares.any(), "a paper alone has nobody near it"


def test_labelled_papers_that_were_not_asked_for_a_tag_have_no_say_in_it() -> None:
    labels, asked = np.zeros((20, 2), dtype=bool), np.ones((20, 2), dtype=bool)
    labels[:5], asked[5:, 1] = True, False
    near = find_near(MEANINGS, MEANINGS, labels, asked)
    assert np.allclose(near.shares[:, 1], 1) and (near.shares[:, 0] < 1).all()
    assert (near.counts[:, 1] < near.counts[:, 0]).all()
    asked[:, 1] = labels[:, 1] = False
    new = find_near(MEANINGS, MEANINGS, labels, asked)
    frequencies = np.array([0.0, -3.0])
    assert np.allclose(near_logits(new.shares, new.counts, frequencies)[:, 1], -3), "a new tag isn't as rare as it is"
