"""Each foreign format on small inputs of our own, with the traps that files of strangers hold."""

import gzip
import io
import json
import time
from datetime import date
from pathlib import Path

import pytest
import zstandard

from tagger.domain.paper import Paper, title_id
from tagger.errors import SourceError
from tagger.sources import Parsed, parse_source, read_source

TODAY = date(2026, 11, 24)


def parse(data: str | bytes) -> Parsed:
    return parse_source(data.encode() if isinstance(data, str) else data, today=TODAY)


def only(data: str | bytes) -> Paper:
    parsed = parse(data)
    assert parsed.rejected == ()
    [entry] = parsed.entries
    return entry.paper


ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
<entry><id>http://arxiv.org/abs/2405.14906v2</id><published>2024-05-23T01:02:03Z</published>
<title>Bees &amp;
  Trees</title><summary>  They count. </summary><author><name>Ann Lee</name></author><author><name>Bo</name></author>
<category term="cs.CV"/><category term="q-bio"/></entry>%s</feed>"""


def test_atom_gives_every_field() -> None:
    expected = Paper(
        "2405.14906",
        "Bees & Trees",
        "They count.",
        date(2024, 5, 23),
        ("Ann Lee", "Bo"),
        "http://arxiv.org/abs/2405.14906v2",
        ("cs.CV", "q-bio"),
    )
    assert only(ATOM % "") == expected
    assert only((ATOM % "").replace("UTF-8", "UTF-16").encode("utf-16")) == expected
    assert (
        only((ATOM % "").replace("Ann", "Ané").replace("UTF-8", "ISO-8859-1").encode("latin-1")).authors[0] == "Ané Lee"
    )


def test_an_entry_without_a_title_and_an_error_of_arxiv_are_rejected_and_the_rest_stays() -> None:
    error = "<entry><id>http://arxiv.org/api/errors#bad</id><title>Error</title><summary>bad id</summary></entry>"
    parsed = parse(ATOM % ("<entry><id>http://arxiv.org/abs/2405.14907v1</id></entry>" + error))
    assert len(parsed.entries) == 1
    assert [(r.place, r.reason) for r in parsed.rejected] == [
        ("entry 2", "it has no title"),
        ("entry 3", "arXiv answers with an error: bad id"),
    ]


def test_a_feed_without_entries_is_noted() -> None:
    parsed = parse('<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>')
    assert parsed.entries == () and parsed.notes == ("the feed has no entries",)


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE feed [<!ENTITY c SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE feed SYSTEM "http://127.0.0.1:1/x.dtd">',
    ],
)
def test_xml_with_a_dtd_is_refused(dtd: str) -> None:
    feed = (ATOM % "").replace("<feed", dtd + "<feed").replace("They count", "&c;")
    with pytest.raises(SourceError, match=r"DTD|not valid XML"):
        parse(feed)


@pytest.mark.parametrize("data", ["<?xml version='1.0'?><feed", "<rss><channel>", "<?xml version='1.0'?><other/>"])
def test_torn_or_other_xml_is_one_line(data: str) -> None:
    with pytest.raises(SourceError, match="XML"):
        parse(data)


RSS = """<?xml version='1.0' encoding='UTF-8'?><rss xmlns:arxiv="http://arxiv.org/schemas/atom"
xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel><title>cs.CV</title><item>
<title>Bees</title><link>https://arxiv.org/abs/2509.13338</link>
<description>arXiv:2509.13338v1 Announce Type: %s
Abstract: They count &lt;5 bees.</description><guid isPermaLink="false">oai:arXiv.org:2509.13338v1</guid>
<category>cs.CV</category><category>cs.LG</category><pubDate>Thu, 18 Sep 2025 00:00:00 -0400</pubDate>
<arxiv:announce_type>%s</arxiv:announce_type><dc:creator>Ann Lee, Bo</dc:creator></item></channel></rss>"""


def test_rss_gives_the_abstract_without_its_head_and_the_day_of_new_papers_only() -> None:
    new = only(RSS % ("new", "new"))
    assert (new.id, new.abstract, new.published) == ("2509.13338", "They count <5 bees.", date(2025, 9, 18))
    assert (new.authors, new.categories) == (("Ann Lee", "Bo"), ("cs.CV", "cs.LG"))
    assert only(RSS % ("replace", "replace")).published is None


def test_the_page_as_html_gives_what_the_api_gives() -> None:
    papers = [{"paper": {"id": "2405.14906", "title": 'Bees & "Trees"', "summary": "x", "upvotes": 3}}]
    props = json.dumps({"dailyPapers": papers}).replace("&", "&amp;").replace('"', "&quot;")
    page = f'<!DOCTYPE html><html><body><div data-target="DailyPapers" data-props="{props}"></div></body></html>'
    assert (only(page).title, only(page).upvotes) == ('Bees & "Trees"', 3)
    with pytest.raises(SourceError, match="no daily papers"):
        parse(page.replace("dailyPapers&quot;", "other&quot;"))


S2 = {
    "paperId": "a1",
    "externalIds": {"ArXiv": "2405.14906", "DOI": "10.1/X"},
    "title": "Bees",
    "abstract": "They count.",
    "publicationDate": "2024-05-23",
    "authors": [{"authorId": "1", "name": "Ann Lee"}],
    "fieldsOfStudy": ["Biology"],
    "url": "https://www.semanticscholar.org/paper/a1",
}


@pytest.mark.parametrize("document", [S2, [S2], {"total": 1, "data": [S2]}, {"recommendedPapers": [S2]}])
def test_semantic_scholar_comes_alone_in_a_list_or_wrapped(document: object) -> None:
    for indent in (None, 1):
        paper = only(json.dumps(document, indent=indent))
        assert (paper.id, paper.title, paper.published) == ("2405.14906", "Bees", date(2024, 5, 23))
        assert (paper.authors, paper.categories) == (("Ann Lee",), ("Biology",))


def test_semantic_scholar_papers_have_the_best_id_there_is_and_unknown_ones_are_rejected() -> None:
    parsed = parse(json.dumps([S2 | {"externalIds": {"DOI": "10.1234/AB"}}, S2 | {"externalIds": None}, None]))
    assert [entry.paper.id for entry in parsed.entries] == ["10.1234/ab", "a1"]
    assert [r.place for r in parsed.rejected] == ["record 3"]


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: {"value": value}], ids=["v1", "v2"])
def test_openreview_notes_of_both_versions_are_read_and_reviews_rejected(wrap: object) -> None:
    assert callable(wrap)
    content = {"title": "Bees", "abstract": "They count.", "authors": ["Ann Lee"], "keywords": ["insects"]}
    note = {"id": "f1", "forum": "f1", "cdate": 1716422400000, "content": {k: wrap(v) for k, v in content.items()}}
    review = {"id": "r1", "forum": "f1", "replyto": "f1", "content": {"review": wrap("Fine.")}}
    parsed = parse(json.dumps({"notes": [note, review], "count": 2}))
    [paper] = [entry.paper for entry in parsed.entries]
    assert (paper.id, paper.title, paper.abstract, paper.authors) == ("f1", "Bees", "They count.", ("Ann Lee",))
    assert (paper.published, paper.url) == (date(2024, 5, 23), "https://openreview.net/forum?id=f1")
    assert [r.reason for r in parsed.rejected] == ["it is a reply to a paper, not a paper"]


WORK = {
    "id": "https://openalex.org/W1",
    "doi": "https://doi.org/10.48550/arXiv.2405.14906",
    "title": "Bees",
    "publication_date": "2024-05-23",
    "authorships": [{"author": {"display_name": "Ann Lee"}}],
    "abstract_inverted_index": {"They": [0], "count": [1, 3], "and": [2]},
    "topics": [{"display_name": "Insects"}],
}


def test_openalex_abstracts_are_put_together_from_their_index() -> None:
    paper = only(json.dumps({"meta": {}, "results": [WORK]}))
    assert (paper.id, paper.abstract, paper.authors) == ("2405.14906", "They count and count", ("Ann Lee",))
    assert only(json.dumps(WORK | {"doi": None})).id == "W1"


@pytest.mark.parametrize("index", [{"a": [10**12]}, {"a": "b"}, [1], {"a": [-1]}])
def test_an_index_that_is_none_is_rejected(index: object) -> None:
    assert parse(json.dumps([WORK | {"abstract_inverted_index": index}])).rejected


def test_csl_json_has_names_and_days() -> None:
    item: dict[str, object] = {
        "id": "lee/2024",
        "type": "article",
        "title": "Bees",
        "abstract": "They count.",
        "URL": "https://a.org/x",
    }
    item |= {"author": [{"family": "Lee", "given": "Ann"}, {"literal": "The Hive"}], "number": "arXiv:2405.14906"}
    paper = only(json.dumps([item | {"issued": {"date-parts": [["2024", 5, 23]]}}]))
    assert (paper.id, paper.authors, paper.published) == ("2405.14906", ("Ann Lee", "The Hive"), date(2024, 5, 23))
    assert only(json.dumps([item | {"issued": {"date-parts": [[2024]]}}])).published is None


RIS = """TY  - JOUR
TI  - Bées
AU  - Lee, Ann
AU  - The Hive
AB  - They count.
DA  - 2024/05/23/
DO  - 10.48550/arXiv.2405.14906
KW  - insects
UR  - https://a.org/x
ER  -
"""


def test_ris_gives_every_field_and_a_record_without_a_title_is_told_by_its_line() -> None:
    parsed = parse("\ufeff" + RIS + "\nTY  - JOUR\nAU  - Nobody\nER  - \n\n" + RIS.replace("2405.14906", "2405.14907"))
    expected = ("2405.14906", "Bées", ("Ann Lee", "The Hive"), date(2024, 5, 23), ("insects",))
    first = parsed.entries[0].paper
    assert (first.id, first.title, first.authors, first.published, first.categories) == expected
    assert len(parsed.entries) == 2 and [r.place for r in parsed.rejected] == ["line 12"]


def test_old_exports_in_windows_1252_are_read_and_that_is_noted() -> None:
    parsed = parse(RIS.replace("\n", "\r\n").encode("cp1252"))
    assert parsed.entries[0].paper.title == "Bées" and "Windows-1252" in parsed.notes[0]
    assert only(RIS.encode("utf-16")).title == "Bées"


def test_web_of_science_text_is_read() -> None:
    record = "PT J\nAU Lee, A\n   Fox, B\nTI Bees and\n   trees\nAB They count.\nPY 2024\nDI 10.1021/X\nER\n\n"
    parsed = parse("FN Clarivate\nVR 1.0\n" + record + record.replace("Bees", "Ants").replace("/X", "/Y") + "EF\n")
    assert [entry.paper.title for entry in parsed.entries] == ["Bees and trees", "Ants and trees"]
    assert parsed.entries[0].paper.authors == ("A Lee", "B Fox") and parsed.entries[0].paper.id == "10.1021/x"


BIBTEX = r"""A line that is no entry.
@string{hive = "The {H}ive"}
@comment{ignored}
@inproceedings{lee2024,
  title = {{BERT} f{\"u}r {\'E}tudes of $\alpha$-bees},
  author = "Lee, Ann  and
     {Bees, Inc.} and Erd{\H o}s, P{\'a}l and others",
  abstract = "They " # hive # { count 5\% of them.},
  eprint = {2405.14906v2}, archivePrefix = {arXiv},
  year = 2024, month = may, keywords = {insects, counting}
}
"""


def test_bibtex_accents_braces_strings_and_names_are_plain_text() -> None:
    paper = only(BIBTEX)
    assert paper.title == r"BERT für Études of $\alpha$-bees"
    assert paper.authors == ("Ann Lee", "Bees, Inc.", "Pál Erdős")
    assert paper.abstract == "They The Hive count 5% of them."
    assert (paper.id, paper.categories, paper.published) == ("2405.14906", ("insects", "counting"), None)


def test_bibtex_strings_made_of_strings_swell_up_to_a_bound() -> None:
    doubling = "".join(f"@string{{a{n + 1} = a{n} # a{n}}}\n" for n in range(60))
    with pytest.raises(SourceError, match="swell to more than 50 MB"):
        parse(f'@string{{a0 = "Bees"}}\n{doubling}@misc{{k, title = a60}}\n')


def test_a_broken_bibtex_entry_is_told_and_the_others_are_read() -> None:
    parsed = parse(
        "@article{a, title = {One}}\n@article{b, title = }\n@article{c, title = {Three}, date={2024-05-23}}\n"
    )
    assert [entry.paper.title for entry in parsed.entries] == ["One", "Three"]
    assert parsed.entries[1].paper.published == date(2024, 5, 23)
    assert len(parsed.rejected) == 1 and "line 2" in parsed.rejected[0].place


def test_a_macro_of_one_file_is_not_known_in_the_next() -> None:
    only("@string{q = {Bees}}\n@misc{a, title = q}")
    assert parse("@misc{a, title = q}").rejected


def test_zotero_tables_are_read() -> None:
    head = '"Key","Item Type","Author","Title","Abstract Note","Date","DOI","Url","Manual Tags","Extra"\n'
    row = '"K","preprint","Lee, Ann; Fox, Bo","Bees","They count.","2024-05-23","","","a; b","arXiv:2405.14906 [cs]"\n'
    paper = only("\ufeff" + head + row)
    assert (paper.id, paper.authors, paper.abstract) == ("2405.14906", ("Ann Lee", "Bo Fox"), "They count.")
    assert (paper.published, paper.categories) == (date(2024, 5, 23), ("a", "b"))
    assert only(head + row.replace("2024-05-23", "2024")).published is None


def _tables() -> dict[str, bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {"id": ["2405.14906"], "title": ["Bees"], "published": [date(2024, 5, 23)], "authors": [["Ann Lee"]]}
    table = pa.table(columns)
    parquet, stream, file = io.BytesIO(), io.BytesIO(), io.BytesIO()
    pq.write_table(table, parquet)
    for sink, new in ((stream, pa.ipc.new_stream), (file, pa.ipc.new_file)):
        with new(sink, table.schema) as writer:
            writer.write_table(table)
    return {"parquet": parquet.getvalue(), "stream": stream.getvalue(), "file": file.getvalue()}


@pytest.mark.parametrize("kind", ["parquet", "stream", "file"])
def test_parquet_and_arrow_give_papers_and_torn_ones_one_line(kind: str) -> None:
    data = _tables()[kind]
    expected = Paper("2405.14906", "Bees", "", date(2024, 5, 23), ("Ann Lee",))
    assert only(data) == expected and only(gzip.compress(data)) == expected
    with pytest.raises(SourceError, match="damaged"):
        parse(data[: len(data) // 2])


def test_a_gzip_file_of_very_many_parts_takes_as_long_as_its_size_says() -> None:
    def seconds(parts: int) -> float:
        data = gzip.compress(b"") * parts + gzip.compress(b'{"title": "T"}')
        began = time.process_time()
        assert only(data).title == "T"
        return time.process_time() - began

    assert seconds(120_000) < 15 * seconds(20_000)  # it would be 36 times if each part copied what follows


def test_zst_is_unpacked_frame_by_frame_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = b"".join(zstandard.compress(f'{{"title": "T{i}"}}\n'.encode()) for i in range(3))
    assert [entry.paper.title for entry in parse(frames).entries] == ["T0", "T1", "T2"]
    big = zstandard.compress(json.dumps({"title": "T", "abstract": "".join(map(chr, range(300, 9000)))}).encode())
    assert len(big) > 5000 and only(big).title == "T"
    with pytest.raises(SourceError, match="cut short"):
        parse(big[:-10])
    with pytest.raises(SourceError, match="damaged"):
        parse(big[:4] + b"\xff" * 50)
    monkeypatch.setattr("tagger.sources.unpacking.MAX_UNPACKED", 1_000_000)
    with pytest.raises(SourceError, match="more than 1 MB"):
        parse(zstandard.compress(b" " * 5_000_000))


def test_a_folder_is_read_through_and_what_is_left_out_is_told(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.bib").write_text("@misc{a, title = {Bees}}\n@misc{b, year = 2024}\n")
    (tmp_path / "b.ris.gz").write_bytes(gzip.compress(RIS.encode()))
    (tmp_path / "notes.md").write_text("just some words")
    (tmp_path / ".hidden").write_text('{"title": "Hidden"}')
    parsed = read_source(str(tmp_path), today=TODAY)
    assert [entry.paper.title for entry in parsed.entries] == ["Bées", "Bees"]
    assert [r.place for r in parsed.rejected] == ["sub/a.bib, line 2"]
    assert "left out: notes.md (it is of no format that is known)" in parsed.notes


def test_a_folder_without_sources_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file in this folder"):
        read_source(str(tmp_path), today=TODAY)


def test_a_saved_dataset_gives_its_papers_and_not_its_cache(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    stream = _tables()["stream"]
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train"]}')
    (tmp_path / "train" / "data-00000-of-00001.arrow").write_bytes(stream)
    (tmp_path / "train" / "cache-1.arrow").write_bytes(stream[:99])
    (tmp_path / "train" / "dataset_info.json").write_text("{}")
    (tmp_path / "train" / "state.json").write_text('{"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}')
    parsed = read_source(str(tmp_path), today=TODAY)
    assert [entry.paper.id for entry in parsed.entries] == ["2405.14906"]
    assert parsed.notes == () and parsed.rejected == ()


def test_nul_bytes_are_no_part_of_a_paper() -> None:
    assert only(RIS.replace("They", "Th\0ey")).abstract == "They count."
    assert only("@misc{a, title = {B\0ees}}").id == title_id("Bees")


def test_recorded_answers_of_arxiv_are_read_whole(shared_data: Path) -> None:
    folder = shared_data / "fixtures" / "arxiv_atom"
    for path in folder.glob("*.xml"):
        parsed = parse(path.read_bytes())
        assert len(parsed.entries) == path.read_bytes().count(b"<entry>") and not parsed.rejected
        assert all(e.paper.abstract and e.paper.authors and e.paper.published for e in parsed.entries)


def test_real_exports_are_read_whole(shared_data: Path) -> None:
    for path in (shared_data / "fixtures" / "bibtex_ris").iterdir():
        text = path.read_text("utf-8-sig")
        present = sum(line.startswith(("TY  -", "PT ", "@inproceedings")) for line in text.splitlines())
        parsed = parse(path.read_bytes())
        assert len(parsed.entries) == present > 0 and not parsed.rejected
