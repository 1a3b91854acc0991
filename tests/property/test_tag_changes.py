"""Whatever becomes of a tag set, step by step: nothing that was said is lost, and nothing is said that wasn't."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.tags import Tag, TagSet
from tagger.errors import TagSetError
from tagger.tagset import parse_tag_set, with_other_id, with_retired, with_tag

START = b"""\
version: 1
dimensions:
  - id: d
    tags: [{id: a}, {id: b}, {id: c}]  # three
  - {id: e, tags: [{id: a}]}
"""
ids = st.sampled_from("abcdefgh")
changes = st.lists(
    st.one_of(
        st.tuples(st.just("add"), ids),
        st.tuples(st.just("rename"), ids, ids),
        st.tuples(st.just("merge"), ids, ids),
        st.tuples(st.just("split"), ids, ids, ids),
        st.tuples(st.just("retire"), ids),
    ),
    max_size=8,
)


def change(data: bytes, what: tuple[str, ...]) -> bytes:
    """Make a change if the tag set can take it."""
    kind, tag, *others = what
    present = parse_tag_set(data, "t").dimension("d").tag_ids
    if kind == "add":
        return with_tag(data, "t", "d", Tag(tag, tag))
    if tag not in present or (kind != "rename" and (tag in others or not set(others) <= set(present) - {tag})):
        raise TagSetError("the tag set can't take it")
    if kind == "rename":
        return with_other_id(data, "t", "d", tag, others[0])
    if len(set(others)) != len(others) or len(present) < 2:
        raise TagSetError("the tag set can't take it")
    return with_retired(data, "t", "d", [tag], others)


def history(steps: list[tuple[str, ...]]) -> list[TagSet]:
    data, found = START, [parse_tag_set(START, "t")]
    for step in steps:
        try:
            data = change(data, step)
        except TagSetError:
            continue
        found.append(parse_tag_set(data, "t"))
        assert b"# three" in data
    return found


@given(changes, st.sets(st.sampled_from("abc")))
def test_what_was_said_comes_step_by_step_to_the_same_as_at_once(steps: list[tuple[str, ...]], said: set[str]) -> None:
    tag_sets = history(steps)
    tags = {"d": tuple(sorted(said)), "e": ("a",)}
    by_steps = tags
    for tag_set in tag_sets:
        by_steps = {d: tuple(chosen) for d, chosen in tag_set.translated(by_steps).items()}
    now = tag_sets[-1].translated(tags)
    assert now == by_steps and now["e"] == ("a",)
    assert set(now["d"]) <= set(tag_sets[-1].dimension("d").tag_ids)
    assert [tag_set.version for tag_set in tag_sets] == list(range(1, len(tag_sets) + 1))


@given(changes, st.sets(st.sampled_from("abc")))
def test_nobody_is_taken_to_have_spoken_of_a_tag_that_came_later(steps: list[tuple[str, ...]], said: set[str]) -> None:
    first, *_, last = [*history([]), *history(steps)]
    tags = {"d": tuple(sorted(said))}
    unasked, held = last.unasked(tags, first.version), set(last.translated(tags)["d"])
    assert not {("d", tag) for tag in held} & unasked
    split_from = {part for whole in last.dimension("d").former if len(whole.into) > 1 for part in whole.into}
    for tag in last.dimension("d").tags:
        if tag.since > first.version and tag.id not in held and not set(tag.ids) & split_from:
            assert ("d", tag.id) in unasked
