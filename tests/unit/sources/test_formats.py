import gzip
import json
import textwrap
from datetime import date

import pytest

from tagger.domain.paper import title_id
from tagger.errors import SourceError
from tagger.sources import Parsed, parse_annotations, parse_source

TODAY = date(2026, 11, 24)
LONG = "We study how bees count. " * 12
PAGE = f"""new

Subscribe

Daily Papers

byAK and the research community

Aug 7

Bees $\\textbf{{B}}^2$: Counting with <Wings> & Legs

{LONG}

A Second Paper

{LONG}
"""


def parse(text: str | bytes) -> Parsed:
    return parse_source(text.encode() if isinstance(text, str) else text, today=TODAY)


def titles(parsed: Parsed) -> list[str]:
    return [entry.paper.title for entry in parsed.entries]


def test_a_page_gives_titles_and_abstracts_and_its_day() -> None:
    parsed = parse(PAGE)
    assert titles(parsed) == ["Bees $\\textbf{B}^2$: Counting with <Wings> & Legs", "A Second Paper"]
    assert parsed.entries[1].paper.id == title_id("A Second Paper")
    assert parsed.entries[0].paper.abstract == LONG.strip()
    assert {entry.digest for entry in parsed.entries} == {date(2026, 8, 7)}
    assert parsed.rejected == () and "took 2026-08-07" in parsed.day_notes[0]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Dec 31", date(2025, 12, 31)),
        ("Nov 24", date(2026, 11, 24)),
        ("Nov 25", date(2025, 11, 25)),
        ("Feb 29", date(2024, 2, 29)),
        ("Fri, Aug 7, 2020", date(2020, 8, 7)),
        ("August 7th", date(2026, 8, 7)),
        ("7 Aug", date(2026, 8, 7)),
        ("Friday 7th August, 2020", date(2020, 8, 7)),
        ("2020-08-07", date(2020, 8, 7)),
    ],
)
def test_a_day_without_a_year_is_the_latest_one_that_is_not_ahead(line: str, day: date) -> None:
    assert parse(PAGE.replace("Aug 7", line)).entries[0].digest == day


def test_furniture_between_papers_belongs_to_none() -> None:
    crowded = PAGE.replace("A Second Paper", "Submitted by\n\n42\n\n7 authors\n\n- 3\n\nA Second Paper")
    assert titles(parse(crowded)) == titles(parse(PAGE))
    assert parse(crowded).rejected == ()


def test_an_abstract_in_two_paragraphs_stays_one_and_lines_may_touch() -> None:
    split = PAGE.replace(LONG, LONG + "\n\nOur code is open and so is our data.", 1)
    assert parse(split).entries[0].paper.abstract.endswith("so is our data.")
    assert titles(parse(PAGE.replace("A Second Paper\n\n", "A Second Paper\n"))) == titles(parse(PAGE))


def test_a_long_paragraph_without_a_title_is_never_glued_to_a_paper_silently() -> None:
    parsed = parse(PAGE + f"\n{LONG}\n")
    assert "no title stands above it; taken as more of 'A Second Paper'" in parsed.notes[0]


def test_a_title_without_an_abstract_is_told_with_its_line() -> None:
    parsed = parse(PAGE.replace("A Second Paper\n", "Lonely Title\n\nA Second Paper\n"))
    assert [r.place for r in parsed.rejected] == ["line 15"]
    assert len(parsed.entries) == 2


@pytest.mark.parametrize(
    "title",
    [
        "Next Visual Granularity Generation",
        "Today's Models Are Tomorrow's Baselines",
        "Imagen 3",
        "Marcel 12",
        "May 77",
        "View All the Things",
        "Published on Paper",
        "Bees Count, and So Do We.",
        "Why Short Titles That Read Like a Whole Sentence Are Titles All the Same.",
    ],
)
def test_a_title_may_begin_like_furniture_or_read_like_a_day_or_a_sentence(title: str) -> None:
    assert titles(parse(PAGE.replace("A Second Paper", title)))[1:] == [title]


@pytest.mark.parametrize("start", ["Today ", "Next, ", "Published on arXiv, ", "View all of it: "])
def test_an_abstract_may_begin_like_furniture(start: str) -> None:
    parsed = parse(PAGE.replace(LONG, start + LONG))
    assert [e.paper.abstract for e in parsed.entries] == [start + LONG.strip()] * 2


def test_a_day_holds_for_the_papers_below_it() -> None:
    parsed = parse(PAGE + PAGE.replace("Aug 7", "Aug 8").replace("Bees", "Wasps").replace("A Second", "A Fourth"))
    assert [entry.digest for entry in parsed.entries] == [date(2026, 8, 7)] * 2 + [date(2026, 8, 8)] * 2
    assert parsed.rejected == ()


def test_a_day_between_title_and_abstract_is_the_papers_own() -> None:
    parsed = parse(PAGE.replace("A Second Paper\n", "A Second Paper\n\nMay 3, 2026\n"))
    assert {entry.digest for entry in parsed.entries} == {date(2026, 8, 7)} and len(parsed.entries) == 2


