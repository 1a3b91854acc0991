"""Databases of every released schema: dumps in ``released``, named after their last migration, never to change."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tagger.domain.evidence import Evidence, FoundWord, LabelledPaper, TagEvidence
from tagger.domain.labels import Suggestion
from tagger.domain.paper import Paper
from tagger.store import open_store
from tagger.store.schema import MIGRATIONS
from tests.conftest import NOW

RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql"))
PAPER = Paper("2405.14906", "A title", "An abstract")
EVIDENCE = Evidence(
    {
        "habitat": {
            "sea": TagEvidence(0, {"word head": -1.25, "words found": 2.5}, (FoundWord("Ocean", 1, 2),), ("reef",))
        }
    },
    (LabelledPaper("p1", "Título", 0.75, {"habitat": ("sea", "forest"), "diet": ()}),),
)


def schema(path: Path) -> list[tuple[str, ...]]:
    db = sqlite3.connect(path)
    found = db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    db.close()
    return found


def load(dump: Path, path: Path) -> None:
    db = sqlite3.connect(path)
    db.executescript(dump.read_text())
    db.close()


def test_every_schema_but_the_newest_has_a_dump() -> None:
    assert [dump.stem for dump in RELEASED] == list(MIGRATIONS)[:-1]


@pytest.mark.parametrize("dump", RELEASED, ids=lambda dump: dump.stem)
def test_a_database_of_a_released_schema_becomes_like_a_new_one(dump: Path, tmp_path: Path) -> None:
    load(dump, tmp_path / "old.db")
    open_store(tmp_path / "new.db", create=True).close()
    with open_store(tmp_path / "old.db") as store:
        assert store.faults() == []
    assert schema(tmp_path / "old.db") == schema(tmp_path / "new.db")


@pytest.mark.parametrize("dump", RELEASED, ids=lambda dump: dump.stem)
def test_what_a_released_schema_held_is_still_there(dump: Path, tmp_path: Path) -> None:
    load(dump, tmp_path / "old.db")
    with open_store(tmp_path / "old.db") as store:
        (said,) = store.suggestions.of()[PAPER.id]
        assert said.tags == {"habitat": ("sea",)} and said.scores == {"habitat": {"sea": 0.9}}
        assert said.evidence == Evidence()
        assert [d.by for d in store.labels.decisions()[PAPER.id]] == ["bob"]
        assert store.models.current_name() == "m1"
        again = replace(said, evidence=EVIDENCE)
        with store.write():
            assert store.suggestions.save([(PAPER, again)]) == 0, "a suggestion that was kept stays as it was"


def test_evidence_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    load(RELEASED[0], tmp_path / "old.db")
    later = Paper(PAPER.id, PAPER.title, "A corrected abstract")
    said = Suggestion(PAPER.id, "m1", NOW, {"habitat": ("sea",)}, {"habitat": {"sea": 0.9}}, False, EVIDENCE)
    with open_store(tmp_path / "old.db") as store:
        with store.write():
            store._db.execute("UPDATE papers SET text_hash = ?", [later.text_hash])
            store.suggestions.save([(later, said)])
        assert store.suggestions.of()[PAPER.id] == [said]
