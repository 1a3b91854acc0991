"""A server whose database was put back to an earlier backup, which knows nothing of what people did since."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tagger.studio.server import stop_server
from tests.contract.test_loop import PAPERS, said, send, take, tasks
from tests.contract.test_server_failures import local_workspace, person_of, start

pytestmark = [pytest.mark.slow, pytest.mark.studio]


def test_a_restored_backup_takes_back_nobodys_word_and_gets_what_it_lacks(own_server: Path, tmp_path: Path) -> None:
    with local_workspace(tmp_path, PAPERS) as workspace:
        status = start(workspace)
        who = str(status.login)
        send(workspace)
        ids = tasks(workspace)
        with person_of(workspace, status) as person:
            changed = person.annotate(ids["p-0"], {"habitat": ["sea"]})
            gone = person.annotate(ids["p-1"], {"habitat": ["sea"]})
            take(workspace)
            stop_server(own_server)
            shutil.copytree(own_server / "data", tmp_path / "backup")
            status = start(workspace)
        with person_of(workspace, status) as person:
            person.annotate(ids["p-2"], {"habitat": ["forest"]})
            person.change(changed, {"habitat": ["forest"]})
            take(workspace)
        stop_server(own_server)
        shutil.rmtree(own_server / "data")
        shutil.copytree(tmp_path / "backup", own_server / "data")
        status = start(workspace)
        expected = {"p-0": {who: ["forest"]}, "p-1": {who: ["sea"]}, "p-2": {who: ["forest"]}}
        with person_of(workspace, status) as person:
            # It counts on from the backup, so this has the number of the one it forgot, and says the same.
            person.annotate(ids["p-3"], {"habitat": ["forest"]})
            expected["p-3"] = {who: ["forest"]}
            assert take(workspace).withdrawn == 0
            assert said(workspace) == expected
            assert send(workspace).restored == 1
            assert (take(workspace).annotations, send(workspace).restored) == (0, 0)
            assert said(workspace) == expected
            person.call("DELETE", f"/api/annotations/{gone}/")
            assert take(workspace).withdrawn == 1, "what someone deletes is withdrawn as ever"
            del expected["p-1"][who]
            assert said(workspace) == expected
