from dataclasses import replace

import pytest

from tagger.domain.identity import Group, against, best_name, groups_of, kind_of, title_key
from tagger.domain.paper import Paper, title_id

S2 = "649def34f8be52c8b66281af98ae884c09aef38b"
TITLE = "Kelp forests and their drones"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"$\textbf{S}^2$IP: Schr\"odinger's {K}elp", "S²IP: Schrödinger’s kelp"),
        (r"An $\alpha$-Net", "An α-Net"),
        ("Eﬃcient Pre-training", "Efficient pretraining"),
        ("Sea &amp; sand", "Sea & sand"),
        ("CO<sub>2</sub> in <i>Laminaria</i>", "CO₂ in Laminaria"),
        (r"\emph{G}oedel, Erd\H{o}s, Stra\ss e, \L\'od\'z", "goedel, Erdős, Straße, Łódź"),
        ("Ｗｉｄｅ　ｎｅｔｓ", "Wide nets"),
        ("Cafe\u0301", "Café"),
        ("A\u00adB", "ab"),
    ],
)
def test_a_title_set_in_another_way_is_the_same(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Segment Anything", "Segment Anything 2"), ("Part I", "Part II"), ("?", "!"), ("東京", "京都"), ("C", "C++ 2")],
)
def test_another_title_is_another(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


def test_an_id_is_known_by_its_form_and_the_best_names_the_paper() -> None:
    names = [title_id("x"), "my-id", "W2741809807", S2, "10.1000/182", "2405.14906"]
    assert [kind_of(name) for name in names] == [
        "title",
        "id",
        "OpenAlex id",
        "Semantic Scholar id",
        "DOI",
        "arXiv id",
    ]
    while names:
        assert best_name(names) == names.pop()


def test_records_that_share_a_name_are_one_paper_whatever_their_titles() -> None:
    records = [
        Paper("2405.14906", TITLE, ""),
        Paper("10.1000/182", "Kelp", ""),
        Paper(S2, "Drones", "", other_ids=("10.1000/182", "2405.14906")),
    ]
    assert groups_of(records, []) == [Group((0, 1, 2), ())]
    assert groups_of(records[2:], records[:2]) == [Group((0,), ("2405.14906", "10.1000/182"))]


def test_a_name_that_would_make_one_of_two_arxiv_ids_joins_nothing() -> None:
    records = [Paper(f"2405.1490{n}", f"Title {n}", "", other_ids=("10.1000/182",)) for n in range(2)]
    assert groups_of(records, []) == [Group((0,), ()), Group((1,), ())]


ARXIV, DOI = Paper("2405.14906", TITLE, "", authors=("Ann Ek",)), Paper("10.1000/2", TITLE, "")
GENERAL = Paper("2405.14906", "Editorial", "", authors=("Ann Ek",)), Paper("10.1000/2", "Editorial", "")


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (ARXIV, replace(ARXIV, id="2405.14907"), "they have different arXiv ids"),
        (DOI, replace(DOI, id="10.1000/3"), "they have different DOIs"),
        (replace(DOI, id="a"), replace(DOI, id="b"), "they have different ids"),
        (ARXIV, replace(DOI, authors=("B. Oe",)), "they have no author in common"),
        (*GENERAL, "the title is too general"),
        (ARXIV, DOI, None),
        (ARXIV, replace(DOI, authors=("Ek, A.",)), None),
        (GENERAL[0], replace(GENERAL[1], authors=("A. Ek",)), None),
        (GENERAL[0], replace(GENERAL[1], id=title_id("Editorial")), None),
        (ARXIV, replace(DOI, id="a"), None),
    ],
)
def test_one_title_is_one_paper_unless_something_speaks_against(one: Paper, other: Paper, reason: str | None) -> None:
    assert against([one], [other]) == against([other], [one]) == reason
    together = [Group((0, 1), ())]
    assert groups_of([one, other], []) == (together if reason is None else [Group((0,), ()), Group((1,), ())])


def test_where_two_of_one_title_differ_a_third_belongs_to_neither() -> None:
    records = [Paper("x1", TITLE, ""), Paper("x2", TITLE, ""), Paper(title_id(TITLE), TITLE, "")]
    assert [group.records for group in groups_of(records, [])] == [(0,), (1,), (2,)]


def test_known_papers_are_not_joined_by_their_title() -> None:
    known = [Paper("2405.14906", TITLE, ""), Paper("10.1000/182", TITLE, "")]
    assert groups_of([Paper("10.1000/182", TITLE, "")], known) == [Group((0,), ("10.1000/182",))]
    assert groups_of([Paper(S2, TITLE, "")], known) == [Group((0,), ())]
