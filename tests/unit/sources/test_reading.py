import io
import textwrap
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tagger.errors import SourceError
from tagger.sources import http as http_source
from tagger.sources import parse_source, read_source

TODAY = date(2026, 11, 24)

_MOVED = {"/moved": "/papers", "/astray": "http://a..b/"}


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path in _MOVED:
            self.send_response(302)
            self.send_header("Location", _MOVED[self.path])
            self.end_headers()
            return
        body = b'{"title": "From the web"}\n' if self.path == "/papers" else b"x" * 5000
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("X-Agent", self.headers["User-Agent"])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/papers", "/moved"])
def test_an_address_is_read_like_a_file(site: str, path: str) -> None:
    assert read_source(site + path, today=TODAY).entries[0].paper.title == "From the web"


def test_a_page_that_is_not_there_is_told(site: str) -> None:
    with pytest.raises(SourceError, match="answers 404"):
        read_source(f"{site}/none", today=TODAY)


def test_a_page_that_is_too_large_is_refused(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_source, "MAX_BYTES", 4000)
    with pytest.raises(SourceError, match="more than"):
        read_source(f"{site}/large", today=TODAY)


@pytest.mark.parametrize(
    "source",
    [
        "http://127.0.0.1:1/x",
        "http://[broken",
        "http://",
        "http://a..b/",
        "http://xn--/",
        "http://127.0.0.1:1/\udcff",
        "HTTP://127.0.0.1:1/x",
    ],
)
def test_an_address_that_does_not_answer_is_told(source: str) -> None:
    with pytest.raises(SourceError, match="can't fetch"):
        read_source(source, today=TODAY)


def test_an_address_that_leads_astray_is_told(site: str) -> None:
    with pytest.raises(SourceError, match="can't fetch"):
        read_source(f"{site}/astray", today=TODAY)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "htp://x"])
def test_a_proxy_that_can_not_be_used_is_told(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(SourceError, match="can't fetch"):
        read_source("http://tagger.invalid/", today=TODAY)


@pytest.mark.parametrize("path", ["/none", "/large", "/moved"])
def test_a_password_in_an_address_is_never_shown(site: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_source, "MAX_BYTES", 4000)
    address = site.replace("http://", "HTTP://ann:se:cr@et@")
    try:
        read_source(address + path, today=TODAY)
    except SourceError as error:
        assert "cr@et" not in str(error) and "ann" not in str(error) and "127.0.0.1" in str(error)


def test_files_and_stdin_are_read_and_named_in_errors(tmp_path: Path) -> None:
    (tmp_path / "p").write_text('{"title": "In a file"}')
    assert len(read_source(str(tmp_path / "p"), today=TODAY).entries) == 1
    assert len(read_source("-", today=TODAY, stdin=io.BytesIO(b'{"title": "T"}')).entries) == 1
    for source in (*(str(tmp_path / name) for name in ("none", "nul\0")), "~nosuchuser/x"):
        with pytest.raises(SourceError, match="can't read"):
            read_source(source, today=TODAY)


def test_the_real_page_and_api_answers_are_read_whole(shared_data: Path) -> None:
    page = read_source(str(shared_data / "daily_papers_page.txt"), today=TODAY)
    assert len(page.entries) == 33 and page.rejected == ()
    pool = {e.paper.id: e.paper for e in read_source(str(shared_data / "pool.jsonl"), today=TODAY).entries}
    assert all(pool[entry.paper.id].abstract == entry.paper.abstract for entry in page.entries)
    for day, papers in (("2024-05-28", 15), ("2025-06-10", 28), ("2026-08-20", 15)):
        api = read_source(str(shared_data / "fixtures" / "hf_api" / f"daily_papers_{day}.json"), today=TODAY)
        assert len(api.entries) == papers and api.rejected == ()
        assert {entry.digest for entry in api.entries} == {date.fromisoformat(day)}
        for entry in api.entries:
            p = entry.paper
            assert p.abstract and p.authors and p.published and p.upvotes is not None and p.url


@pytest.mark.parametrize("width", [None, 80])
def test_no_paper_of_two_years_is_lost_on_a_page(shared_data: Path, width: int | None) -> None:
    def fold(text: str) -> str:
        return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False) if width else text

    entries = read_source(str(shared_data / "hf_daily_2024-2025.jsonl.gz"), today=TODAY).entries
    pages: dict[date | None, str] = {}
    for entry in entries:
        page = pages.setdefault(entry.digest, f"Daily Papers\n\n{entry.digest:%b %d, %Y}\n\n")
        pages[entry.digest] = f"{page}{fold(entry.paper.title)}\n\n{fold(entry.paper.abstract)}\n\n7 authors\n\n"
    parsed = parse_source("".join(pages.values()).encode(), today=TODAY)
    found = {(e.paper.title, e.paper.abstract, e.digest) for e in parsed.entries}
    assert found == {(e.paper.title, e.paper.abstract, e.digest) for e in entries} and parsed.rejected == ()
