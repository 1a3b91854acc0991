import pytest

from tagger.domain.paper import Paper
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.learning.acquisition import pick_next
from tagger.learning.examples import Example

HABITAT = Dimension(
    "habitat", "Where?", False, (Tag("sea", "Sea"), Tag("forest", "Forest"), Tag("cs.CV", "<CV> & more"))
)
DIET = Dimension("diet", "What?", False, (Tag("plants", "Plants"),))
TAG_SET = TagSet(1, (HABITAT, DIET))
TOPICS = (
    "Video generation with diffusion transformers",
    "Protein folding by graph neural networks",
    "Speech recognition for low-resource languages",
    "Reward models for reinforcement learning from human feedback",
    "Robot manipulation with tactile sensors",
    "Time series forecasting of electricity load",
)
PAPERS = [Paper(f"p{i}", topic, f"We study {topic.lower()}.") for i, topic in enumerate(TOPICS)]


def scores(**of: float) -> dict[str, dict[str, float]]:
    return {"habitat": {"sea": 0.0, "forest": 0.0, "cs.CV": 0.0} | of, "diet": {"plants": 0.0}}


def picked(
    papers: list[Paper], said: list[dict[str, dict[str, float]]], labelled: list[Example] | None = None, size: int = 9
) -> list[str]:
    return [pick.paper.id for pick in pick_next(papers, said, labelled or [], TAG_SET, size)]


def test_a_paper_of_a_rare_tag_comes_before_one_of_a_common_tag() -> None:
    labelled = [Example(paper, {"habitat": ("sea",)}) for paper in PAPERS[3:]]
    said = [scores(sea=0.9), scores(), scores(forest=0.7)]
    first, *_ = pick_next(PAPERS[:3], said, labelled, TAG_SET, 3)
    assert first.paper.id == "p2" and 0 < first.gain < (1 - 1.7**-0.5) / 3.5
    assert [(t.dimension, t.tag, t.score, t.labels) for t in first.teaches] == [("habitat", "forest", 0.7, 0)]


def test_a_gain_is_a_share_of_what_all_tags_have_left_to_learn() -> None:
    first, second = pick_next(PAPERS[:2], [scores(sea=1.0), scores(sea=0.5, forest=0.5)], [], TAG_SET, 2)
    assert first.gain == round(2 * (1 - 1.5**-0.5) / 4, 4) and first.paper.id == "p1"
    assert 0 < second.gain < (1.5**-0.5 - 2.5**-0.5) / 4


def test_a_label_that_is_trusted_less_leaves_more_to_learn() -> None:
    said = [scores(sea=0.9), scores(forest=0.9)]
    doubted = [Example(PAPERS[4], {"habitat": ("sea",)}, weight=0.5), Example(PAPERS[5], {"habitat": ("forest",)})]
    assert picked(PAPERS[:2], said, doubted) == ["p0", "p1"]


def test_picks_of_one_list_share_the_tags_among_them() -> None:
    said = [scores(sea=0.9), scores(sea=0.9), scores(forest=0.5)]
    assert picked(PAPERS[:3], said) == ["p0", "p2", "p1"]


def test_before_the_first_label_what_descriptions_say_decides() -> None:
    said = [scores(sea=0.2), scores(sea=0.6, forest=0.6), scores(sea=0.4)]
    assert picked(PAPERS[:3], said)[0] == "p1"


def test_of_papers_that_are_alike_the_second_is_put_off() -> None:
    other = Paper("like", "Video generation without diffusion", "We study adversarial networks, and judge by people.")
    assert picked([PAPERS[0], other, PAPERS[1]], [scores(sea=0.5)] * 3) == ["p0", "p1", "like"]


@pytest.mark.parametrize("labelled", [True, False])
def test_a_near_duplicate_is_never_picked(labelled: bool) -> None:
    copy = Paper("copy", PAPERS[0].title, f"{PAPERS[0].abstract} (v2)")
    known = [Example(PAPERS[0], {"habitat": ("forest",)})] if labelled else []
    others = [copy, PAPERS[1]] if labelled else [PAPERS[0], copy, PAPERS[1]]
    assert "copy" not in picked(others, [scores(sea=0.99)] * len(others), known)


def test_papers_without_a_known_word_are_picked_once_each() -> None:
    strange = [Paper(f"s{i}", "Ωμέγα", "") for i in range(2)]
    assert sorted(picked(strange, [scores(sea=0.5)] * 2)) == ["s0", "s1"]


def test_one_dimension_with_one_tag_is_enough_and_no_paper_is_no_pick() -> None:
    alone = TagSet(1, (DIET,))
    picks = pick_next(PAPERS[:2], [{"diet": {"plants": 0.1}}, {"diet": {"plants": 0.8}}], [], alone, 1)
    assert [pick.paper.id for pick in picks] == ["p1"]
    assert pick_next([], [], [], alone, 3) == []


def test_a_tag_that_a_model_never_scored_counts_as_unlikely() -> None:
    assert picked(PAPERS[:2], [{}, {"habitat": {"sea": 0.3}}]) == ["p1", "p0"]
