"""``tagger ingest hf:…``, ``arxiv:…``, ``doi:…`` and the like against a server on loopback."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cli.conftest import Shell

ENTRY = {"paper": {"id": "2608.00001", "title": "A", "summary": "S", "submittedOnDailyAt": "2026-08-19T00:00:00Z"}}


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, bytes]]:
    """What is answered for each day of the daily-papers API, or each path; the others aren't there."""
    answers: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = (f"/api/daily_papers?date={what}&" if what[0].isdigit() else what for what in answers)
            body = next((answers[what] for what, path in zip(answers, asked, strict=True) if path in self.path), None)
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("TAGGER_HF_URL", f"http://127.0.0.1:{server.server_port}/")
    monkeypatch.setenv("TAGGER_CACHE", str(tmp_path / "cache"))
    yield answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_range_takes_the_days_that_are_there_and_names_the_others(shell: Shell, days: dict[str, bytes]) -> None:
    days["2026-08-19"] = json.dumps([ENTRY]).encode()
    days["2026-08-20"] = b"[]"
    done = shell("ingest", "hf:2026-08-19..2026-08-21", code=1)
    assert done.stdout.startswith("1 paper: 1 new")
    assert "note: hf:2026-08-20: there are no papers" in done.stderr
    assert "hf:2026-08-21: " in done.stderr and "answers 404" in done.stderr and "The others were kept" in done.stderr


def test_a_recorded_day_is_read(shell: Shell, days: dict[str, bytes], shared_data: Path) -> None:
    days["2026-08-20"] = (shared_data / "fixtures" / "hf_api" / "daily_papers_2026-08-20.json").read_bytes()
    count = len(json.loads(days["2026-08-20"]))
    assert shell.json("ingest", "hf:2026-08-20")["new"] == count > 0


def test_a_day_as_long_as_an_answer_may_be_is_noted(shell: Shell, days: dict[str, bytes]) -> None:
    papers = [{"paper": ENTRY["paper"] | {"id": f"2608.{n:05}", "title": f"T {n}"}} for n in range(100)]
    days["2026-08-19"] = json.dumps(papers).encode()
    assert "so some may lack" in shell("ingest", "hf:2026-08-19").stderr


@pytest.mark.parametrize("source", ["hf:tomorrow", "arxiv:a b"])
def test_a_malformed_name_is_one_line(shell: Shell, source: str) -> None:
    assert "For example hf:2026-08-20" in shell.fails("ingest", source)


ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/">
  <o:totalResults>1</o:totalResults>
  <entry><id>http://arxiv.org/abs/2608.00002v3</id><title>Whales</title><summary>They sing.</summary></entry>
</feed>
"""


def test_a_paper_of_arxiv_is_asked_for_by_its_id_and_one_that_is_not_there_is_named(
    shell: Shell, days: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAGGER_ARXIV_URL", os.environ["TAGGER_HF_URL"])
    days["/api/query?"] = ATOM.encode()
    done = shell("ingest", "arxiv:2608.00002,2608.99999", "--json", code=1)
    assert json.loads(done.stdout)["ids"] == ["2608.00002"]
    assert "2608.99999" in done.stderr and "gives no such paper" in done.stderr


S2 = {
    "paperId": "0" * 40,
    "externalIds": {"ArXiv": "2608.00003"},
    "title": "Whales",
    "abstract": "They sing.",
    "authors": [{"name": "Ann Ash"}],
    "fieldsOfStudy": ["Biology"],
}
NOTE = {"forum": "abcd", "content": {"title": {"value": "Trees"}, "abstract": {"value": "They listen."}}}
WORK = {
    "id": "https://openalex.org/W12",
    "doi": "https://doi.org/10.1234/crabs",
    "title": "Crabs",
    "abstract_inverted_index": {"They": [0], "walk.": [1]},
}


def test_papers_of_other_services_are_asked_for_by_their_ids_and_kept(
    shell: Shell, days: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in ("S2", "OPENREVIEW", "OPENREVIEW_V1", "OPENALEX"):
        monkeypatch.setenv(f"TAGGER_{service}_URL", os.environ["TAGGER_HF_URL"])
    days["/graph/v1/paper/CorpusId:7?fields="] = json.dumps(S2).encode()
    days["/notes?id=abcd"] = json.dumps({"notes": [NOTE], "count": 1}, indent=1).encode()
    days["/W12"] = days["/doi:10.1234/crabs"] = json.dumps(WORK).encode()
    sources = ("s2:CorpusId:7", "openreview:abcd", "openalex:W12", "doi:10.1234/crabs")
    done = shell("ingest", *sources, "--json")
    ids = json.loads(done.stdout)["ids"]
    assert ids[0] == "2608.00003" and len(ids) == 3 and done.stderr == ""
    days.clear()
    assert shell.json("ingest", *sources)["unchanged"] == 3, "an answer is kept for an hour"
    told = shell("ingest", "openreview:wxyz", "openalex:W13,W12", code=1).stderr
    assert "openreview:wxyz: OpenReview gives no such paper" in told
    assert "openalex:W13: OpenAlex gives no such paper" in told


def test_a_recorded_paper_of_semantic_scholar_is_read(
    shell: Shell, days: dict[str, bytes], shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAGGER_S2_URL", os.environ["TAGGER_HF_URL"])
    days["/graph/v1/paper/"] = (shared_data / "fixtures" / "s2" / "Paper_trimmed.json").read_bytes()
    assert shell.json("ingest", f"s2:{json.loads(days['/graph/v1/paper/'])['paperId']}")["new"] == 1
