import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.paper import Paper
from tagger.domain.tags import Dimension, Tag, TagSet
from tagger.publishing import PublishedPaper, PublishedTag, TaggedDigest, render_digest, write_digest
from tests.unit.publishing.digest import AT, HOSTILE, digest

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_same_digest_gives_the_same_bytes() -> None:
    assert render_digest(digest()) == render_digest(digest())


def test_a_file_that_says_the_same_is_not_touched(tmp_path: Path) -> None:
    files = write_digest(digest(), tmp_path)
    assert [f.relative_to(tmp_path).as_posix() for f in files] == list(render_digest(digest()))
    before = [f.stat().st_mtime_ns for f in files]
    assert [f.stat().st_mtime_ns for f in write_digest(digest(), tmp_path)] == before
    write_digest(replace(digest(), withheld=0), tmp_path)
    assert files[0].stat().st_mtime_ns != before[0]


def test_the_page_links_to_every_file_beside_it_and_to_no_other(tmp_path: Path) -> None:
    files = {file.relative_to(tmp_path).as_posix() for file in write_digest(digest(), tmp_path)}
    page = lxml.html.fromstring((tmp_path / "index.html").read_bytes())
    assert set(page.xpath("//footer//a/@href")) == files - {"index.html", "dataset/README.md"}
    feeds = {link.get("href"): link.get("type") for link in page.xpath("//link[@rel='alternate']")}
    assert feeds == {"feed.xml": "application/atom+xml", "feed.json": "application/feed+json"}


def test_json_carries_the_provenance_of_every_tag() -> None:
    content = json.loads(render_digest(digest())["digest.json"])
    assert (content["day"], content["withheld"], len(content["papers"])) == ("2026-08-07", 2, 3)
    forest = content["papers"][1]["tags"]["habitat"][0]
    assert forest == {
        "id": "forest",
        "name": "Forest",
        "by": "ann",
        "rule": "all-sure",
        "model": "2026-08-01-1",
        "score": 0.934,
        "at": AT.isoformat(),
    }
    assert content["papers"][0]["tags"]["diet-kind"][0]["model"] is None


def test_only_addresses_of_the_web_become_links() -> None:
    links = [p["url"] for p in json.loads(render_digest(digest())["digest.json"])["papers"]]
    assert links == ["https://arxiv.org/abs/2405.14906", None, "https://example.org/p?a=1&b=2"]
    assert b"javascript:" not in render_digest(digest())["index.html"]


def test_the_feed_is_atom_with_stable_ids_and_categories() -> None:
    feed = ElementTree.fromstring(render_digest(digest())["feed.xml"])
    entries = feed.findall(f"{ATOM}entry")
    assert feed.findtext(f"{ATOM}updated") == digest().edited_at.isoformat()
    ids = [feed.findtext(f"{ATOM}id"), *(entry.findtext(f"{ATOM}id") for entry in entries)]
    assert len(set(ids)) == 4 and all(str(i).startswith("urn:uuid:") for i in ids)
    edited = ElementTree.fromstring(render_digest(replace(digest(), withheld=0))["feed.xml"])
    assert [e.findtext(f"{ATOM}id") for e in edited.findall(f"{ATOM}entry")] == ids[1:]
    assert {(c.get("scheme"), c.get("term")) for c in entries[2].findall(f"{ATOM}category")} == {
        ("urn:tagger:habitat", "sea"),
        ("urn:tagger:habitat", "forest"),
        ("urn:tagger:diet-kind", "meat"),
    }
    assert "accepted by the rule all-sure that ann set going" in str(entries[1].findtext(f"{ATOM}content"))


def test_markup_in_a_title_stays_text_everywhere() -> None:
    files = render_digest(digest())
    assert b"<script>alert" not in files["index.html"]
    assert "\\<script\\>" in files["digest.md"].decode()
    assert ElementTree.fromstring(files["feed.xml"]).findall(f"{ATOM}entry")[1].findtext(f"{ATOM}title") == HOSTILE


@pytest.mark.parametrize("url", ["http://e/\ufffe", "http://e/ \x00\udc80", "https://e/a\\", 'https://e/<>"a'])
def test_any_address_is_a_link_in_every_file(url: str) -> None:
    published = replace(digest().papers[2], paper=Paper("p", "T", "", url=url))
    files = render_digest(replace(digest(), papers=(published,)))
    link = json.loads(files["digest.json"])["papers"][0]["url"]
    assert link.isascii() and link.isprintable() and not set(link) & set('<>"\\ ')
    assert ElementTree.fromstring(files["feed.xml"]).find(f"{ATOM}entry/{ATOM}link").get("href") == link  # type: ignore[union-attr]
    assert f"## [T](<{link}>)" in files["digest.md"].decode()


def test_an_entity_in_a_title_stays_as_it_is_written() -> None:
    published = replace(digest().papers[0], paper=Paper("p", "AT&amp;T", ""))
    assert "AT\\&amp;T" in render_digest(replace(digest(), papers=(published,)))["digest.md"].decode()


def test_no_file_of_a_digest_is_replaced_when_one_can_not_be(tmp_path: Path) -> None:
    write_digest(digest(), tmp_path)
    before = (tmp_path / "index.html").read_bytes()
    (tmp_path / "feed.xml").unlink()
    (tmp_path / "feed.xml").mkdir()
    with pytest.raises(IsADirectoryError):
        write_digest(replace(digest(), withheld=0), tmp_path)
    assert (tmp_path / "index.html").read_bytes() == before


texts = st.text(max_size=40)
urls = st.one_of(texts, texts.map("https://e/".__add__))
ids = st.from_regex(r"[A-Za-z0-9._-]{1,8}", fullmatch=True)


@st.composite
def digests(draw: st.DrawFn) -> TaggedDigest:
    dimensions = tuple(
        Dimension(
            d,
            draw(texts),
            True,
            tuple(Tag(t, draw(texts), draw(texts)) for t in draw(st.sets(ids, min_size=1, max_size=3))),
        )
        for d in sorted(draw(st.sets(ids, min_size=1, max_size=3)))
    )
    published = []
    for paper_id in draw(st.sets(ids, max_size=3)):
        tags = {
            d.id: tuple(PublishedTag(t.id, t.name, t.means, draw(texts), None, None, None, AT) for t in d.tags)
            for d in dimensions
        }
        published.append(PublishedPaper(Paper(paper_id, draw(texts), draw(texts), url=draw(urls)), tags))
    return TaggedDigest(date(2026, 8, 7), draw(texts), TagSet(1, dimensions), tuple(published), 0, AT)


@given(digests())
def test_any_digest_of_any_tag_set_renders_to_valid_files(drawn: TaggedDigest) -> None:
    files = render_digest(drawn)
    content = json.loads(files["digest.json"])
    assert [p["title"] for p in content["papers"]] == [p.paper.title for p in drawn.papers]
    assert len(ElementTree.fromstring(files["feed.xml"]).findall(f"{ATOM}entry")) == len(drawn.papers)
    assert files["index.html"].decode().count("<script>") == 2
