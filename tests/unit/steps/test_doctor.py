import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest

from tagger.domain.run import Process, Run
from tagger.errors import TaggerError
from tagger.settings import HISTORY_NAME
from tagger.steps import doctor
from tagger.steps.doctor import Finding, installation, pages
from tagger.steps.standings import standings
from tagger.store import Runs
from tagger.studio.page import labelling_page, tags_on
from tests.unit.steps.desk import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as made:
        made.suggest("p1", "habitat:sea")
        made.annotate("p1", habitat=("forest",))
        made.suggest("p2", "habitat:lake")
        yield made


def folder(desk: Desk) -> Path:
    return desk.workspace.settings.folder


def found(desk: Desk, code: str) -> Finding:
    (finding,) = (f for f in doctor.examine(folder(desk)) if f.code == code)
    return finding


def mended(desk: Desk, code: str) -> Finding:
    finding = found(desk, code)
    assert finding.mend is not None, finding
    assert finding.mend()
    return found(desk, code)


def write(desk: Desk, sql: str) -> None:
    with contextlib.closing(sqlite3.connect(desk.workspace.settings.database)) as db, db:
        db.executescript(sql)


def test_every_finding_has_a_page_and_every_page_a_finding(desk: Desk) -> None:
    (desk.workspace.settings.models / "m1").mkdir(parents=True)
    assert sorted({f.code for f in doctor.examine(folder(desk))}) == doctor.codes()
    for code in doctor.codes():
        assert doctor.page(code).startswith(f"# {code}: "), code
        assert "](" + code + ".md)" in (pages._folder() / "README.md").read_text()
    with pytest.raises(TaggerError, match=r"called '\.\./README'"):
        doctor.page("../README")


def test_a_search_index_that_lacks_papers_is_made_anew(desk: Desk) -> None:
    assert found(desk, "search").level == "ok"
    write(desk, "DELETE FROM paper_numbers WHERE paper_id = 'p1'")
    assert found(desk, "search").level == "wrong" and found(desk, "database").ok
    assert mended(desk, "search").level == "ok"
    assert {hit.paper_id for hit in desk.workspace.store.search.find("title", limit=9).best} == {"p1", "p2"}


def test_standings_that_differ_from_what_was_said_are_worked_out_anew(desk: Desk) -> None:
    assert found(desk, "standings").detail == "to be worked out by the next command that asks"
    standings(desk.workspace)
    assert found(desk, "standings").detail == "2 papers compared"
    write(desk, "UPDATE standings SET conflicts = 5 WHERE paper_id = 'p2'")
    assert "1 papers stand otherwise than is kept: p2" in found(desk, "standings").detail
    assert mended(desk, "standings").level == "ok"
    assert not any(standing.conflicts == 5 for standing in standings(desk.workspace).of(["p1", "p2"]))
    assert found(desk, "standings").detail == "2 papers compared"


def test_a_standing_that_is_missing_is_found(desk: Desk) -> None:
    standings(desk.workspace)
    write(desk, "DELETE FROM standing_tags WHERE paper_id = 'p1'; DELETE FROM standings WHERE paper_id = 'p1'")
    assert mended(desk, "standings").level == "ok"


def test_a_database_without_its_log_gets_it_again(desk: Desk) -> None:
    desk.workspace.store.close()
    write(desk, "PRAGMA journal_mode = DELETE")
    assert found(desk, "log").level == "note"
    assert mended(desk, "log").level == "ok"


def test_a_damaged_history_is_put_aside(desk: Desk) -> None:
    (folder(desk) / HISTORY_NAME).write_bytes(b"no database" * 500)
    assert found(desk, "history").level == "wrong"
    assert mended(desk, "history").level == "ok"
    (aside,) = folder(desk).glob(f"{HISTORY_NAME}.damaged-*")
    assert aside.read_bytes() == b"no database" * 500
    for code in ("clock", "runs"):
        assert found(desk, code).ok, "one fault is one finding"


def test_runs_that_were_killed_are_told(desk: Desk) -> None:
    runs, at = Runs(folder(desk) / HISTORY_NAME), datetime.now(UTC)
    runs.begin(Run("0" * 8, "train", "0.1.0", Process(os.getpid(), "another birth"), at - timedelta(days=8)))
    assert found(desk, "runs").level == "ok"
    runs.begin(Run("1" * 8, "predict", "0.1.0", Process(os.getpid(), "another birth"), at))
    told = found(desk, "runs")
    assert told.level == "note" and "one was killed" in told.detail and "`tagger predict`" in told.detail


def test_a_clock_behind_what_was_written_is_wrong(desk: Desk) -> None:
    assert found(desk, "clock").ok
    ahead = time.time() + 3600
    os.utime(desk.workspace.settings.database, (ahead, ahead))
    assert "but something was written at" in found(desk, "clock").detail and not found(desk, "clock").ok


def test_a_run_that_begins_tomorrow_is_told(desk: Desk) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    Runs(folder(desk) / HISTORY_NAME).begin(Run("0" * 8, "train", "0.1.0", Process(1, ""), tomorrow))
    assert found(desk, "history").detail == "1 runs; 1 of them began in the future, by a clock that was wrong"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("BEGIN EXCLUSIVE")
        yield


