"""Whatever bytes come in, a parser gives papers or one clear error; papers survive every format."""

import csv
import io
import json
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.paper import normalised_title, paper_id, title_id
from tagger.domain.text import clean
from tagger.errors import SourceError
from tagger.sources import parse_annotations, parse_source

TODAY = date(2026, 11, 24)
words = st.text(st.characters(codec="utf-8"), max_size=60).map(clean)
records = st.fixed_dictionaries(
    {"id": st.from_regex(r"[A-Za-z0-9._/-]{1,20}", fullmatch=True), "title": words.filter(bool), "abstract": words}
)


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_papers_or_one_error(data: bytes) -> None:
    try:
        parsed = parse_source(data, today=TODAY)
    except SourceError as error:
        assert "\n" not in str(error)
    else:
        assert all(entry.paper.id and entry.paper.title for entry in parsed.entries)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)
    )
)
def test_any_json_is_papers_or_one_error(value: object) -> None:
    try:
        parsed = parse_source(json.dumps([value]).encode(), today=TODAY)
        annotations = parse_annotations(json.dumps(value).encode(), ["habitat"])
    except SourceError:
        return
    assert len(parsed.entries) + len(parsed.rejected) == 1
    assert len(annotations.rows) + len(annotations.rejected) <= 1


@given(st.lists(records, min_size=1, max_size=4, unique_by=lambda r: paper_id(r["id"])))
def test_papers_come_out_of_json_lines_and_csv_as_they_went_in(rows: list[dict[str, str]]) -> None:
    lines = "\n".join(json.dumps(row) for row in rows)
    table = io.StringIO()
    writer = csv.DictWriter(table, ["id", "title", "abstract"])
    writer.writeheader()
    writer.writerows(rows)
    for data in (lines, table.getvalue()):
        found = [entry.paper for entry in parse_source(data.encode(), today=TODAY).entries]
        assert [(p.id, p.title, p.abstract) for p in found] == [
            (paper_id(r["id"]), r["title"], r["abstract"]) for r in rows
        ]


@given(st.text())
def test_a_normalised_title_stays_as_it_is(title: str) -> None:
    once = normalised_title(title)
    assert normalised_title(once) == once
    assert title_id(once) == title_id(title) or not once


@given(st.from_regex(r"\d{4}\.\d{4,5}", fullmatch=True), st.integers(1, 30))
def test_every_version_of_an_arxiv_paper_has_one_id(number: str, version: int) -> None:
    spellings = [
        number,
        f"{number}v{version}",
        f"arXiv:{number}v{version}",
        f"https://arxiv.org/pdf/{number}v{version}",
        f"https://arxiv.org/pdf/{number}V{version}.PDF",
        f"https://huggingface.co/papers/{number}",
        f"https://doi.org/10.48550/arXiv.{number}",
    ]
    assert {paper_id(spelling) for spelling in spellings} == {number}


ascii_words = st.text("abcdefghijk XYZ019", min_size=1, max_size=40).map(clean).filter(bool)
foreign = st.fixed_dictionaries(
    {
        "id": st.from_regex(r"2[0-9]0[1-9]\.[0-9]{5}", fullmatch=True),
        "title": ascii_words,
        "abstract": ascii_words,
        "authors": st.lists(st.sampled_from(["Ann Lee", "Bo Fox", "Cy Day"]), min_size=1, max_size=3, unique=True),
        "published": st.dates(date(1991, 8, 14), date(2030, 1, 1)).map(date.isoformat),
    }
)


