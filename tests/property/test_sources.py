"""Whatever bytes come in, a parser gives papers or one clear error; papers survive every format."""

import csv
import io
import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tagger.domain.paper import normalised_title, paper_id, title_id
from tagger.errors import SourceError
from tagger.sources import parse_annotations, parse_source
from tagger.sources.records import clean

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
