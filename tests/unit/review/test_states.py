from datetime import timedelta

from tagger.domain.labels import Annotation, Decision, Suggestion
from tagger.domain.tags import TagSet
from tagger.review import PaperState, accepting, from_annotation, paper_state, rejecting
from tests.conftest import NOW

LATER = NOW + timedelta(hours=1)
SCORES = {"habitat": {"sea": 0.9, "forest": 0.6, "cs.CV": 0.1}, "diet": {"plants": 0.7, "meat": 0.1}}
SUGGESTED = Suggestion("p", "m1", NOW, {"habitat": ("sea", "forest"), "diet": ("plants",)}, SCORES, needs_review=True)


def state(tag_set: TagSet, *said: Suggestion | Annotation | Decision) -> PaperState:
    return paper_state(
        "p",
        tag_set,
        [x for x in said if isinstance(x, Suggestion)],
        [x for x in said if isinstance(x, Annotation)],
        [x for x in said if isinstance(x, Decision)],
    )


def test_a_paper_goes_from_untagged_over_waiting_to_decided(small_tag_set: TagSet) -> None:
    assert state(small_tag_set).status == "untagged"
    waiting = state(small_tag_set, SUGGESTED)
    assert waiting.status == "waiting" and len(waiting.undecided) == 3
    half = accepting("p", [("habitat", "sea")], SUGGESTED, by="ann", at=LATER)
    assert state(small_tag_set, SUGGESTED, *half).undecided == (("habitat", "forest"), ("diet", "plants"))
    rest = rejecting("p", [("habitat", "forest"), ("diet", "plants")], SUGGESTED, by="ann", at=LATER)
    decided = state(small_tag_set, SUGGESTED, *half, *rest)
    assert decided.status == "decided" and [t.tag for t in decided.effective] == ["sea"]


def test_a_required_dimension_without_a_tag_is_not_decided(small_tag_set: TagSet) -> None:
    everything = [("habitat", "sea"), ("habitat", "forest"), ("diet", "plants")]
    found = state(small_tag_set, SUGGESTED, *rejecting("p", everything, SUGGESTED, by="ann", at=LATER))
    assert (found.status, found.missing) == ("waiting", ("habitat",))


def test_a_later_suggestion_does_not_open_a_decided_paper(small_tag_set: TagSet) -> None:
    everything = [("habitat", "sea"), ("habitat", "forest"), ("diet", "plants")]
    decided = accepting("p", everything, SUGGESTED, by="ann", at=LATER)
    newer = Suggestion("p", "m2", LATER, {"habitat": ("cs.CV",), "diet": ()}, SCORES, needs_review=True)
    assert state(small_tag_set, SUGGESTED, newer, *decided).status == "decided"
    assert state(small_tag_set, SUGGESTED, newer).undecided == (("habitat", "cs.CV"),)


def test_verdicts_given_after_a_newer_suggestion_came_do_not_drop_what_only_that_one_suggests(
    small_tag_set: TagSet,
) -> None:
    former = Suggestion("p", "m1", NOW, {"habitat": ("sea",), "diet": ()}, SCORES, needs_review=False)
    newer = Suggestion("p", "m2", LATER, {"habitat": ("sea", "forest"), "diet": ("plants",)}, SCORES, needs_review=True)
    after = LATER + timedelta(minutes=1)
    by_rule = accepting("p", [("habitat", "sea")], newer, by="ann", at=after, rule="precision>=0.95")
    by_person = accepting("p", [("habitat", "sea")], newer, by="ann", at=after)
    for said in (by_rule, by_person):
        found = state(small_tag_set, former, newer, *said)
        assert (found.status, found.undecided) == ("waiting", (("habitat", "forest"), ("diet", "plants")))
    before = accepting("p", [("habitat", "sea")], former, by="ann", at=NOW + timedelta(minutes=1), rule="all-sure")
    assert state(small_tag_set, former, newer, *before).status == "decided"
    assert state(small_tag_set, former, newer, *before, *by_person).status == "decided"


def test_the_suggestion_of_the_model_in_use_is_what_stands_also_where_another_came_later(small_tag_set: TagSet) -> None:
    newer = Suggestion("p", "m2", LATER, {"habitat": ("cs.CV",), "diet": ()}, SCORES, needs_review=True)
    found = paper_state("p", small_tag_set, [SUGGESTED, newer], [], [], model="m1")
    assert found.suggestion == SUGGESTED and len(found.undecided) == 3
    everything = [("habitat", "sea"), ("habitat", "forest"), ("diet", "plants")]
    said = accepting("p", everything, SUGGESTED, by="ann", at=LATER + timedelta(minutes=1))
    assert paper_state("p", small_tag_set, [SUGGESTED, newer], [], said, model="m1").status == "decided"
    assert paper_state("p", small_tag_set, [SUGGESTED, newer], [], [], model="m3").suggestion == newer


def test_a_skip_alone_takes_a_paper_out_and_an_annotation_brings_it_back(small_tag_set: TagSet) -> None:
    skip = Annotation("p", "ann", NOW, skipped=True)
    assert state(small_tag_set, SUGGESTED, skip).status == "skipped"
    assert state(small_tag_set, skip, Annotation("p", "bob", LATER, {"habitat": ("sea",)})).status == "decided"


def test_an_annotation_over_a_suggestion_keeps_removes_and_adds() -> None:
    said = Annotation("p", "ann", LATER, {"habitat": ("sea", "cs.CV"), "diet": ("plants",)})
    made = {(d.tag, d.verdict, d.model, d.score) for d in from_annotation(said, SUGGESTED, [])}
    assert made == {
        ("sea", "accepted", "m1", 0.9),
        ("plants", "accepted", "m1", 0.7),
        ("cs.CV", "accepted", None, None),
        ("forest", "rejected", "m1", 0.6),
    }


def test_a_changed_mind_rejects_what_was_added_before() -> None:
    former = accepting("p", [("habitat", "cs.CV")], SUGGESTED, by="ann", at=NOW)
    said = Annotation("p", "ann", LATER, {"habitat": ("sea",)})
    assert ("cs.CV", "rejected") in {(d.tag, d.verdict) for d in from_annotation(said, SUGGESTED, former)}
    of_another = accepting("p", [("habitat", "cs.CV")], SUGGESTED, by="bob", at=NOW)
    assert "cs.CV" not in {d.tag for d in from_annotation(said, SUGGESTED, of_another)}


def test_a_withdrawal_takes_back_its_own_decisions_only() -> None:
    former = [
        *accepting("p", [("habitat", "sea")], SUGGESTED, by="ann", at=NOW),
        *accepting("p", [("habitat", "forest")], SUGGESTED, by="bob", at=NOW),
    ]
    gone = from_annotation(Annotation("p", "ann", LATER, withdrawn=True), None, former)
    assert [(d.tag, d.verdict, d.by) for d in gone] == [("sea", "withdrawn", "ann")]


def test_plain_labelling_without_a_suggestion_decides_nothing() -> None:
    assert from_annotation(Annotation("p", "ann", NOW, {"habitat": ("sea",)}), None, []) == []