def written(row: dict[str, Any]) -> dict[str, str]:
    """The paper in each format, as a tiny writer of ours writes it."""
    turned = [", ".join(reversed(name.split())) for name in row["authors"]]
    names = "".join(f"<author><name>{name}</name></author>" for name in row["authors"])
    doi = f"10.48550/arXiv.{row['id']}"
    openalex = {
        "id": "https://openalex.org/W1",
        "doi": doi,
        "publication_date": row["published"],
        "title": row["title"],
    }
    openalex["authorships"] = [{"author": {"display_name": name}} for name in row["authors"]]
    words = row["abstract"].split()
    openalex["abstract_inverted_index"] = {w: [i for i, v in enumerate(words) if v == w] for w in words}
    csl = {"type": "article", "title": row["title"], "abstract": row["abstract"], "DOI": doi}
    csl["author"] = [dict(zip(("given", "family"), name.split(), strict=True)) for name in row["authors"]]
    csl["issued"] = {"date-parts": [[int(part) for part in row["published"].split("-")]]}
    people = [{"name": name} for name in row["authors"]]
    scholar = {"paperId": "a", "externalIds": {"DOI": doi}, "title": row["title"], "abstract": row["abstract"]}
    return {
        "Atom": f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/{row["id"]}v3</id>{names}'
        f"<title>{row['title']}</title><summary>{row['abstract']}</summary>"
        f"<published>{row['published']}T00:00:00Z</published></entry></feed>",
        "OpenAlex": json.dumps(openalex),
        "CSL": json.dumps([csl]),
        "Semantic Scholar": json.dumps(scholar | {"authors": people, "publicationDate": row["published"]}),
        "RIS": f"TY  - JOUR\nTI  - {row['title']}\n"
        + "".join(f"AU  - {name}\n" for name in turned)
        + f"AB  - {row['abstract']}\nDA  - {row['published'].replace('-', '/')}\nDO  - {doi}\nER  - \n",
        "BibTeX": f"@misc{{k, title = {{{row['title']}}}, abstract = {{{row['abstract']}}}, doi = {{{doi}}},\n"
        f"author = {{{' and '.join(turned)}}}, date = {{{row['published']}}}}}",
    }


@given(foreign)
def test_a_paper_comes_out_the_same_of_every_format(row: dict[str, Any]) -> None:
    for name, text in written(row).items():
        [paper] = [entry.paper for entry in parse_source(text.encode(), today=TODAY).entries]
        found = (paper.id, paper.title, paper.abstract, list(paper.authors), str(paper.published))
        assert found == (row["id"], row["title"], row["abstract"], row["authors"], row["published"]), name


BEGINNINGS = [
    b"<feed>",
    b"<?xml version='1.0'?><rss>",
    b"<html data-props dailypapers",
    b"TY  - JOUR\nTI  - x\n",
    b"PT J\nTI x\n",
    b"@misc{a, title = {x",
    b"PAR1",
    b"ARROW1\0\0",
    b"\xff\xff\xff\xff",
    b"\x28\xb5\x2f\xfd",
    b"\x1f\x8b\x08",
    b"\xff\xfe",
    b'"Item Type","Title","Abstract Note"\n',
]
rest = st.binary(max_size=200) | st.text('@{}\\"$%,=#<>&;-/ \nABTYER', max_size=200).map(str.encode)


@given(st.sampled_from(BEGINNINGS), rest)
def test_anything_after_a_format_s_beginning_is_papers_or_one_error(beginning: bytes, rest: bytes) -> None:
    try:
        parsed = parse_source(beginning + rest, today=TODAY)
    except SourceError as error:
        assert "\n" not in str(error)
    else:
        assert all(entry.paper.id and entry.paper.title for entry in parsed.entries)


@given(
    st.sampled_from(["paperId", "forum", "id", "type", "paper"]), st.dictionaries(st.text(), st.integers() | st.text())
)
def test_odd_values_in_an_api_s_record_are_one_rejection(mark: str, odd: dict[str, object]) -> None:
    record = {"title": "T", "content": odd, "issued": odd, "author": [odd], "authors": [odd], "externalIds": odd}
    record |= {"paper": odd, "doi": odd, mark: "https://openalex.org/W1", "locations": [odd], "topics": [odd]}
    parsed = parse_source(json.dumps([record]).encode(), today=TODAY)
    assert len(parsed.entries) + len(parsed.rejected) == 1


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_ids_never_become_one(one: str, other: str) -> None:
    parsed = parse_source("\n".join(json.dumps({"id": i, "title": "T"}) for i in (one, other)).encode(), today=TODAY)
    ids = {entry.paper.id for entry in parsed.entries}
    assert len(ids) + len(parsed.rejected) == 2 or one.strip() == other.strip()
