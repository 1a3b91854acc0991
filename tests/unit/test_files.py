import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tagger.files import delete_folder, held, new_folder, write_file, write_files


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


def test_a_link_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    write_file(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "target").read_text() == "new"
    (tmp_path / "dangling").symlink_to("later")
    write_file(tmp_path / "dangling", "new")
    assert (tmp_path / "dangling").is_symlink() and (tmp_path / "later").read_text() == "new"


def test_a_pipe_is_written_to_and_a_device_stays_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reading = [sys.executable, "-c", f"print(open({str(tmp_path / 'pipe')!r}).read(), end='')"]
    with subprocess.Popen(reading, stdout=subprocess.PIPE, text=True) as reader:
        write_file(tmp_path / "pipe", "through")
        assert reader.communicate(timeout=30)[0] == "through"
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    write_file(Path(os.devnull), "nothing")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_file_keeps_its_mode_and_a_new_one_honours_the_umask(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("old")
    (tmp_path / "kept").chmod(0o640)
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "kept", "new")
        write_file(tmp_path / "fresh", "new")
        write_file(tmp_path / "open", "new", mode=0o666)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("kept", "fresh", "open")]
    assert modes == [0o640, 0o640, 0o666]


def test_a_new_folder_honours_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with new_folder(tmp_path / "made"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o750


def test_several_files_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    write_file(tmp_path / "a", "old")
    (tmp_path / "b").mkdir()
    with pytest.raises(IsADirectoryError):
        write_files({tmp_path / "a": "new", tmp_path / "b": "new", tmp_path / "c": "new"})
    assert (tmp_path / "a").read_text() == "old" and sorted(f.name for f in tmp_path.iterdir()) == ["a", "b"]


def test_what_is_held_is_waited_for_until_it_is_let_go_or_patience_ends(tmp_path: Path) -> None:
    class Tired(Exception):
        pass

    def tire(seconds: float) -> None:
        if seconds > 0.15:
            raise Tired

    with held(tmp_path / "lock"):
        with pytest.raises(Tired), held(tmp_path / "lock", tire):
            raise AssertionError("it is held")
    with held(tmp_path / "lock", tire):
        pass


def test_what_a_killed_process_held_is_free(tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from tagger.files import held\n"
    code += "with held(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)"
    lock = str(tmp_path / "lock")
    with subprocess.Popen([sys.executable, "-c", code, lock], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        process.kill()
    with held(tmp_path / "lock"):
        pass


def test_what_a_killed_process_left_is_removed_by_the_next_and_what_one_at_work_has_is_not(tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from tagger.files import new_folder\n"
    code += (
        "with new_folder(Path(sys.argv[1])) as f:\n    (f / 'half').touch(); print(f, flush=True)\n    time.sleep(60)"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path / "model")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        partial = Path(process.stdout.readline().strip())
        (tmp_path / ".torn.0123456789abcdef.tagger").write_text("half")
        write_file(tmp_path / "file", "while another is at work")
        assert (partial / "half").exists()
        process.kill()
    (tmp_path / ".mine.0123456789abcdef").write_text("of somebody else")
    write_file(tmp_path / "file", "after it was killed")
    assert sorted(f.name for f in tmp_path.iterdir()) == [".mine.0123456789abcdef", "file"]


def test_a_folder_whose_deletion_was_cut_short_is_gone_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old" / "deep").mkdir(parents=True)
    (tmp_path / "older").mkdir()

    def refuse(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("shutil.rmtree", refuse)
        delete_folder(tmp_path / "old")
    assert not (tmp_path / "old").exists()
    delete_folder(tmp_path / "older")
    assert list(tmp_path.iterdir()) == []


def test_two_names_of_one_file_are_written_once(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    write_files({tmp_path / "link": "first", tmp_path / "file": "last"})
    assert (tmp_path / "file").read_text() == "last" and len(list(tmp_path.iterdir())) == 2
