import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tagger.errors import SourceError
from tagger.sources import http
from tagger.sources.http import fetch_bytes

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A real server on loopback that gives its ``answers`` one after another, the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[dict[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(dict(self.headers))
                status, headers, body = site.answers.pop(0) if len(site.answers) > 1 else site.answers[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the tests' output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/papers"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("TAGGER_CACHE", str(tmp_path))
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


OK: Answer = (200, {}, b"papers")


def test_what_may_pass_is_tried_again_and_the_agent_is_named(site: Site) -> None:
    site.answers = [(503, {}, b""), (200, {"Content-Length": "99"}, b"cut"), OK]
    waits: list[float] = []
    assert fetch_bytes(site.url, sleep=waits.append) == b"papers"
    assert len(waits) == 2 and all(0.2 < wait < 2 for wait in waits)
    assert site.asked[0]["User-Agent"].startswith("tagger/")


@pytest.mark.parametrize(("asked", "waited"), [("7", 7.0), ("9999", http.MAX_WAIT_S)])
def test_retry_after_is_obeyed_up_to_a_bound(site: Site, asked: str, waited: float) -> None:
    site.answers = [(429, {"Retry-After": asked}, b""), OK]
    waits: list[float] = []
    assert fetch_bytes(site.url, sleep=waits.append) == b"papers" and waits == [waited]


def test_it_gives_up_in_the_end_and_at_once_where_nothing_will_change(site: Site) -> None:
    site.answers = [(500, {}, b"")]
    with pytest.raises(SourceError, match="answers 500"):
        fetch_bytes(site.url, sleep=lambda _: None)
    assert len(site.asked) == http.ATTEMPTS
    site.answers = [(404, {}, b"")]
    with pytest.raises(SourceError, match="answers 404"):
        fetch_bytes(site.url, sleep=lambda _: None)
    assert len(site.asked) == http.ATTEMPTS + 1


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    site.answers = [(200, {"ETag": '"1"'}, b"papers"), (304, {}, b"")]
    assert [fetch_bytes(site.url), fetch_bytes(site.url)] == [b"papers"] * 2
    assert site.asked[1]["If-None-Match"] == '"1"'


def test_what_is_fresh_is_not_asked_for_and_what_is_damaged_is(site: Site, tmp_path: Path) -> None:
    site.answers = [OK]
    for _ in range(2):
        assert fetch_bytes(site.url, fresh_s=60) == b"papers"
    assert len(site.asked) == 1
    (kept,) = (tmp_path / "http").glob("*.answer")
    kept.write_bytes(kept.read_bytes()[:-1])
    assert fetch_bytes(site.url, fresh_s=60) == b"papers" and len(site.asked) == 2


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress], ids=["plain", "gzip bomb"])
def test_a_large_answer_is_refused_also_when_it_unpacks_to_one(
    site: Site, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(http, "MAX_BYTES", 100_000)
    body = pack(bytes(1_000_000))
    site.answers = [(200, {"Content-Encoding": "gzip"} if len(body) < 100_000 else {}, body)]
    with pytest.raises(SourceError, match="more than"):
        fetch_bytes(site.url)


def test_an_answer_of_bytes_that_unpack_to_nothing_ends(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BYTES", 100_000)
    packer = zlib.compressobj(wbits=31)
    empty = packer.flush(zlib.Z_SYNC_FLUSH) + packer.flush(zlib.Z_FULL_FLUSH)
    site.answers = [(200, {"Content-Encoding": "gzip"}, empty + empty[-5:] * 60_000)]
    with pytest.raises(SourceError, match="more than"):
        fetch_bytes(site.url)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_packed_answer_is_unpacked_and_one_that_is_cut_or_damaged_is_told(
    site: Site, pack: Callable[[bytes], bytes]
) -> None:
    headers = {"Content-Encoding": "gzip"}
    site.answers = [(200, headers, pack(b"papers")), (200, headers, pack(b"papers")[:-1]), (200, headers, b"papers")]
    assert fetch_bytes(site.url) == b"papers"
    with pytest.raises(SourceError, match="cut short"):
        fetch_bytes(site.url)
    with pytest.raises(SourceError, match="incorrect header"):
        fetch_bytes(site.url)


def test_a_packing_that_was_not_asked_for_is_refused(site: Site) -> None:
    site.answers = [(200, {"Content-Encoding": "gzip, gzip"}, b"")]
    with pytest.raises(SourceError, match="wasn't asked for"):
        fetch_bytes(site.url)


@pytest.mark.parametrize("target", ["http://10.0.0.5/", "http://169.254.169.254/", "http://[::ffff:10.0.0.5]/"])
def test_a_redirect_into_a_private_network_is_refused(site: Site, target: str) -> None:
    site.answers = [(302, {"Location": target}, b"")]
    with pytest.raises(SourceError, match="no public address"):
        fetch_bytes(site.url)


def test_a_circle_of_redirects_ends(site: Site) -> None:
    site.answers = [(302, {"Location": "/papers"}, b"")]
    with pytest.raises(SourceError, match="leads on more than"):
        fetch_bytes(site.url)


def test_it_connects_to_the_address_that_was_checked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, *arguments: object, **named: object) -> object:
        looked_up.append(host)
        return real("127.0.0.1" if looked_up.count("localhost") == 1 else "10.0.0.5", *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(
        socket, "getaddrinfo", lambda h, *a, **n: real(h, *a, **n) if h != "localhost" else rebinding(h, *a, **n)
    )
    site.answers = [OK]
    url = site.url.replace("127.0.0.1", "localhost")
    assert fetch_bytes(url) == b"papers" and looked_up == ["localhost"]
    assert site.asked[0]["Host"].startswith("localhost:")


def test_https_is_never_left_for_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_one", lambda *_: "http://example.org/")
    with pytest.raises(SourceError, match="from https to http"):
        fetch_bytes("https://example.org/")
