import pytest

from tagger.domain.paper import Paper
from tagger.domain.tags import Dimension, Tag
from tagger.learning.examples import Example
from tagger.learning.word_proposals import Proposal, log_odds_and_z, propose_words, terms

HABITAT = Dimension(
    "habitat",
    "Where?",
    True,
    (Tag("sea", "Sea", also=("ocean", "coral reef")), Tag("forest", "Forest", also=("woodland", "tree"))),
)
DIET = Dimension("diet", "What?", False, (Tag("plants", "Plants"),))
OTHERS = [f"An account of birds number {i}." for i in range(20)]


def examples(*of_sea: str) -> list[Example]:
    texts = [(text, ("sea",)) for text in of_sea] + [(text, ("forest",)) for text in OTHERS]
    return [Example(Paper(f"p{i}", "T", text), {"habitat": tags, "diet": ()}) for i, (text, tags) in enumerate(texts)]


def proposed(labelled: list[Example], most: int = 9) -> list[Proposal]:
    return propose_words(labelled, (HABITAT, DIET), {("habitat", "sea")}, most)


def words(*of_sea: str) -> list[str]:
    return [p.word for p in proposed(examples(*of_sea))]


def test_a_word_of_the_tags_papers_is_proposed_with_its_counts() -> None:
    labelled = examples(*["Whales sing."] * 4, "Whales sleep.", "Nothing.")
    labelled += [Example(Paper("q", "Whales", ""), {"habitat": (), "diet": ()})]
    (first, *_) = [p for p in proposed(labelled) if p.word == "whales"]
    assert (first.dimension, first.tag) == ("habitat", "sea")
    assert (first.with_tag, first.of_tag, first.elsewhere, first.of_others) == (5, 6, 1, 21)
    assert first.log_odds > 1


def test_words_that_the_tag_or_another_of_its_dimension_has_are_not_proposed() -> None:
    assert words(*["The oceans, their coral-reefs, trees, kelp"] * 5) == ["kelp"]


def test_words_of_another_dimension_may_be_proposed() -> None:
    assert words(*["Plants and more"] * 5) == ["plants"]


def test_what_holds_a_word_of_the_tag_or_is_a_part_of_one_says_nothing_new() -> None:
    assert words(*["deep ocean, a reef"] * 5) == ["deep"]


def test_of_words_within_one_another_the_surest_stands_for_all() -> None:
    assert words(*["blue whales"] * 5, *["whales"] * 3)[0] == "whales"
    assert words(*["blue whales"] * 5) == ["blue whales"]


def test_a_word_in_fewer_than_three_of_the_tags_papers_is_not_proposed() -> None:
    assert words("krill", "krill", "nothing") == []


def test_a_word_that_is_as_common_elsewhere_is_not_proposed() -> None:
    assert words(*["An account of birds number."] * 8) == []


def test_a_word_keeps_its_capitals_where_it_is_mostly_written_so() -> None:
    assert words(*["SoNAR finds"] * 5)[0] == "SoNAR finds"
    assert words(*["SoNAR"] * 2, *["sonar"] * 3) == ["sonar"]
    assert words(*["Whales."] * 5) == ["whales"]


def test_no_more_words_are_proposed_than_asked_for() -> None:
    assert len(proposed(examples(*["kelp; whales; squid"] * 5), most=2)) == 2


def test_a_tag_that_no_paper_carries_gets_no_words() -> None:
    assert propose_words(examples("x"), (HABITAT, DIET), {("diet", "plants")}, 5) == []


def test_terms_are_words_pairs_and_triples_that_neither_end_nor_begin_with_a_stop_word_or_in_a_compound() -> None:
    loose, exact = terms(Paper("", "Few-shot text-to-video", "A state of the art, 3 LoRA"))
    assert loose == {"few-shot", "text-to-video", "state", "art", "3 lora", "lora"}
    assert exact == {"LoRA", "3 LoRA"}


@pytest.mark.parametrize(("inside", "everywhere", "sign"), [(8, 10, 1), (2, 20, 0), (0, 20, -1)])
def test_log_odds_are_above_0_for_what_the_tag_has_more_of(inside: int, everywhere: int, sign: int) -> None:
    log_odds, z = log_odds_and_z(inside, 10, everywhere, 100)
    assert (log_odds > 0.1) - (log_odds < -0.1) == sign == (z > 0.1) - (z < -0.1)


def test_more_papers_make_it_surer() -> None:
    assert log_odds_and_z(50, 100, 60, 1000)[1] > log_odds_and_z(5, 10, 6, 100)[1]
