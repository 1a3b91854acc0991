import stat
from pathlib import Path

import pytest

from tagger.files import new_folder, write_file


def test_a_file_is_replaced_whole_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    write_file(path, "old")
    write_file(path, b"new \xff", mode=0o600)
    assert path.read_bytes() == b"new \xff" and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [f.name for f in path.parent.iterdir()] == ["file"]


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path / "file", "old")

    def refuse(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        write_file(tmp_path / "file", "new")
    assert [(f.name, f.read_text()) for f in tmp_path.iterdir()] == [("file", "old")]


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), new_folder(tmp_path / "model") as folder:
        (folder / "half").write_text("x")
        assert not (tmp_path / "model").exists()
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    with new_folder(tmp_path / "model") as folder:
        (folder / "whole").write_text("x")
    assert [f.name for f in (tmp_path / "model").iterdir()] == ["whole"]
    with pytest.raises(FileExistsError), new_folder(tmp_path / "model"):
        raise AssertionError("it was there already")
