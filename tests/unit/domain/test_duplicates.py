from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.duplicates import ALIKE, near_duplicates
from tagger.domain.paper import Paper, normalised_title

ABSTRACT = "Kelp grows in cold and shallow water, and drones see it from above."


def found(*papers: Paper) -> list[tuple[str, str, str, str | None]]:
    return [(*(p.id for p in pair.papers), pair.reason, pair.against) for pair in near_duplicates(papers)]  # type: ignore[misc]


def test_titles_alike_are_shown_with_what_speaks_against_one_paper() -> None:
    assert found(
        Paper("2405.00001", "Kelp forests seen by small drones", ""),
        Paper("2405.00002", "Kelp Forests Seen by Small Drones", ""),
        Paper("2405.00003", "Kelp forests seen by drones", ""),
        Paper("2405.00004", "Whales heard by buoys", ""),
    ) == [
        ("2405.00001", "2405.00002", "the titles are the same", "they have different arXiv ids"),
        ("2405.00001", "2405.00003", "the titles are alike", None),
        ("2405.00002", "2405.00003", "the titles are alike", None),
    ]


def test_one_abstract_under_two_titles_is_shown() -> None:
    assert found(Paper("a", "Kelp", ABSTRACT), Paper("b", "Drones", ABSTRACT.upper()), Paper("c", "X", "None")) == [
        ("a", "b", "the abstracts are the same", None)
    ]


def test_a_thousand_of_one_title_are_not_half_a_million_pairs() -> None:
    # With one word each, all are alike; titles that are the same are told once each.
    assert len(near_duplicates([Paper(f"p{n}", "?", "") for n in range(1000)])) == 999


words = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6).map(" ".join)


@given(st.lists(words, max_size=12))
def test_no_pair_of_titles_alike_is_missed(titles: list[str]) -> None:
    papers = [Paper(f"p{n:02}", title, "") for n, title in enumerate(titles)]
    sets = [set(normalised_title(title).split()) for title in titles]
    alike = {
        (a, b) for a, b in combinations(range(len(sets)), 2) if len(sets[a] & sets[b]) >= ALIKE * len(sets[a] | sets[b])
    }
    assert {(int(p.papers[0].id[1:]), int(p.papers[1].id[1:])) for p in near_duplicates(papers)} == alike