def test_a_history_that_is_in_use_is_left_alone(desk: Desk) -> None:
    runs = Runs(folder(desk) / HISTORY_NAME)
    runs.begin(Run("0" * 8, "train", "0.1.0", Process(1, ""), datetime.now(UTC)))
    with locked(folder(desk) / HISTORY_NAME):
        told = found(desk, "history")
    assert (told.level, told.mend) == ("note", None) and "locked" in told.detail


def test_a_database_that_is_written_to_is_no_fault(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagger.steps.doctor.records._PATIENCE_S", 0.05)
    with desk.workspace.store.write():
        told = found(desk, "search")
    assert told.level == "note" and told.detail.startswith("not looked at")


def test_what_can_not_be_mended_is_told_and_the_rest_is_mended(desk: Desk) -> None:
    def refused() -> str:
        raise TaggerError("the disk is full")

    findings = [Finding("log", "log", "note", "", refused), Finding("search", "search", "wrong", "", lambda: "done")]
    assert doctor.mend(findings) == ["can't mend log: the disk is full", "mended: done"]


@pytest.mark.parametrize("content", ["[" * 200_000, '{"port": 1, "pid": "1\\u0000", "born": ""}', "{}"])
def test_odd_files_of_label_studio_are_findings(desk: Desk, content: str) -> None:
    desk.workspace.settings.studio.mkdir(exist_ok=True)
    (desk.workspace.settings.studio / "server.json").write_text(content)
    assert found(desk, "server").level == "wrong"


def test_what_killed_commands_left_is_deleted(desk: Desk) -> None:
    left = folder(desk) / ".tags.yaml.0123456789abcdef.tagger"
    left.write_text("half")
    assert found(desk, "leftovers").level == "note"
    assert mended(desk, "leftovers").level == "ok" and not left.exists()


def test_secrets_that_others_can_read_are_made_private(desk: Desk) -> None:
    studio = desk.workspace.settings.studio
    studio.mkdir(exist_ok=True)
    for name in ("token", "password"):
        (studio / name).write_text("hush")
        (studio / name).chmod(0o644)
    assert "hush" not in found(desk, "secrets").detail
    assert mended(desk, "secrets").detail == "token: mode 600, password: mode 600"


def test_weights_that_no_version_needs_are_told(desk: Desk) -> None:
    shared = desk.workspace.settings.models / ".weights"
    shared.mkdir(parents=True)
    (shared / f"{'0' * 64}.safetensors").write_bytes(b"x" * 2_000_000)
    assert found(desk, "models").level == "note" and "(2 MB)" in found(desk, "models").detail


def test_a_version_whose_folder_is_gone_is_told(desk: Desk) -> None:
    assert not found(desk, "current-model").ok


@pytest.mark.parametrize(("free", "level"), [(100_000_000, "wrong"), (1_000_000_000, "note"), (9_000_000_000, "ok")])
def test_little_room_is_told(desk: Desk, free: int, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    assert found(desk, "disk").level == level


def test_libraries_other_than_the_tested_ones_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert installation.libraries().endswith("as tested")
    wanted = ["typer<0.2", "nowhere-to-be-found>=1", "ray>=99; extra == 'x'"]
    monkeypatch.setattr(installation, "requires", lambda _: wanted)
    there = re.escape(version("typer"))
    with pytest.raises(TaggerError, match=rf"typer is {there}, tested is <0\.2 \(from 0\.29.*nowhere") as told:
        installation.libraries()
    assert "ray" not in str(told.value)


def test_an_old_label_studio_is_wrong_and_another_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = tmp_path / "lib" / "python3.12" / "site-packages"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "label-studio").touch()
    monkeypatch.setenv("TAGGER_STUDIO_VENV", str(tmp_path))
    told = installation.label_studio()
    assert not isinstance(told, str) and "unknown version" in told.detail
    (packages / "label_studio-1.99.0.dist-info").mkdir(parents=True)
    told = installation.label_studio()
    assert not isinstance(told, str) and "1.99.0" in told.detail
    (packages / "label_studio-1.99.0.dist-info").rename(packages / "label_studio-1.17.9.dist-info")
    with pytest.raises(TaggerError, match=r"1\.17\.9 is installed; before 1\.18\.0"):
        installation.label_studio()


def test_sqlite_with_the_fault_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 46, 1))
    assert not isinstance(installation.sqlite(), str)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    assert isinstance(installation.sqlite(), str)


def test_a_page_asks_for_the_tags_that_stand_on_it(desk: Desk) -> None:
    tag_set = desk.workspace.tag_set
    page = labelling_page(tag_set)
    assert tags_on(page) == tag_set.keys
    assert tags_on(page.replace('alias="sea"', 'alias="ocean"')) == tag_set.keys - {("habitat", "sea")} | {
        ("habitat", "ocean")
    }
    first = replace(tag_set, dimensions=tag_set.dimensions[:1])
    assert tags_on(labelling_page(first)) < tag_set.keys
    assert tags_on("<View>") == tags_on('<!DOCTYPE x [<!ENTITY a "b">]><View/>') == set()


def test_what_was_mended_stays_so(desk: Desk) -> None:
    write(desk, "DELETE FROM paper_numbers WHERE paper_id = 'p1'")
    (folder(desk) / HISTORY_NAME).write_bytes(b"x" * 5000)
    assert len(doctor.mend(doctor.examine(folder(desk)))) == 2
    assert doctor.mend(doctor.examine(folder(desk))) == []
