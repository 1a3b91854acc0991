"""A real Label Studio on loopback, people who annotate in it over its own API, and a proxy that cuts connections."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tagger.domain.model import no_progress
from tagger.studio.installation import TESTED_VERSION, find_server
from tagger.studio.server import LOGIN, server_status, start_server, stop_server


@dataclass(frozen=True)
class Person:
    """Someone signed in to the server who works over its API, as the labelling page does."""

    email: str
    client: httpx.Client

    def call(self, method: str, path: str, **json: Any) -> Any:
        token = {"X-CSRFToken": self.client.cookies.get("csrftoken") or ""}
        answer = self.client.request(method, path, json=json or None, headers=token)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def annotate(self, task: int, tags: dict[str, list[str]], **fields: Any) -> int:
        result = [
            {"from_name": d, "to_name": "abstract", "type": "choices", "value": {"choices": chosen}}
            for d, chosen in tags.items()
        ]
        return int(self.call("POST", f"/api/tasks/{task}/annotations/", result=result, **fields)["id"])

    def change(self, annotation: int, tags: dict[str, list[str]]) -> None:
        result = [
            {"from_name": d, "to_name": "abstract", "type": "choices", "value": {"choices": chosen}}
            for d, chosen in tags.items()
        ]
        self.call("PATCH", f"/api/annotations/{annotation}/", result=result)


@dataclass(frozen=True)
class RunningServer:
    """A server of this session: its folder is laid out as a workspace's ``studio`` folder."""

    folder: Path
    url: str

    @property
    def token(self) -> str:
        return (self.folder / "token").read_text().strip()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[RunningServer]:
    """A server that all contract tests share, each with a project of its own.

    Its first start takes most of a minute, so the data it makes then are kept in pytest's cache for the next run.
    """
    if find_server() is None:
        pytest.skip("Label Studio isn't installed: set TAGGER_STUDIO_VENV, or `tagger studio install`")
    folder = tmp_path_factory.mktemp("server")
    cached = pytestconfig.cache and pytestconfig.cache.mkdir(f"label-studio-{TESTED_VERSION}")
    if cached and (cached / "whole").exists():
        shutil.copytree(cached / "data", folder / "data")
        shutil.copy(cached / "password", folder / "password")
    elif cached:
        start_server(folder, port=free_port(), progress=no_progress)
        stop_server(folder)
        shutil.copytree(folder / "data", cached / "data", dirs_exist_ok=True)
        shutil.copy(folder / "password", cached / "password")
        (cached / "whole").touch()
    found = start_server(folder, port=free_port(), progress=no_progress)
    yield RunningServer(folder, found.url)
    stop_server(folder)


@pytest.fixture
def own_server(server: RunningServer, tmp_path: Path) -> Iterator[Path]:
    """The folder of a stopped server that a test may start, kill and wipe: a copy of the shared one's fresh data."""
    folder = tmp_path / "studio"
    folder.mkdir()
    shutil.copytree(server.folder / "data", folder / "data")
    shutil.copy(server.folder / "password", folder / "password")
    yield folder
    stop_server(folder)


@pytest.fixture(scope="session")
def curator(server: RunningServer) -> Iterator[Person]:
    """The server's first user."""
    with sign_in(server.url, LOGIN, (server.folder / "password").read_text().strip()) as person:
        yield person


@pytest.fixture(scope="session")
def second(server: RunningServer, curator: Person) -> Iterator[Person]:
    """Another annotator, who joined by the invitation link, as a colleague would."""
    with join(server, curator, "second@example.org") as person:
        yield person


@contextlib.contextmanager
def join(server: RunningServer, curator: Person, email: str) -> Iterator[Person]:
    """Sign a colleague up by the invitation link."""
    link = curator.call("GET", "/api/invite")["invite_url"]
    with httpx.Client(base_url=server.url, headers={"Referer": server.url}, follow_redirects=True) as client:
        client.get(link)
        token = client.cookies.get("csrftoken") or ""
        form = {"email": email, "password": "correct-horse-battery", "csrfmiddlewaretoken": token}
        client.post(link, data=form).raise_for_status()
        yield Person(email, client)


def sign_in(url: str, email: str, password: str) -> Any:
    """Return a context manager that signs a person in."""

    @contextlib.contextmanager
    def signed_in() -> Iterator[Person]:
        with httpx.Client(base_url=url, headers={"Referer": url}, timeout=60) as client:
            client.get("/user/login/")
            form = {"email": email, "password": password, "csrfmiddlewaretoken": client.cookies.get("csrftoken") or ""}
            client.post("/user/login/", data=form)
            yield Person(email, client)

    return signed_in()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class CuttingProxy:
    """Passes connections on to a server, and does what a bad line does to requests that hold a marker.

    ``cut`` swallows their answers: the server has received and committed such a request when its connection is cut.
    ``halve`` cuts in the middle of the answer, ``delay`` keeps the request back first, ``repeat`` sends it twice.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._marker: bytes | None = None
        self._half = self._twice = False
        self._delay_s = 0.0
        self.replaced: tuple[bytes, bytes] = (b"", b"")
        self.cuts = 0
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self, marker: bytes | None) -> None:
        self._marker, self._half, self._twice, self._delay_s = marker, False, False, 0.0

    def halve(self, marker: bytes) -> None:
        self._marker, self._half, self._twice, self._delay_s = marker, True, False, 0.0

    def delay(self, marker: bytes, seconds: float) -> None:
        self._marker, self._half, self._twice, self._delay_s = marker, False, False, seconds

    def repeat(self, marker: bytes) -> None:
        self._marker, self._half, self._twice, self._delay_s = marker, False, True, 0.0

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, contextlib.suppress(ConnectionError):
            request = _whole_request(client)
            if not request:
                return
            meant = self._marker is not None and self._marker in request
            self.cuts += meant
            if meant and self._delay_s:
                time.sleep(self._delay_s)
            answer = self._ask(request)
            if meant and self._twice:
                answer = self._ask(request)
            if meant and self._half:
                client.sendall(answer[: len(answer) // 2])
            elif not meant or self._twice or self._delay_s:
                client.sendall(answer.replace(*self.replaced) if self.replaced[0] else answer)

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self._target_port)) as upstream:
            upstream.sendall(request)
            upstream.settimeout(60)
            answer = b""
            while part := upstream.recv(65536):
                answer += part
        status, _, rest = answer.partition(b"\r\n")
        return status + b"\r\nConnection: close\r\n" + rest


def _whole_request(client: socket.socket) -> bytes:
    """Return one request, asking the server to close after it, so that every request has its own connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (part := client.recv(65536)):
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += client.recv(65536)
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close"]) + b"\r\n\r\n" + body


@pytest.fixture
def proxy(server: RunningServer) -> Iterator[CuttingProxy]:
    made = CuttingProxy(int(server.url.rsplit(":", 1)[1]))
    yield made
    made.close()


@pytest.fixture(scope="session")
def is_running() -> Callable[[Path], bool]:
    return lambda folder: server_status(folder).running