def test_a_page_without_a_day_is_told() -> None:
    parsed = parse(PAGE.replace("Aug 7", ""))
    assert {entry.digest for entry in parsed.entries} == {None} and len(parsed.entries) == 2
    assert "no day stands above 2 of the papers" in parsed.day_notes[0]


def test_a_short_abstract_is_one_where_it_reads_like_prose() -> None:
    short = "Twelve words are few for an abstract, but these are a sentence."
    assert parse(PAGE + f"\nShort\n\n{short}\n").entries[-1].paper.abstract == short


@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_hard_wrapped_lines_are_one_paragraph(gap: str) -> None:
    title = "A Title That Is So Long That It Has to Be Broken at Some Place, Which Here Is after Eighty Characters"
    wrapped = textwrap.fill(LONG, 80)
    page = f"Daily Papers\n\nAug 7\n\n{textwrap.fill(title, 80)}{gap}{wrapped}\n\nAnother{gap}{wrapped}\n"
    assert titles(parse(page)) == [title, "Another"]
    assert {entry.paper.abstract for entry in parse(page).entries} == {LONG.strip()}


def hf(**paper: object) -> dict[str, object]:
    fields = {"id": "2405.00001", "title": "T", "summary": "First\nline", "publishedAt": "2024-05-01T10:00:00.000Z"}
    return {"paper": fields | paper, "publishedAt": "2024-05-28T03:14:41.021Z", "title": "T", "numComments": 1}


def test_every_schema_of_the_api_gives_the_same_paper() -> None:
    old = hf(authors=[{"user": {"fullname": "Ann"}}, {"name": "Bob"}], upvotes=3)
    new = hf(authors=[{"name": "Ann"}, {"name": "Bob"}], upvotes=3, submittedOnDailyAt="2024-05-28T00:00:00.000Z")
    new["publishedAt"] = "2024-05-01T06:00:00.000Z"
    first, second = parse(json.dumps([old])).entries[0], parse(json.dumps([new])).entries[0]
    assert first == second
    assert first.digest == date(2024, 5, 28) and first.paper.published == date(2024, 5, 1)
    assert first.paper.abstract == "First line" and first.paper.authors == ("Ann", "Bob") and first.paper.upvotes == 3


def test_a_bad_api_entry_is_told_and_the_others_are_kept() -> None:
    parsed = parse(json.dumps([hf(), hf(title=None), {"title": "no paper"}, hf(id="x y", title="Z"), 7]))
    assert len(parsed.entries) == 1
    assert [r.place for r in parsed.rejected] == ["record 3", "record 4", "record 5"]


def test_api_entries_are_the_same_in_a_list_on_lines_and_alone() -> None:
    entries = [hf(), hf(id="2405.00002", title="U")]
    in_list = parse(json.dumps(entries))
    on_lines = parse("\n".join(map(json.dumps, entries)))
    assert [e.paper for e in on_lines.entries] == [e.paper for e in in_list.entries]
    assert [e.digest for e in on_lines.entries] == [e.digest for e in in_list.entries]
    for indent in (None, 2):
        assert parse(json.dumps(entries[0], indent=indent)).entries[0].paper == in_list.entries[0].paper
    assert {p.format for p in (in_list, on_lines)} == {"Hugging Face API"}


RECORD = {"id": "arXiv:2405.14906v2", "title": "A  title\nin two lines", "abstract": "Words", "published": "2024-05-23"}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda b: gzip.compress(b[:9]) + gzip.compress(b[9:])])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_lines_are_read_in_any_packing(pack: object, encoding: str) -> None:
    data = (json.dumps(RECORD) + "\r\n\r\n").encode(encoding)
    parsed = parse(pack(data))  # type: ignore[operator]
    assert parsed.format == "JSON Lines"
    assert (parsed.entries[0].paper.id, titles(parsed)) == ("2405.14906", ["A title in two lines"])


def test_csv_is_read_with_lists_quotes_and_empty_fields() -> None:
    table = (
        'id,title,abstract,authors,upvotes,colour\nx1,"Says ""hi"", twice","Two\nlines",Ann; Bob,7,red\n,No id,,,,\n'
    )
    parsed = parse(table)
    first, second = (entry.paper for entry in parsed.entries)
    assert (first.title, first.abstract, first.authors, first.upvotes) == (
        'Says "hi", twice',
        "Two lines",
        ("Ann", "Bob"),
        7,
    )
    assert second.id == title_id("No id") and second.abstract == ""
    assert parsed.notes == ("columns left out: colour",)
    assert titles(parse(table.replace(",", "\t"))) != []


@pytest.mark.parametrize("above", ["", "\n\n", "sep=;\n", "\nsep=;\n\n", '"sep=;"\n'])
def test_a_table_may_begin_with_empty_lines_and_its_separator(above: str) -> None:
    parsed = parse(f"{above}id;title;upvotes\nx1;One, two;12.0\nx2;;\n")
    assert (titles(parsed), parsed.entries[0].paper.upvotes) == (["One, two"], 12)
    assert [r.place for r in parsed.rejected] == [f"line {above.count(chr(10)) + 3}"]


