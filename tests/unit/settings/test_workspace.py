from pathlib import Path

import pytest

from tagger.errors import SettingsError
from tagger.settings import Settings, read_settings
from tagger.settings.workspace import DEFAULT_ENCODER


def settings(folder: Path, text: str = "") -> Settings:
    (folder / "tagger.toml").write_text(text)
    return read_settings(folder)


def test_an_encoders_folder_is_looked_for_in_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (tmp_path / "mine" / "encoder").mkdir(parents=True)
    for name in ("mine/encoder", "./mine/encoder", str(tmp_path / "mine" / "encoder")):
        assert settings(tmp_path, f"encoder = '{name}'").encoder == str(tmp_path / "mine" / "encoder")
    assert settings(tmp_path, "encoder = './none'").encoder == str(tmp_path / "none")


def test_an_encoders_name_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / DEFAULT_ENCODER).mkdir()
    assert settings(tmp_path).encoder == DEFAULT_ENCODER
    assert settings(tmp_path, "encoder = 'org/name'").encoder == "org/name"


@pytest.mark.parametrize("key", ["tag_set", "models", "encoder"])
def test_a_path_that_no_system_knows_is_told_with_its_key(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError, match=f"{key} names the home of nobody known"):
        settings(tmp_path, f"{key} = '~nosuchuser/x'")
    with pytest.raises(SettingsError, match=f"{key} holds a character"):
        settings(tmp_path, f'{key} = "a\\u0000b"')


def test_a_workspace_that_is_a_loop_of_links_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(SettingsError):
        read_settings(tmp_path / "a")


def test_backups_are_so_many_and_ten_where_it_is_not_set(tmp_path: Path) -> None:
    assert settings(tmp_path).backups_kept == 10
    assert settings(tmp_path, "backups = 0").backups_kept == 0
    for wrong in ("'20'", "-1", "true", "0.2"):
        with pytest.raises(SettingsError, match="backups has to be a whole number from 0 to 1000"):
            settings(tmp_path, f"backups = {wrong}")


def test_the_overlap_is_a_share_in_percent_and_left_alone_where_it_is_not_set(tmp_path: Path) -> None:
    assert settings(tmp_path).overlap is None
    assert settings(tmp_path, "overlap = 20").overlap == 20
    for wrong in ("'20'", "-1", "101", "true", "0.2"):
        with pytest.raises(SettingsError, match="overlap has to be a whole number from 0 to 100"):
            settings(tmp_path, f"overlap = {wrong}")
