"""The real Datasette on a workspace's database, with the metadata that docs/datasette.md tells to give it."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from datasette.utils import parse_metadata

from tagger.domain.labels import Audit, Decision
from tagger.steps.workspace import open_workspace
from tests.conftest import ROOT
from tests.unit.steps.desk import Desk, open_desk

METADATA = parse_metadata((ROOT / "docs" / "datasette.yaml").read_text())
TABLES, QUERIES = (METADATA["databases"]["tagger"][part] for part in ("tables", "queries"))
RULE = "precision>=0.95"


def by_rule(desk: Desk, paper_id: str, tag: str) -> None:
    said = Decision(paper_id, "habitat", tag, "accepted", "ann", desk.later(), RULE, "m1", 0.9)
    with desk.workspace.store.write():
        desk.workspace.store.labels.decide([said], desk.now)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace's database in which people, a model and a rule said something of everything."""
    folder = tmp_path_factory.mktemp("workspace")
    with open_desk(folder) as desk:
        desk.suggest("p1", "habitat:sea", "diet:plants")
        desk.accept("p1", "sea")
        desk.suggest("p2", "habitat:sea", day=date(2026, 9, 2))
        by_rule(desk, "p2", "sea")
        desk.reject("p2", "sea")
        desk.suggest("p3", "habitat:sea")
        by_rule(desk, "p3", "sea")
        desk.annotate("p3", by="eve", habitat=("lake",))
        desk.suggest("p4", "habitat:sea", day=date(2026, 9, 2))
        desk.annotate("p4", by="ann", habitat=("sea", "lake"))
        desk.annotate("p4", by="eve", habitat=("sea",))
        desk.suggest("p5", "habitat:sea")
        by_rule(desk, "p5", "sea")
        desk.suggest("p6", "habitat:forest")
        by_rule(desk, "p6", "forest")
        with desk.workspace.store.write():
            desk.workspace.store.audits.draw([Audit("p6", "habitat", "forest", RULE, "m1", 0.9, desk.later())])
        desk.suggest("p6", "habitat:lake")
        desk.paper("p7")
        desk.annotate("p1", by="bob", skipped=True)
        desk.suggest("p8", "habitat:sea")
        desk.annotate("p8", by="bob", habitat=("sea",))
        desk.reject("p8", "sea", by="eve")
    return folder / "tagger.db"


@pytest.fixture(params=["immutable", "in use"])
def window(database: Path, request: pytest.FixtureRequest) -> Iterator[Datasette]:
    """Datasette as it is started with -i and without; the database has to stay what it is, byte for byte."""
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    files, immutables = ([], [str(database)]) if request.param == "immutable" else ([str(database)], [])
    yield Datasette(files, immutables=immutables, metadata=METADATA)
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before


def got(window: Datasette, path: str, **parameters: str) -> Any:
    """Return what a page's JSON says, which has to come with 200."""
    found = asyncio.run(window.client.get(path, params={"_shape": "objects", **parameters}))
    assert found.status_code == 200, found.text
    return found.json()


def rows(window: Datasette, query: str, **parameters: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in got(window, f"/tagger/{query}.json", **parameters)["rows"]]


def cells(window: Datasette, query: str, *columns: str, **parameters: str) -> list[tuple[object, ...]]:
    found = got(window, f"/tagger/{query}.json", **parameters)["rows"]
    return [tuple(row[column] for column in columns) for row in found]


def test_papers_of_a_tag_are_those_on_which_it_holds(window: Datasette, database: Path) -> None:
    found = cells(window, "papers_of_a_tag", "id", "day", "said_by", "rule", dimension="habitat", tag="sea")
    assert found == [
        ("p4", "2026-09-02", "eve", None),
        ("p1", "2026-08-07", "bob", None),
        ("p5", "2026-08-07", "ann", RULE),
    ]
    with open_workspace(database.parent) as workspace:
        states = workspace.states()
    for tag in ("sea", "lake", "forest"):
        held = {i for i, state in states.items() if ("habitat", tag) in [(t.dimension, t.tag) for t in state.effective]}
        papers = cells(window, "papers_of_a_tag", "id", dimension="habitat", tag=tag)
        assert {paper for (paper,) in papers} == held - {"p6"}, "p6 is to be judged blind"


