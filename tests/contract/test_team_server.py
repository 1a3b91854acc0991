"""The team server's settings, commands and backup, read from compose.yaml and run on a real PostgreSQL."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tagger.studio.access import answers, renew_token
from tagger.studio.installation import TESTED_VERSION, find_server
from tests.conftest import ROOT
from tests.contract.conftest import Person, free_port, sign_in
from tests.contract.test_failures import in_full, wait_for
from tests.contract.test_loop import PAPERS, said, send, take, tasks, workspace_at

pytestmark = [pytest.mark.slow, pytest.mark.studio]
FOLDER = ROOT / "label_studio"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]
ANNOTATORS = 8
LOGIN = "curator@example.org"


@dataclass(frozen=True)
class Postgres:
    """A running server, the folder of its programs, and the secrets that compose.yaml mounts."""

    programs: Path
    port: int
    secrets: Path

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """Return what compose.yaml gives a service, with this server in the place of the container's."""
        given = {"LABEL_STUDIO_USERNAME": LOGIN, "ALLOWED_HOSTS": "127.0.0.1"} | more
        found = {key: _filled(str(value), given) for key, value in COMPOSE[service]["environment"].items()}
        for key, value in found.items():
            found[key] = value.replace("/run/secrets", str(self.secrets))
            if key.endswith("HOST") and value == "postgres":
                found[key] = "127.0.0.1"
            if key.endswith("PORT") and value == "5432":
                found[key] = str(self.port)
        assert set(found) - set(more) == set(COMPOSE[service]["environment"]) - set(more)
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        return found | {"PATH": path, "HOME": os.environ.get("HOME", "/")} | more


def _filled(value: str, given: Mapping[str, str]) -> str:
    return re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: given[found[1]], value)


