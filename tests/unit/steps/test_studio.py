import json
from pathlib import Path

import pytest

from tagger.domain.model import no_progress
from tagger.errors import StudioError
from tagger.steps.studio import CONNECTION_NAME, start_studio, studio_status
from tests.unit.steps.desk import Desk, open_desk


def start(desk: Desk, url: str, token_file: Path) -> None:
    start_studio(desk.workspace, url=url, token_file=token_file, now=desk.later(), progress=no_progress)


def test_an_address_or_a_token_that_can_not_be_is_told_and_remembered_nowhere(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w") as desk:
        with pytest.raises(StudioError, match="is no address"):
            start(desk, "::::", tmp_path / "token")
        for token_file in (Path("~nosuchuser/x"), tmp_path / "none", tmp_path):
            with pytest.raises(StudioError, match="token"):
                start(desk, "https://labels.example.org", token_file)
        assert not (desk.workspace.settings.studio / CONNECTION_NAME).exists()


@pytest.mark.parametrize("url", ["::::", "http://127.0.0.1:abc", "http://a..b", "", None])
def test_a_connection_that_can_not_be_is_damaged(tmp_path: Path, url: str | None) -> None:
    with open_desk(tmp_path / "w") as desk:
        settings = desk.workspace.settings
        settings.studio.mkdir()
        (settings.studio / CONNECTION_NAME).write_text(json.dumps({"url": url, "token_file": "t"}))
        with pytest.raises(StudioError, match=r"connection\.json is damaged"):
            studio_status(settings)