def test_tags_over_time_count_papers_by_month(window: Datasette) -> None:
    assert rows(window, "tags_over_time", dimension="habitat") == [
        ("2026-09", "sea", 1),
        ("2026-08", "sea", 2),
        ("2026-08", "lake", 1),
    ]


def test_annotators_who_differ_are_named(window: Datasette) -> None:
    found = cells(window, "annotators_differ", "paper_id", "dimension", "tag", "gave_it", "did_not")
    assert found == [("p4", "habitat", "lake", "ann", "eve")]


def test_what_people_overturned_is_told_with_who_did(window: Datasette) -> None:
    found = cells(window, "rule_overturned", "paper_id", "tag", "rule", "overturned_by")
    assert sorted(found) == [("p2", "sea", RULE, "bob"), ("p3", "sea", RULE, "eve")]


def test_undecided_suggestions_are_listed_but_none_to_be_judged_blind(window: Datasette) -> None:
    found = cells(window, "suggestions_without_a_verdict", "paper_id", "tag", "score", "model")
    assert found == [("p1", "plants", 0.9, "m1")]


def test_words_are_searched_in_any_form_and_nothing_is_an_operator(window: Datasette) -> None:
    assert cells(window, "search_by_words", "id", words="titles p7") == [("p7",)]
    assert cells(window, "search_by_words", "id", words='p7 OR "p1') == []
    found = got(window, "/tagger/paper_texts.json", _search="abstracts p7")["rows"]
    assert [row["title"] for row in found] == ["Title of p7"]


def test_a_papers_story_is_told_in_order_but_not_of_one_to_be_judged_blind(window: Datasette) -> None:
    assert [row[1:] for row in rows(window, "story_of_a_paper", paper="p2")] == [
        ("suggestion", "m1", '{"diet":[],"habitat":["sea"]}'),
        ("decision", f"ann by rule {RULE}", "accepted habitat:sea"),
        ("decision", "bob", "rejected habitat:sea"),
    ]
    assert rows(window, "story_of_a_paper", paper="p6") == []


def test_papers_without_tags_are_listed(window: Datasette) -> None:
    assert cells(window, "papers_without_tags", "id", "digest") == [("p7", "2026-08-07")]


def test_every_query_is_tested_here_and_has_a_page(window: Datasette) -> None:
    source = Path(__file__).read_text()
    for name, query in QUERIES.items():
        assert f'window, "{name}"' in source, name
        page = asyncio.run(window.client.get(f"/tagger/{name}", params=dict.fromkeys(query.get("params", ()), "x")))
        assert page.status_code == 200
        assert query["title"] in page.text


def test_every_table_and_column_that_is_described_is_there(window: Datasette) -> None:
    for table, told in TABLES.items():
        found = got(window, f"/tagger/{table}.json")
        assert set(told.get("columns", ())) <= set(found["columns"]), table
        assert asyncio.run(window.client.get(f"/tagger/{table}")).status_code == 200


def test_every_table_that_is_shown_is_described(window: Datasette) -> None:
    found = got(window, "/tagger.json")
    shown = {table["name"] for table in found["tables"] if not table["hidden"]} | {v["name"] for v in found["views"]}
    assert shown == {name for name, told in TABLES.items() if "description" in told}


def test_nothing_can_be_written(window: Datasette) -> None:
    inserting = "INSERT INTO digests VALUES ('2027-01-01', 'now')"
    for statement in ("DELETE FROM papers", inserting, "PRAGMA user_version = 5"):
        refused = asyncio.run(window.client.get("/tagger.json", params={"sql": statement}))
        assert refused.status_code == 400, statement
        assert not refused.json()["ok"]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        asyncio.run(forced(window, inserting))


async def forced(window: Datasette, statement: str) -> None:
    """Write past the pages, over Datasette's own connection for reading."""
    database = window.get_database("tagger")
    await database.execute_fn(lambda connection: connection.execute(statement))


def test_what_tagger_writes_meanwhile_is_seen_by_a_window_in_use(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w") as desk:
        desk.suggest("p1", "habitat:sea")
        window = Datasette([str(tmp_path / "w" / "tagger.db")], metadata=METADATA)
        assert len(rows(window, "suggestions_without_a_verdict")) == 1
        desk.accept("p1", "sea")
        assert rows(window, "suggestions_without_a_verdict") == []
