import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from tagger.domain.labels import Annotation
from tagger.domain.paper import Entry, Paper, title_id
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.errors import SourceError
from tagger.steps.annotations import Imported, export_annotations, import_annotations, tags_left_out
from tagger.steps.init import init
from tagger.steps.review import reject
from tagger.steps.workspace import Workspace, open_workspace
from tests.conftest import NOW
from tests.unit.steps.conftest import TAG_SET

DAY = date(2026, 8, 7)
PAPER = Paper("p", "T", "An abstract", DAY, ("Ann", "Bob"), "https://example.org/p", ("cs.CV",), 0)
ROW: dict[str, object] = {"id": "p", "annotator": "ann", "habitat": ["sea"], "diet": []}
BRINGS: dict[str, object] = {**ROW, "title": "T", "abstract": "An abstract"}


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "other.yaml").write_text(TAG_SET)
    init(tmp_path / "other", tmp_path / "other.yaml", NOW)
    with open_workspace(tmp_path / "other") as opened:
        yield opened


def take(workspace: Workspace, *rows: Mapping[str, object], days: int = 0) -> Imported:
    file = workspace.settings.folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return import_annotations(workspace, str(file), now=NOW + timedelta(days))


def counts(found: Imported) -> tuple[int, int, int]:
    return found.new, found.changed, found.unchanged


def save(workspace: Workspace, paper: Paper, day: date | None = DAY) -> None:
    with workspace.store.write():
        workspace.store.papers.save([Entry(paper, day)], NOW)


def said(workspace: Workspace) -> list[tuple[str, ...]]:
    return [a.tags["habitat"] for found in workspace.store.labels.annotations().values() for a in found]


def exported(workspace: Workspace) -> list[dict[str, object]]:
    return [json.loads(line) for line in export_annotations(workspace)]


def without_forest(workspace: Workspace) -> Workspace:
    habitat = Dimension("habitat", "", False, (Tag("sea", "Sea"),))
    return Workspace(workspace.settings, TagSet(2, (habitat,)), workspace.store)


def test_an_older_export_leaves_the_papers_as_they_are(workspace: Workspace) -> None:
    save(workspace, PAPER)
    take(workspace, {**BRINGS, "title": "Old", "abstract": "old", "digest": "2020-01-01"})
    assert list(workspace.store.papers.all()) == [PAPER]
    assert workspace.store.papers.digest_days() == {DAY: 1}


def test_an_export_brings_papers_whole_and_annotations_to_the_same_state(
    workspace: Workspace, other: Workspace
) -> None:
    save(workspace, PAPER)
    rows = (ROW, {**ROW, "annotator": "bob", "habitat": []}, {"id": "p", "annotator": "eve", "skip": True})
    take(workspace, *rows)
    first = exported(workspace)
    assert counts(take(workspace, *first)) == (0, 0, 3)
    assert counts(take(other, *first)) == (3, 0, 0)
    assert list(other.store.papers.all()) == [PAPER] and other.store.papers.digest_days() == {DAY: 1}
    assert exported(other) == first


def test_tags_that_left_the_tag_set_are_told_kept_and_no_obstacle(workspace: Workspace) -> None:
    take(workspace, {**BRINGS, "habitat": ["sea", "forest"], "diet": ["plants"]})
    narrowed = without_forest(workspace)
    row = json.loads(next(export_annotations(narrowed)))
    assert tags_left_out(narrowed) == {"habitat:forest": 1, "diet:plants": 1}
    assert row["habitat"] == ["sea"] and "diet" not in row
    assert counts(take(narrowed, row, days=1)) == (0, 0, 1)
    assert tags_left_out(workspace) == {} and said(workspace) == [("sea", "forest")]
    another = {"id": "p", "annotator": "ann", "habitat": []}
    assert counts(take(narrowed, another, days=2)) == (0, 1, 0)


def test_the_last_of_several_rows_for_a_paper_and_annotator_counts(workspace: Workspace) -> None:
    rows = (BRINGS, {**ROW, "habitat": ["forest"]})
    assert counts(take(workspace, *rows)) == (1, 0, 0)
    assert "line 2: ann on p again, as on line 1; this one counts" in take(workspace, *rows, days=1).notes[0]
    assert said(workspace) == [("forest",)]


def test_rows_with_times_are_history(workspace: Workspace) -> None:
    rows = ({**BRINGS, "at": "2026-08-01T10:00:00Z"}, {**ROW, "habitat": [], "at": "2026-08-02T10:00:00Z"})
    assert counts(take(workspace, *rows)) == (1, 1, 0)
    assert counts(take(workspace, *rows, days=1)) == (0, 0, 2)
    assert said(workspace) == [("sea",), ()]


def test_a_row_may_stand_before_the_one_that_brings_its_paper(workspace: Workspace) -> None:
    found = take(workspace, {**ROW, "annotator": "bob"}, BRINGS)
    assert (counts(found), found.rejected) == ((2, 0, 0), ())


def test_a_row_that_can_not_be_used_brings_no_paper(workspace: Workspace) -> None:
    with pytest.raises(SourceError, match=r"line 1: the tag set has no 'moon'.*line 2: the paper 'p' isn't in"):
        take(workspace, {**BRINGS, "habitat": ["moon"]}, {**ROW, "annotator": "bob"})
    assert workspace.store.papers.count() == 0


def test_a_word_from_the_future_is_refused_but_not_for_a_clock_that_is_fast(workspace: Workspace) -> None:
    with pytest.raises(SourceError, match="more than a day ahead"):
        take(workspace, {**BRINGS, "at": "9999-06-01T00:00:00Z"})
    assert counts(take(workspace, {**BRINGS, "at": (NOW + timedelta(hours=20)).isoformat()})) == (1, 0, 0)


def test_a_word_of_a_fast_clock_or_another_time_zone_does_not_outlast_what_is_said_after_it(
    workspace: Workspace,
) -> None:
    ahead = {**BRINGS, "at": (NOW + timedelta(hours=9)).isoformat()}
    take(workspace, ahead)
    after = NOW + timedelta(minutes=1)
    reject(workspace, ["p"], ["habitat:sea"], by="bob", now=after)
    assert workspace.states(["p"])["p"].effective == ()
    with workspace.store.write():
        changed = [Annotation("p", "ann", after, {"habitat": ("forest",), "diet": ()})]
        workspace.store.labels.annotate(changed, source="test", tag_set_version=1, now=after)
    before = workspace.store.labels.annotations()
    file = workspace.settings.folder / "rows.jsonl"
    assert counts(import_annotations(workspace, str(file), now=NOW + timedelta(hours=1))) == (0, 0, 1)
    assert workspace.store.labels.annotations() == before


def test_rows_reach_their_paper_with_or_without_its_id(workspace: Workspace) -> None:
    save(workspace, PAPER)
    bare = {"title": "t!", "annotator": "ann", "habitat": ["sea"]}
    assert counts(take(workspace, bare)) == (1, 0, 0)
    assert workspace.store.labels.annotations().keys() == {"p"}


def test_annotations_made_without_an_id_stay_when_it_comes(workspace: Workspace) -> None:
    bare = title_id("T")
    take(workspace, {**BRINGS, "id": None})
    found = take(workspace, {"id": "p", "annotator": "bob", "habitat": []}, {**BRINGS, "annotator": "eve"})
    assert counts(found) == (2, 0, 0) and f"p as {bare}" in found.notes[0]
    assert {a.annotator for a in workspace.store.labels.annotations()[bare]} == {"ann", "bob", "eve"}
    assert workspace.store.papers.count() == 1
