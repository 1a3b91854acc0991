from dataclasses import replace

import pytest

from tagger.domain.labels import Annotation, Decision, Suggestion, Verdict, effective_tags, translated, united
from tagger.domain.tags import Dimension, Tag, TagSet
from tests.conftest import NOW

# Version 2 brought "river", version 3 renamed "pond" to "lake", 4 merged "ocean" into "sea", 5 split "wood" in two,
# 6 retired "cave".
TAG_SET = TagSet(
    6,
    (
        Dimension(
            "habitat",
            "Where?",
            True,
            (
                Tag("sea", "Sea"),
                Tag("river", "River", since=2),
                Tag("lake", "Lake", was=("pond",)),
                Tag("taiga", "Taiga", since=5),
                Tag("jungle", "Jungle", since=5),
            ),
            (
                Tag("ocean", "Ocean", retired=4, into=("sea",)),
                Tag("wood", "Wood", was=("forest",), retired=5, into=("taiga", "jungle")),
                Tag("cave", "Cave", retired=6),
            ),
        ),
    ),
)


def test_tags_of_any_time_are_told_by_their_present_ids() -> None:
    said = {"habitat": ("pond", "ocean", "sea", "forest", "cave", "unheard-of")}
    assert TAG_SET.translated(said) == {"habitat": ("lake", "sea", "unheard-of")}
    assert TAG_SET.translated(said, with_former=True) == {"habitat": ("lake", "sea", "wood", "cave", "unheard-of")}
    assert TAG_SET.present("habitat", "wood") is None and TAG_SET.present("other", "wood") == "wood"


def test_what_came_later_was_not_asked_for_unless_it_is_there() -> None:
    river, taiga, jungle = (("habitat", tag) for tag in ("river", "taiga", "jungle"))
    assert TAG_SET.unasked({"habitat": ("sea",)}, 1) == {river}
    assert TAG_SET.unasked({"habitat": ("sea", "river")}, 1) == set()
    assert TAG_SET.unasked({"habitat": ("forest",)}, 3) == {taiga, jungle}, "one of them applies, but which?"
    assert TAG_SET.unasked({"habitat": ("wood", "taiga")}, 4) == {jungle}
    assert TAG_SET.unasked({"habitat": ("sea",)}, 4) == set(), "without the whole none of its parts applies"
    assert TAG_SET.unasked({"habitat": ("sea",)}, 6) == set()


def test_ordered_takes_former_ids_only_where_that_is_asked_for() -> None:
    assert TAG_SET.ordered({"habitat": ["cave", "pond", "sea"]}, with_former=True) == {
        "habitat": ("sea", "lake", "cave")
    }
    with pytest.raises(KeyError, match="pond"):
        TAG_SET.ordered({"habitat": ["pond"]})


def test_a_tag_set_without_history_has_the_fingerprint_it_had_before_there_was_any() -> None:
    bare = TagSet(1, (Dimension("d", "D?", True, (Tag("a", "A", "means", "not", ("also",)),)),))
    assert bare.fingerprint == "af2a73946a854d6d6c2a4456bad43a818a20571b0ca38934cb6d5a6b3f6ef54b"
    for changed in (
        Tag("a", "A", "means", "not", ("also",), was=("b",)),
        Tag("a", "A", "means", "not", ("also",), since=1),
    ):
        assert TagSet(1, (Dimension("d", "D?", True, (changed,)),)).fingerprint != bare.fingerprint
    retired = replace(bare.dimensions[0], former=(Tag("z", "Z", retired=1),))
    assert TagSet(1, (retired,)).fingerprint != bare.fingerprint


def decision(tag: str, verdict: Verdict, rule: str | None = None) -> Decision:
    return Decision("p", "habitat", tag, verdict, "ann", NOW, rule)


def test_of_merged_tags_one_that_was_accepted_is_enough() -> None:
    accepted, rejected = decision("ocean", "accepted"), decision("sea", "rejected")
    assert united([rejected, accepted], TAG_SET) == [decision("sea", "accepted")]
    assert united([accepted, rejected], TAG_SET) == [decision("sea", "accepted")]
    both = [decision("ocean", "rejected"), decision("sea", "rejected")]
    assert {d.verdict for d in united(both, TAG_SET)} == {"rejected"}
    assert united([decision("wood", "accepted"), decision("cave", "accepted")], TAG_SET) == []


def test_a_suggestion_is_told_by_present_ids_with_the_higher_score_of_merged_tags() -> None:
    scores = {"habitat": {"sea": 0.2, "ocean": 0.9, "pond": 0.4, "cave": 0.8}}
    said = Suggestion("p", "m", NOW, {"habitat": ("ocean", "cave")}, scores, False)
    now = translated(said, TAG_SET)
    assert now.tags == {"habitat": ("sea",)} and now.scores == {"habitat": {"sea": 0.9, "lake": 0.4}}


def test_a_decision_on_a_tag_that_was_not_asked_for_stands_beside_a_later_annotation() -> None:
    river = ("habitat", "river")
    said = Annotation("p", "bob", NOW, {"habitat": ("sea",)}, unasked=frozenset({river}))
    accepted = Decision("p", *river, "accepted", "ann", NOW.replace(hour=1), "some rule")
    assert [tag.tag for tag in effective_tags([said], [accepted])] == ["river", "sea"]
    asked = replace(said, unasked=frozenset())
    assert [tag.tag for tag in effective_tags([asked], [accepted])] == ["sea"]
