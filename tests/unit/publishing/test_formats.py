"""What a digest's further files say, read back by what reads such files."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import datasets
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tagger.domain.paper import Paper, title_id
from tagger.publishing import PublishedPaper, TaggedDigest, render_digest, write_digest
from tagger.publishing.chat import LIMIT as CHAT_LIMIT
from tagger.publishing.chat import SEPARATOR
from tagger.publishing.email_message import LIMIT as EMAIL_LIMIT
from tagger.publishing.plain_text import one_line
from tagger.sources.bibtex import parse_bibtex
from tests.unit.publishing.digest import digest, tag

ATOM = "{http://www.w3.org/2005/Atom}"
NASTY = "</a><script>x</script>\r\nBcc: all@example.org\r\n\r\n--=_tagger_2026-08-07--\n"
NASTY += "@everyone <!channel> \ud800\u202e\x00 [a](http://e) }{ \\"


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def with_papers(*papers: Paper, title: str = "Daily", tag_name: str = "Sea") -> TaggedDigest:
    sea = replace(tag(0, "sea"), name=tag_name)
    published = tuple(PublishedPaper(p, {"habitat": (sea,), "diet-kind": ()}) for p in papers)
    return replace(digest(), papers=published, title=title)


def message_of(shown: TaggedDigest) -> EmailMessage:
    message = message_from_bytes(render_digest(shown)["digest.eml"], policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def parts_of(message: EmailMessage) -> dict[str, str]:
    assert message.get_content_type() == "multipart/alternative" and not message.defects
    return {part.get_content_type(): part.get_content() for part in message.iter_parts()}


def test_a_json_feed_has_the_ids_of_the_atom_feed() -> None:
    files = render_digest(digest())
    feed = json.loads(files["feed.json"])
    assert (feed["version"], feed["title"]) == ("https://jsonfeed.org/version/1.1", "Daily <Papers>, 2026-08-07")
    atom = ElementTree.fromstring(files["feed.xml"]).findall(f"{ATOM}entry")
    assert [item["id"] for item in feed["items"]] == [entry.findtext(f"{ATOM}id") for entry in atom]
    assert [item["date_modified"] for item in feed["items"]] == [entry.findtext(f"{ATOM}updated") for entry in atom]
    assert feed["items"][2]["tags"] == ["Sea", "Forest", "Meat & <bones>"]
    assert "url" not in feed["items"][1] and all(item["content_text"] for item in feed["items"])


def test_an_email_is_text_and_html_with_styles_inside() -> None:
    message = message_of(digest())
    assert (message["Subject"], message["X-Unsent"]) == ("Daily <Papers>, 2026-08-07", "1")
    assert message["Date"].datetime == digest().edited_at
    assert message["Message-ID"].startswith("<2026-08-07.")
    parts = parts_of(message)
    assert list(parts) == ["text/plain", "text/html"]
    assert "On S²ea Songs\r\nhttps://" in parts["text/plain"] and "2 more await review." in parts["text/plain"]
    assert {"style", "script", "img", "link"}.isdisjoint(Tags(parts["text/html"]).found)
    assert '<a href="https://example.org/p?a=1&amp;b=2">' in parts["text/html"]
    assert "shortened" not in parts["text/plain"]


@pytest.mark.parametrize(("papers", "told"), [(100, "Abstracts are shortened"), (3000, "papers are left out here")])
def test_an_email_of_many_papers_stays_whole_in_a_mailbox(papers: int, told: str) -> None:
    many = [Paper(f"2608.{i:05}", f"Ñandú {i} " + "long title " * 8, "Ein längerer Satz. " * 90) for i in range(papers)]
    shown = with_papers(*many)
    assert len(render_digest(shown)["digest.eml"]) <= EMAIL_LIMIT
    parts = parts_of(message_of(shown))
    assert told in parts["text/plain"] and told in parts["text/html"]
    assert "Ñandú 99 " in parts["text/plain"]


TITLES = [
    "Größe, Café & Co: 50% of C# in snake_case",
    "On $\\alpha_{i}^2$-Sets and $O(n^2)$ for $5 and $6",
    "{Braces} } and { \\textbf{commands} \\ ~ ``quotes'' -- --- ?` <<x>>",
    "A $formula % with # comment$ and ${unbalanced$ one",
    "@article{x, title={y}}",
]


@pytest.mark.parametrize("title", TITLES)
def test_bibtex_gives_back_titles_authors_ids_and_tags(title: str) -> None:
    authors = ("Zoë Ångström", "Team A, B and C", "others", "O'Neil {X}", "Jo & Co")
    papers = (
        Paper("2405.14906", title, f"{title}. More.", date(2024, 5, 23), authors, categories=("cs.CL",)),
        Paper("math.GT/0309136", "Old", ""),
        Paper("10.1000/a_b%c", "With a DOI", "", url="https://example.org/a_b%20c#d~e"),
        Paper(title_id(title + " again"), title + " again", ""),
    )
    text = render_digest(with_papers(*papers))["digest.bib"].decode()
    parsed = parse_bibtex(text)
    assert not parsed.rejected and not parsed.notes
    read = [entry.paper for entry in parsed.entries]
    assert [p.id for p in read] == [p.id for p in papers]
    assert [p.title for p in read] == [p.title for p in papers]
    assert (read[0].authors, read[0].abstract, read[0].published) == (authors, papers[0].abstract, date(2024, 5, 23))
    assert read[0].categories == ("Sea",) and read[2].url == papers[2].url


def test_bibtex_runs_nothing_where_it_is_typeset() -> None:
    text = render_digest(with_papers(Paper("p1", r"$\input{/etc/passwd}$ and $\sqrt{x}$", r"$\write18{ls}$")))
    written = text["digest.bib"].decode()
    assert r"$\sqrt{x}$" in written
    assert r"\input" not in written and r"\write" not in written


def test_bibtex_keys_differ_also_for_who_knows_no_capitals() -> None:
    text = render_digest(with_papers(*(Paper(i, i, "") for i in ("a", "A", "a,b", "a b", "ä", "é"))))[
        "digest.bib"
    ].decode()
    keys = [line.partition("{")[2].rstrip(",").lower() for line in text.splitlines() if line.startswith("@")]
    assert len(set(keys)) == 6 and keys[0] == "a" and all(key.isascii() and "," not in key for key in keys)
    later = render_digest(with_papers(Paper("a,b", "Another title", "")))["digest.bib"].decode()
    assert f"@misc{{{keys[2]},\n" in later


def test_chat_messages_fit_and_have_a_line_a_paper() -> None:
    papers = [Paper(f"2608.{i:05}", f"🦀 paper {i} " + "x" * i, "") for i in range(100)]
    messages = render_digest(with_papers(*papers))["digest.txt"].decode().rstrip("\n").split(SEPARATOR)
    assert len(messages) > 2 and all(len(m.encode("utf-16-le")) <= 2 * CHAT_LIMIT for m in messages)
    lines = "\n".join(messages).split("\n")
    assert len(lines) == 101 and lines[0].startswith("2026-08-07, Daily: 100 papers")
    assert lines[1] == "• 🦀 paper 0 — <https://arxiv.org/abs/2608.00000> — Sea"


def test_chat_messages_call_nobody_and_set_no_type() -> None:
    shown = with_papers(
        Paper("p", NASTY + " **b** _i_ `c` ||s|| ~~d~~", "", url="https://e/@everyone"), title="# <@U1>"
    )
    text = render_digest(shown)["digest.txt"].decode()
    title = text.split("\n")[1].partition(" — ")[0]
    assert not set("@<>*_`|~[]\\") & set(title) and "http://" not in title
    assert "@" not in text and "<https://e/%40everyone>" in text and not text.startswith("#")


def test_a_data_set_of_several_days_loads_with_its_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    plain = replace(digest(), papers=digest().papers[2:], day=date(2026, 8, 6), title="Daily: 'x' # \ud800\x85")
    for shown in (replace(digest(), papers=(), day=date(2026, 8, 5)), plain, digest()):
        write_digest(shown, tmp_path)
    loaded = datasets.load_dataset(str(tmp_path / "dataset"), cache_dir=str(tmp_path / "cache"))["train"]
    rows = sorted(loaded, key=lambda row: (row["digest"], row["id"]))
    assert [(row["digest"].day, row["id"]) for row in rows] == [
        (6, "own-3"),
        (7, "2405.14906"),
        (7, "own-3"),
        (7, "t-0123456789abcdef"),
    ]
    forest = rows[3]["tags"][0]
    assert (forest["dimension"], forest["id"], forest["rule"], forest["score"]) == (
        "habitat",
        "forest",
        "all-sure",
        0.934,
    )
    assert forest["at"] == datetime(2026, 8, 7, 9, 30, tzinfo=UTC)
    assert (
        forest["model"] == "2026-08-01-1"
        and rows[0]["tags"][0]["model"] is None
        and rows[1]["authors"] == ["Ann Ash", "Bo Birk"]
    )


def test_the_data_card_tells_of_no_day_so_that_days_share_it() -> None:
    card = render_digest(digest())["dataset/README.md"]
    assert render_digest(replace(digest(), day=date(2026, 8, 9), papers=()))["dataset/README.md"] == card
    assert "`cs.CV`: Dotted" in card.decode() and "# Daily \\<Papers\\>" in card.decode()


hostile = st.text(
    st.characters() | st.sampled_from("\ud800\udfff\u202e\u2066\x00\r\n\x85\u2028\ufffe<>&\"'@$\\{}%#_^~-`,"),
    max_size=60,
)


@given(st.lists(hostile | st.just(NASTY), max_size=3), hostile | st.just(NASTY), hostile)
@example([NASTY, "$" + NASTY + "$"], NASTY, NASTY)
@example(["\\$", "$\\$", "$a\\$b$"], "é" * 300, "a, b; c")
def test_no_text_breaks_a_format(titles: list[str], name: str, tag_name: str) -> None:
    papers = [Paper(f"2608.{i:05}", title, title, authors=(title,)) for i, title in enumerate(titles)]
    shown = with_papers(*papers, title=name, tag_name=tag_name)
    files = render_digest(shown)
    assert files == render_digest(shown)
    assert [i["_tagger"]["paper"] for i in json.loads(files["feed.json"])["items"]] == [p.id for p in papers]
    assert [json.loads(line)["id"] for line in files[f"dataset/data/{digest().day}.jsonl"].splitlines()] == [
        p.id for p in papers
    ]
    message = message_of(shown)
    assert set(message.keys()) == {"Subject", "From", "Date", "Message-ID", "X-Unsent", "MIME-Version", "Content-Type"}
    assert message["Subject"].endswith(", 2026-08-07")
    assert yaml.safe_load(files["dataset/README.md"].decode().split("\n---\n")[0])["pretty_name"] == one_line(name)
    html = Tags(parts_of(message)["text/html"])
    assert set(html.found) <= {"html", "body", "h1", "p", "b", "a", "br", "span"}
    assert html.found.count("a") == len(papers) and html.found.count("p") == len(papers) + 1
    parsed = parse_bibtex(files["digest.bib"].decode())
    empty = [r for r in parsed.rejected if r.reason == "it has no title"]
    assert list(parsed.rejected) == empty and len(parsed.entries) + len(empty) == len(papers)
    written = {p.id: one_line(p.title) for p in papers}
    for entry in parsed.entries:
        # LaTeX has no other name for a circumflex that stands alone, and the reader makes a letter of it.
        assert entry.paper.title.replace("ˆ", "^") == written[entry.paper.id].replace("ˆ", "^")
        assert len(entry.paper.categories) <= 1
    assert files["digest.txt"].decode().count("\n• ") == len(papers) and "@" not in files["digest.txt"].decode()
