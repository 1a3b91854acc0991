"""The commands people wait for look up what they need by an index, however large the tables are."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tagger.steps.agreement import conflicts
from tagger.steps.audit import blind_papers
from tagger.steps.publish import publish
from tagger.steps.review import accept, reject, waiting
from tagger.steps.search import search
from tagger.steps.standings import standings
from tagger.steps.status import status
from tagger.steps.why import why
from tagger.steps.workspace import Workspace
from tests.conftest import NOW
from tests.unit.steps.desk import DAY, Desk, open_desk

# These hold a row a paper, or more; of others a few are read, or what is kept is counted by its index.
LARGE = ("papers", "suggestions", "annotations", "decisions", "standing_tags", "digest_papers", "paper_names")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as opened:
        for number in range(30):
            opened.suggest(f"p{number}", "habitat:sea", sure=number % 2 == 0)
        opened.accept("p0")
        opened.annotate("p1", habitat=("forest",))
        standings(opened.workspace)
        yield opened


def scanned(workspace: Workspace, act: Callable[[], object]) -> list[str]:
    """Return the tables of ``LARGE`` that the statements read from end to end, and not by an index alone."""
    db = workspace.store._db
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    act()
    db.conn.set_trace_callback(None)
    assert statements
    found = []
    for statement in dict.fromkeys(statements):
        if statement.lstrip().split()[0].upper() in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]
            found += [f"{step}: {statement}" for step in plan if _reads_all(step)]
    return found


def _reads_all(step: str) -> bool:
    """Return whether a step goes through a large table; tables may have names of their own of a letter or two."""
    scan, table, *how = step.split()
    return scan == "SCAN" and "COVERING" not in how and (table in LARGE or (len(table) <= 2 and "VIRTUAL" not in how))


@pytest.mark.parametrize(
    "act",
    [
        lambda w: accept(w, ["p2"], [], by="bob", now=NOW),
        lambda w: reject(w, ["p3"], ["habitat:sea"], by="bob", now=NOW),
        lambda w: waiting(w, day=DAY),
        lambda w: conflicts(w, day=DAY),
        lambda w: why(w, "p1", "habitat:sea"),
        lambda w: publish(w, DAY, w.settings.folder / "site", withhold=True, now=NOW),
        lambda w: search(w, "title", tags=["habitat:sea"], limit=5),
        lambda w: w.store.papers.find("p5"),
        lambda w: w.digest_papers(DAY),
        lambda w: blind_papers(w),
        lambda w: standings(w),
    ],
    ids=["accept", "reject", "list", "conflicts", "why", "publish", "search", "find", "digest", "blind", "standings"],
)
def test_what_concerns_few_papers_reads_few(desk: Desk, act: Callable[[Workspace], object]) -> None:
    assert scanned(desk.workspace, lambda: act(desk.workspace)) == []


def test_working_out_a_papers_standing_reads_few(desk: Desk) -> None:
    desk.accept("p4")
    assert scanned(desk.workspace, lambda: standings(desk.workspace)) == []


def test_where_the_work_stands_is_told_by_what_is_kept(desk: Desk) -> None:
    assert scanned(desk.workspace, lambda: status(desk.workspace)) == []


def test_a_table_read_from_end_to_end_is_seen(desk: Desk) -> None:
    assert scanned(desk.workspace, lambda: list(desk.workspace.store.papers.all()))
    assert scanned(desk.workspace, lambda: desk.workspace.store.labels.decisions())