def _as_postgres(command: list[str]) -> list[str]:
    """Return a command as a user whom PostgreSQL serves: it refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else command


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    if find_server() is None:
        pytest.skip("Label Studio isn't installed: set TAGGER_STUDIO_VENV, or `tagger studio install`")
    programs, port, secrets = found[-1].parent, free_port(), tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "postgres_password").write_text("a b'c$d\n")
    (secrets / "label_studio_password").write_text('pass "word" $1\n')
    folder = Path(tempfile.mkdtemp(prefix="tagger-postgres-"))
    data = folder / "data"
    shutil.copy(secrets / "postgres_password", folder / "password")
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        shutil.chown(folder / "password", "postgres")
    service = COMPOSE["postgres"]["environment"]
    make = [str(programs / "initdb"), "-D", str(data), "-U", service["POSTGRES_USER"], "--auth=scram-sha-256"]
    subprocess.run(_as_postgres([*make, f"--pwfile={folder / 'password'}"]), check=True, capture_output=True, cwd="/")
    run = [str(programs / "postgres"), "-D", str(data), "-k", str(folder), "-p", str(port)]
    options = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    with (tmp_path / "postgres.log").open("wb") as log:
        server = subprocess.Popen(_as_postgres([*run, *options]), stdout=log, stderr=log, cwd="/")
    try:
        made = Postgres(programs, port, secrets)
        environment = made.environment("backup") | {"PGPASSWORD": "a b'c$d"}
        ready = [str(programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)]
        wait_for(lambda: subprocess.run(ready, capture_output=True).returncode == 0)
        subprocess.run([programs / "createdb", service["POSTGRES_DB"]], check=True, env=environment)
        yield made
    finally:
        server.terminate()
        server.wait(timeout=60)
        shutil.rmtree(folder)


@contextmanager
def label_studio(postgres: Postgres, folder: Path) -> Iterator[str]:
    """Run the service's own start script, with the installed Label Studio in the place of the image's."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    service = COMPOSE["label-studio"]
    assert service["image"].endswith(f":{TESTED_VERSION}")
    shell, option, script, *rest = service["entrypoint"]
    script = script.replace("$$", "$").replace("/run/secrets", str(postgres.secrets))
    assert "exec ./deploy/docker-entrypoint.sh" in script
    script = script.replace("exec ./deploy/docker-entrypoint.sh", "shift; exec")
    start = [str(find_server()), "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    (folder / "data").mkdir()
    environment = postgres.environment("label-studio", LABEL_STUDIO_HOST=url)
    with (folder / "label-studio.log").open("wb") as log:
        server = subprocess.Popen(
            [shell, option, script, *rest, *service["command"], *start],
            env=environment | {"LABEL_STUDIO_BASE_DATA_DIR": str(folder / "data")},
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(lambda: answers(url) or server.poll() is not None, timeout_s=900)
        assert server.poll() is None, (folder / "label-studio.log").read_text()[-2000:]
        yield url
    finally:
        server.terminate()
        server.wait(timeout=60)


def join(stack: ExitStack, url: str, link: str, number: int) -> Person:
    """Make an account by the invitation link, as a colleague would."""
    email, password = f"annotator-{number}@example.org", f"correct-horse-{number}"
    client = httpx.Client(base_url=url, headers={"Referer": url}, follow_redirects=True, timeout=120)
    stack.enter_context(client)
    client.get(link)
    form = {"email": email, "password": password, "csrfmiddlewaretoken": client.cookies.get("csrftoken") or ""}
    client.post(link, data=form).raise_for_status()
    return Person(email, client)


def backup(postgres: Postgres, folder: Path, *arguments: str, **more: str) -> None:
    """Run the backup service's own command."""
    shell, script = COMPOSE["backup"]["entrypoint"]
    assert f".{script}:{script}:ro" in COMPOSE["backup"]["volumes"]
    environment = postgres.environment("backup") | {"BACKUPS": str(folder)} | more
    subprocess.run([shell, f"{FOLDER}{script}", *arguments], env=environment, check=True, capture_output=True)


def test_eight_annotators_at_once_lose_nothing_and_a_backup_brings_it_all_back(
    postgres: Postgres, tmp_path: Path
) -> None:
    password = (postgres.secrets / "label_studio_password").read_text().strip()
    with label_studio(postgres, tmp_path) as url, ExitStack() as stack:
        renew_token(url, LOGIN, password, tmp_path / "studio-token")
        owner = stack.enter_context(sign_in(url, LOGIN, password))
        link = owner.call("GET", "/api/invite")["invite_url"]
        people = [join(stack, url, link, number) for number in range(ANNOTATORS)]
        workspace = stack.enter_context(workspace_at(tmp_path, url, (tmp_path / "studio-token").read_text().strip()))
        send(workspace)
        ids = tasks(workspace)
        refused = submit_all_at_once(people, list(ids.values()))
        assert refused == [], "a submission was refused"
        assert take(workspace).annotations == ANNOTATORS * len(PAPERS)
        everyone = {person.email: ["sea"] for person in people}
        assert said(workspace) == {paper.id: everyone for paper in PAPERS}
        in_full(workspace)
        take_backups_and_restore(postgres, tmp_path / "backups", ANNOTATORS * len(PAPERS))


def submit_all_at_once(people: list[Person], task_ids: list[int]) -> list[Any]:
    refused: list[Any] = []
    begin = threading.Barrier(len(people))

    def submit(person: Person) -> None:
        begin.wait()
        for task in task_ids:
            try:
                person.annotate(task, {"habitat": ["sea"]})
            except httpx.HTTPError as error:
                refused.append(error)

    threads = [threading.Thread(target=submit, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def take_backups_and_restore(postgres: Postgres, folder: Path, annotations: int) -> None:
    folder.mkdir()
    for _ in range(3):
        backup(postgres, folder, "once", BACKUPS_KEPT="2")
        time.sleep(1.1)  # names are times, in seconds
    backup(postgres, folder, "check")
    kept = sorted(folder.iterdir())
    assert len(kept) == 2 and all(dump.suffix == ".dump" for dump in kept)
    environment = postgres.environment("backup") | {"PGPASSWORD": "a b'c$d"}
    subprocess.run([postgres.programs / "createdb", "second"], check=True, env=environment)
    for _ in range(2):  # into an empty database, and over what is there
        backup(postgres, folder, "restore", str(kept[-1]), PGDATABASE="second")
    count = [str(postgres.programs / "psql"), "-Atc", "SELECT count(*) FROM task_completion", "second"]
    counted = subprocess.run(count, check=True, env=environment, capture_output=True, text=True)
    assert int(counted.stdout) == annotations
