"""Servers that aren't Label Studio, addresses that are none, and proxies that mustn't see what stays here."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tagger.domain.tags import TagSet
from tagger.errors import StudioError
from tagger.studio.access import answers, server_url, uses_proxies
from tagger.studio.project import open_project


def _jwt(**claims: object) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*coded, "c2ln"])


TOKEN = _jwt(token_type="refresh", exp=4_000_000_000)


class Stranger(ThreadingHTTPServer):
    """Answers everything the same way, and remembers what it was asked."""

    status, body = 200, "{}"
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Stranger

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body.encode())

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with Stranger() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html>hello</html>"),
        (404, "<html>not here</html>"),
        (500, "<html>broken</html>"),
        (404, "{}"),
        (500, "{}"),
        (200, "{}"),
        (200, "[]"),
        (200, "null"),
        (200, json.dumps({"access": _jwt(token_type="access", exp=4_000_000_000)})),
    ],
)
def test_a_server_that_is_no_label_studio_is_one_clear_line(
    stranger: Stranger, small_tag_set: TagSet, status: int, body: str
) -> None:
    stranger.status, stranger.body = status, body
    with pytest.raises(StudioError, match=r"doesn't speak as Label Studio|answers 500"):
        with open_project(stranger.url, TOKEN, None, small_tag_set, "T"):
            raise AssertionError("that can't be opened")
    assert stranger.asked


def test_what_goes_to_this_machine_passes_no_proxy(
    stranger: Stranger, small_tag_set: TagSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stranger() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert answers(stranger.url)
        with pytest.raises(StudioError), open_project(stranger.url, TOKEN, None, small_tag_set, "T"):
            raise AssertionError("that can't be opened")
        assert proxy.asked == []
    assert [path for path in stranger.asked if "token" in path]


def test_a_proxy_that_can_not_be_used_is_told(monkeypatch: pytest.MonkeyPatch, small_tag_set: TagSet) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "htp://nowhere")
    url = "https://labels.example.org"
    assert not answers(url)
    with (
        pytest.raises(StudioError, match="can't use the proxy"),
        open_project(url, TOKEN, None, small_tag_set, "T"),
    ):
        raise AssertionError("that can't be opened")


def test_only_this_machine_is_kept_from_proxies() -> None:
    here = ("http://127.0.0.1:8080", "http://127.8.9.1", "http://localhost:1", "http://[::1]:80")
    assert not any(uses_proxies(url) for url in here)
    assert uses_proxies("https://labels.example.org") and uses_proxies("http://10.0.0.1")


NO_ADDRESSES = ["::::", "http://127.0.0.1:abc", "http://a..b", "http://", "ftp://x", "localhost:80", "http://[::1", ""]


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(StudioError, match="is no address of a server"):
        server_url(url)
    assert server_url("http://127.0.0.1:8080/studio/") == "http://127.0.0.1:8080/studio"
