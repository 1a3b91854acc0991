from datetime import timedelta

from tagger.domain.labels import Annotation, Decision, Verdict, decided_tags, effective_tags, standing_annotations
from tests.conftest import NOW

HOUR = timedelta(hours=1)


def annotation(who: str, hours: int, *tags: str, skipped: bool = False, withdrawn: bool = False) -> Annotation:
    return Annotation("p", who, NOW + hours * HOUR, {"habitat": tags} if tags else {}, skipped, withdrawn)


def decision(tag: str, verdict: Verdict, who: str, hours: int, rule: str | None = None) -> Decision:
    return Decision("p", "habitat", tag, verdict, who, NOW + hours * HOUR, rule, "m1", 0.8)


def tags(*of: Annotation | Decision) -> list[str]:
    annotations = [x for x in of if isinstance(x, Annotation)]
    decisions = [x for x in of if isinstance(x, Decision)]
    return [t.tag for t in effective_tags(annotations, decisions)]


def test_nothing_holds_before_anyone_spoke() -> None:
    assert tags() == []


def test_the_last_annotator_counts() -> None:
    assert tags(annotation("ann", 1, "sea"), annotation("bob", 2, "forest")) == ["forest"]
    assert tags(annotation("ann", 3, "sea"), annotation("bob", 2, "forest")) == ["sea"]


def test_a_changed_annotation_replaces_the_former_one() -> None:
    assert tags(annotation("ann", 1, "sea", "forest"), annotation("ann", 2, "forest")) == ["forest"]


def test_a_withdrawn_annotation_gives_the_word_back_to_the_other_annotator() -> None:
    assert tags(annotation("ann", 1, "sea"), annotation("bob", 2, "forest"), annotation("bob", 3, withdrawn=True)) == [
        "sea"
    ]


def test_a_skip_says_nothing_but_stands() -> None:
    both = [annotation("ann", 1, "sea"), annotation("bob", 2, skipped=True)]
    assert tags(*both) == ["sea"]
    assert [a.annotator for a in standing_annotations(both)] == ["ann", "bob"]


def test_a_rejected_tag_stays_out() -> None:
    assert (
        tags(decision("sea", "accepted", "rule-maker", 1, rule="all-sure"), decision("sea", "rejected", "ann", 0)) == []
    )


def test_a_rule_never_overrules_a_person_even_if_it_speaks_later() -> None:
    assert tags(annotation("ann", 1, "forest"), decision("sea", "accepted", "bob", 5, rule="all-sure")) == ["forest"]


def test_a_later_decision_changes_one_tag_of_an_annotation() -> None:
    assert tags(annotation("ann", 1, "sea"), decision("forest", "accepted", "bob", 2)) == ["forest", "sea"]
    assert tags(annotation("ann", 1, "sea"), decision("sea", "rejected", "bob", 2)) == []


def test_an_annotation_after_a_decision_speaks_of_every_tag() -> None:
    assert tags(decision("sea", "accepted", "ann", 1), annotation("bob", 2, "forest")) == ["forest"]


def test_a_withdrawn_decision_gives_the_word_back() -> None:
    said = [decision("sea", "accepted", "ann", 1), decision("sea", "rejected", "bob", 2)]
    assert tags(*said) == []
    assert tags(*said, decision("sea", "withdrawn", "bob", 3)) == ["sea"]
    assert decided_tags([decision("sea", "accepted", "ann", 1), decision("sea", "withdrawn", "ann", 2)]) == frozenset()


def test_provenance_names_who_decided_and_what_was_suggested() -> None:
    held = effective_tags([annotation("ann", 1, "sea", "forest")], [decision("sea", "accepted", "ann", 1)])
    assert [(t.tag, t.by, t.model, t.score) for t in held] == [("forest", "ann", None, None), ("sea", "ann", "m1", 0.8)]