def test_a_header_that_is_no_csv_is_told() -> None:
    parsed = parse('"title,abstract\nfoo,bar\n')
    assert parsed.entries == () and "not valid CSV" in parsed.rejected[0].reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json", "not valid JSON"),
        ("[1, 2]", "not a record"),
        ('{"abstract": "x"}', "no title"),
        ('{"title": 5}', "title is not a text"),
        ('{"title": "T", "id": "a b"}', "without white space"),
        ('{"title": "T", "published": "yesterday"}', "not a date"),
        ('{"title": "T", "published": "2024-02-30"}', "not a date"),
        ('{"title": "T", "upvotes": "many"}', "not a whole number"),
        ('{"title": "T", "upvotes": -1}', "not a whole number"),
        ('{"title": "T", "authors": [1]}', "not a list of texts"),
    ],
)
def test_a_bad_record_among_good_ones_is_told_with_its_place(line: str, reason: str) -> None:
    parsed = parse(f'{{"title": "Good"}}\n{line}\n{{"title": "Also good"}}\n')
    assert titles(parsed) == ["Good", "Also good"]
    assert [r.place for r in parsed.rejected] == ["line 2"] and reason in parsed.rejected[0].reason


def test_one_paper_twice_is_one_and_that_is_noted() -> None:
    parsed = parse('{"title": "Same", "abstract": "old"}\n{"title": "same!", "abstract": "new"}\n')
    assert [entry.paper.abstract for entry in parsed.entries] == ["new"]
    assert "this one counts" in parsed.notes[0]
    assert parse('{"title": "Same", "abstract": "a"}\n' * 2).notes == ()


def test_text_is_cleaned_of_what_no_paper_needs() -> None:
    parsed = parse(json.dumps({"title": "A\u0000B\u001b[31m \ud800 C", "abstract": "x\u2028y"}))
    assert parsed.entries[0].paper.title == "AB [31m \ufffd C"
    assert parsed.entries[0].paper.abstract == "x y"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"just some words", "no format that is known"),
        (b"\xff\xfa\x00\x01", "not text in UTF-8"),
        (b"[{", "not valid JSON"),
        (b"[" * 100_000, "not usable JSON|not valid JSON"),
        (gzip.compress(b'{"title": "T"}' * 99, mtime=0)[:-20], "cut short"),
        (b"\x1f\x8b" + b"garbage garbage", "damaged"),
    ],
)
def test_what_is_no_source_is_one_clear_line(data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        parse(data)


@pytest.mark.parametrize("data", [b"", b" \n\n", b"[]", b"title,abstract\n", b'{"title": ""}\n'])
def test_a_source_may_hold_no_paper(data: bytes) -> None:
    assert parse(data).entries == ()


def test_a_small_file_can_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagger.sources.unpacking.MAX_UNPACKED", 1_000_000)
    with pytest.raises(SourceError, match="unpacks to more than 1 MB"):
        parse(gzip.compress(b" " * 5_000_000))


def test_annotation_rows_keep_tags_skips_papers_and_times() -> None:
    rows = [
        {"id": "p1", "annotator": "ann", "habitat": ["sea"], "diet": []},
        {"annotator": "ann", "skip": True, "title": "T", "abstract": "A", "at": "2026-08-07T10:00:00+00:00"},
    ]
    parsed = parse_annotations("\n".join(map(json.dumps, rows)).encode(), ["habitat", "diet"])
    first, second = parsed.rows
    assert (first.paper_id, dict(first.tags), first.paper) == ("p1", {"habitat": ("sea",), "diet": ()}, None)
    assert second.skipped and second.paper is not None and second.paper_id == title_id("T") and second.at is not None


def test_a_row_may_say_that_no_tag_holds() -> None:
    parsed = parse_annotations(b'{"id": "p", "annotator": "a", "habitat": []}', ["habitat"])
    assert [dict(row.tags) for row in parsed.rows] == [{"habitat": ()}]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": "p", "habitat": ["sea"]}, "no annotator"),
        ({"id": "p", "annotator": "a", "habitatt": ["sea"]}, "'habitatt' is no dimension"),
        ({"id": "p", "annotator": "a"}, "neither tags nor skip"),
        ({"id": "p", "annotator": "a", "skip": "yes"}, "skip is neither"),
        ({"annotator": "a", "habitat": ["sea"]}, "no id and no title"),
        ({"id": "p", "annotator": "a", "habitat": [3]}, "not a list of texts"),
        ({"id": "p", "annotator": "a", "skip": True, "at": "noon"}, "not a time"),
        ({"id": "p", "annotator": "a", "skip": True, "at": "0001-01-01T00:00:00+14:00"}, "beyond the calendar"),
        ({"id": "p", "annotator": "a", "skip": True, "at": "9999-12-31T23:59:59-14:00"}, "beyond the calendar"),
    ],
)
def test_a_bad_annotation_row_is_told(row: dict[str, object], reason: str) -> None:
    parsed = parse_annotations(json.dumps(row).encode(), ["habitat"])
    assert parsed.rows == () and reason in parsed.rejected[0].reason
