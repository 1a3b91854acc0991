import pytest

from tagger.domain.tags import Dimension, Tag
from tagger.errors import TagSetError
from tagger.tagset import parse_tag_set, with_other_id, with_retired, with_tag
from tests.unit.tagset.test_editing import TAG_SET

TAGS = ("sea", "forest", "lake", "river", "marsh", "cave", "meadow")
every_tag = pytest.mark.parametrize("tag", TAGS)
endings = pytest.mark.parametrize("ending", ["\n", "\r\n"])


def habitat(data: bytes, version: int = 2) -> Dimension:
    tag_set = parse_tag_set(data, "t.yaml")
    assert tag_set.version == version
    return tag_set.dimension("habitat")


def comments(text: str) -> list[str]:
    return [line.split("#", 1)[1].strip() for line in text.splitlines() if "#" in line]


@every_tag
@endings
def test_a_renamed_tag_keeps_all_but_its_id(tag: str, ending: str) -> None:
    text = TAG_SET.replace("\n", ending)
    before = parse_tag_set(text.encode(), "t.yaml").dimension("habitat").tag(tag)
    after = with_other_id(text.encode(), "t.yaml", "habitat", tag, "new-1")
    found = habitat(after)
    assert found.tag_ids == tuple("new-1" if each == tag else each for each in TAGS)
    renamed = found.tag("new-1")
    assert renamed.was == (tag,) and (renamed.means, renamed.also) == (before.means, before.also)
    assert renamed.name == ("new-1" if before.name == tag else before.name)
    assert comments(after.decode()) == comments(text)
    again = habitat(with_other_id(after, "t.yaml", "habitat", "new-1", "newer", "Newer"), 3).tag("newer")
    assert again.was == ("new-1", tag) and again.name == "Newer"
    back = habitat(with_other_id(after, "t.yaml", "habitat", "new-1", tag), 3).tag(tag)
    assert back.was == ("new-1",), "its own id may come back"


@every_tag
@endings
def test_a_retired_tag_stays_in_the_file_and_goes_into_others(tag: str, ending: str) -> None:
    text = TAG_SET.replace("\n", ending)
    others = [each for each in TAGS if each != tag]
    for into in ([], others[:1], others[:2]):
        after = with_retired(text.encode(), "t.yaml", "habitat", [tag], into)
        found = habitat(after)
        assert list(found.tag_ids) == others and [t.id for t in found.former] == [tag]
        assert found.former[0].retired == 2 and list(found.former[0].into) == into
        assert comments(after.decode()) == comments(text)


@endings
def test_a_new_tag_comes_last_with_the_version_it_came_in(ending: str) -> None:
    tag = Tag("dune", "Sand: dunes", 'Much "sand", or: a1', "sea", ("desert", "yes", "C++"))
    after = with_tag(TAG_SET.replace("\n", ending).encode(), "t.yaml", "habitat", tag)
    found = habitat(after)
    assert found.tag_ids == (*TAGS, "dune")
    added = found.tag("dune")
    assert (added.name, added.means, added.unlike, added.also, added.since) == (
        tag.name,
        tag.means,
        tag.unlike,
        tag.also,
        2,
    )
    flow = with_tag(after, "t.yaml", "diet", Tag("krill", "krill"))
    assert parse_tag_set(flow, "t.yaml").dimension("diet").tag_ids == ("sea", "krill")
    assert comments(flow.decode()) == comments(TAG_SET)


def test_an_id_is_never_used_again() -> None:
    retired = with_retired(TAG_SET.encode(), "t.yaml", "habitat", ["sea"])
    for taken in ("sea", "forest"):
        with pytest.raises(TagSetError, match=f"'{taken}' is or was"):
            with_tag(retired, "t.yaml", "habitat", Tag(taken, taken))
        with pytest.raises(TagSetError, match=f"'{taken}' is or was"):
            with_other_id(retired, "t.yaml", "habitat", "lake", taken)
    with pytest.raises(TagSetError, match="letters, digits"):
        with_tag(retired, "t.yaml", "habitat", Tag("a b", "a b"))


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ("{id: a}, {id: b, retired: 2, into: [c]}", "goes into 'c', which isn't there"),
        ("{id: a}, {id: b, retired: 2, into: [c]}, {id: c, retired: 2, into: [b]}", "goes into itself"),
        ("{id: a}, {id: b, into: [a]}", "doesn't say since when"),
        ("{id: a}, {id: b, was: [a]}", "never used again"),
        ("{id: a, retired: 2}", "no tags that aren't retired"),
        ("{id: a, since: soon}", "since is 'soon'"),
    ],
)
def test_a_history_that_makes_no_sense_is_told_with_its_line(tags: str, reason: str) -> None:
    text = f"version: 3\ndimensions:\n  - id: d\n    tags: [{tags}]\n"
    with pytest.raises(TagSetError, match=r"t\.yaml, line 4: ") as told:
        parse_tag_set(text.encode(), "t.yaml")
    assert reason in str(told.value)
