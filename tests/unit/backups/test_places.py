"""Where backups are kept, and which of them go."""

import uuid
from datetime import timedelta
from pathlib import Path

import fsspec
import pytest

from tagger.backups import Folder, Place, file_name, pack, parse_name, place_at, rotate, verify
from tagger.errors import BackupError
from tests.conftest import NOW


@pytest.fixture(params=["folder", "url"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        (tmp_path / "kept").mkdir()
        return Folder(tmp_path / "kept")
    return place_at(f"memory://{uuid.uuid4()}/kept")


def put(place: Place, folder: Path, workspace: str, minute: int, before: str = "", *, says: str | None = None) -> str:
    """Put a backup there; its manifest ``says`` the same workspace as its name if nothing else is given."""
    made_at = NOW + timedelta(minutes=minute)
    (folder / "content").write_text("x")
    file = folder / "made.zip"
    pack(file, {"tags.yaml": folder / "content"}, workspace=says or workspace, made_at=made_at, before=before)
    name = file_name(workspace, made_at, before)
    place.put(file, name)
    file.unlink(missing_ok=True)
    return name


def test_names_say_whose_and_when() -> None:
    name = file_name("0123abcd", NOW, "tag-change")
    assert name == "tagger-0123abcd-20260807-093000-000000-before-tag-change.zip"
    found = parse_name(name)
    assert found and (found.workspace, found.made_at, found.before) == ("0123abcd", NOW, "tag-change")
    for other in ("tagger.zip", f"x{name}", f"{name}x", "tagger-0123abcd-20269999-093000-000000.zip"):
        assert parse_name(other) is None


def test_what_is_put_there_is_whole_and_alone(place: Place, tmp_path: Path) -> None:
    assert place.names() == []
    name = put(place, tmp_path, "0123abcd", 0)
    assert place.names() == [name] and place.shown(name).endswith(f"/kept/{name}")
    with place.open(name) as stream:
        assert verify(stream, name).made_at == NOW


def test_the_newest_stay_and_nothing_goes_that_is_no_backup_of_this_workspace(place: Place, tmp_path: Path) -> None:
    own = [put(place, tmp_path, "0123abcd", minute) for minute in range(5)]
    by_itself = [put(place, tmp_path, "0123abcd", minute, "tag-change") for minute in range(3)]
    strangers = [
        put(place, tmp_path, "ffffffff", 0),
        put(place, tmp_path, "0123abcd", -10, says="ffffffff"),
    ]
    for name, content in (("notes.zip", b"x"), (file_name("0123abcd", NOW - timedelta(days=1)), b"no backup")):
        (tmp_path / "file").write_bytes(content)
        place.put(tmp_path / "file", name)
        strangers.append(name)
    assert rotate(place, own[-1], 2) == [own[2], own[1], own[0]]
    assert sorted(place.names()) == sorted(own[3:] + by_itself + strangers)
    assert rotate(place, by_itself[-1], 1) == [by_itself[1], by_itself[0]]
    assert rotate(place, own[3], 1) == [own[4]], "the one just made stays, also if the clock went back"
    assert rotate(place, "notes.zip", 1) == []


def test_what_arrives_by_half_is_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = place_at(f"memory://{uuid.uuid4()}/kept")
    files = fsspec.filesystem("memory")
    whole = type(files).put_file

    def halved(self: object, source: str, target: str) -> None:
        whole(self, source, target)
        with self.open(target, "wb") as stream:  # type: ignore[attr-defined]
            stream.write(Path(source).read_bytes()[:-7])

    monkeypatch.setattr(type(files), "put_file", halved)
    with pytest.raises(BackupError, match="not all of the backup arrived at memory://"):
        put(place, tmp_path, "0123abcd", 0)
    assert place.names() == []


@pytest.mark.parametrize("url", ["nix://x/y", "memory://x/y", "ftp://user:secret@127.0.0.1:1/x"])
def test_what_can_not_be_reached_is_one_failure_without_a_password(url: str) -> None:
    with pytest.raises(BackupError) as caught:
        place_at(url).open("x").__enter__()
    assert "secret" not in str(caught.value)


def test_a_file_url_is_a_folder(tmp_path: Path) -> None:
    place = place_at(f"file://{tmp_path}/a%20b")
    assert isinstance(place, Folder) and place.path == tmp_path / "a b"
