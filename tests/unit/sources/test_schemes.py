import re
from datetime import date

import pytest

from tagger.errors import SourceError
from tagger.sources.http import AnswerError
from tagger.sources.schemes import Page, is_scheme, pages_of

TODAY = date(2026, 8, 21)


def _feed(total: int, ids: list[str]) -> bytes:
    entries = "".join(f"<entry><id>http://arxiv.org/abs/{i}v1</id></entry>" for i in ids)
    return f"<feed><opensearch:totalResults>{total}</opensearch:totalResults>{entries}</feed>".encode()


def test_a_range_is_a_page_a_day_and_a_missing_day_leaves_the_rest() -> None:
    def fetch(page: Page) -> bytes:
        if page.name == "hf:2026-08-20":
            raise SourceError("down")
        return b"[]"

    found = list(pages_of("hf:2026-08-19..today", TODAY, fetch))
    assert [page.name for page, _ in found] == ["hf:2026-08-19", "hf:2026-08-20", "hf:2026-08-21"]
    assert [isinstance(data, bytes) for _, data in found] == [True, False, True]
    assert "date=2026-08-19" in found[0][0].url and found[2][0].fresh_s == 0


@pytest.mark.parametrize(
    "source",
    ["hf:", "hf:x", "hf:2026-08-20..", "hf:2026-08-20..2026-08-19", "hf:2026-08-22", "hf:2020-01-01..today",
     "arxiv:", "arxiv:2405.14906,", "arxiv:a b", "arxiv:../x",
     "s2:", "s2:2405.14906", "s2:DOI:10.1234/../x", "openreview:a/b", "openreview:abcd,", "openalex:A12",
     "openalex:W1 W2", "doi:11.1/x", "doi:10.1234/a b", "doi:10.1234/x/..", "doi:10.1234/a,b,10.5678/c d"],
)  # fmt: skip
def test_a_malformed_name_is_told(source: str) -> None:
    assert is_scheme(source)
    with pytest.raises(SourceError, match=re.escape(source)):
        list(pages_of(source, TODAY, lambda page: b"[]"))


def test_a_category_is_read_page_by_page_up_to_its_end() -> None:
    answers = [_feed(120, [f"2405.{n:05}" for n in range(100)]), _feed(120, [f"2406.{n:05}" for n in range(20)])]
    asked: list[Page] = []

    def fetch(page: Page) -> bytes:
        asked.append(page)
        return answers[len(asked) - 1]

    assert len(list(pages_of("arxiv:cs.CL", TODAY, fetch))) == 2
    assert "start=100" in asked[1].url and all(page.pace_s == 3 for page in asked)


def test_an_answer_that_is_empty_though_there_are_papers_is_asked_for_again_then_told() -> None:
    answers = iter([_feed(1, []), _feed(1, ["2405.14906"])])
    assert next(iter(pages_of("arxiv:2405.14906", TODAY, lambda _: next(answers))))[1] == _feed(1, ["2405.14906"])
    ((_, told),) = pages_of("arxiv:2405.14906", TODAY, lambda _: _feed(1, []))
    assert isinstance(told, SourceError) and "though it has 1" in told.message


def test_an_id_that_arxiv_does_not_know_is_named() -> None:
    found = list(pages_of("arxiv:2405.14906,2405.99999", TODAY, lambda _: _feed(1, ["2405.14906"])))
    assert found[1][0].name == "arxiv:2405.99999" and isinstance(found[1][1], SourceError)


WORKS = "https://api.openalex.org/works"
SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("source", "names", "paths"),
    [
        (f"s2:{SHA},ARXIV:2405.14906", [f"s2:{SHA}", "s2:ARXIV:2405.14906"], [f"/graph/v1/paper/{SHA}?fields=title,"]),
        ("S2:DOI:10.1234/a?b#c", ["s2:DOI:10.1234/a?b#c"], ["/graph/v1/paper/DOI:10.1234/a%3Fb%23c?fields="]),
        ("openreview:ryQu7f-RZ", ["openreview:ryQu7f-RZ"], ["api2.openreview.net/notes?id=ryQu7f-RZ"]),
        ("openalex:W1, W22", ["openalex:W1", "openalex:W22"], [f"{WORKS}/W1", f"{WORKS}/W22"]),
        ("doi:10.1234/A(1),b<2>, 10.5678/é", ["doi:10.1234/A(1),b<2>", "doi:10.5678/é"],
         [f"{WORKS}/doi:10.1234/A(1)%2Cb%3C2%3E", f"{WORKS}/doi:10.5678/%C3%A9"]),
    ],
)  # fmt: skip
def test_a_paper_is_asked_for_by_its_id_politely(source: str, names: list[str], paths: list[str]) -> None:
    found = [page for page, _ in pages_of(source, TODAY, lambda page: b"{}")]
    assert [page.name for page in found] == names and all(page.pace_s > 0 for page in found)
    assert all(path in page.url for path, page in zip(paths, found, strict=False))


def test_a_submission_of_the_other_version_is_asked_for_there() -> None:
    def fetch(page: Page) -> bytes:
        if "api2." not in page.url:
            return b'{"notes": [{"id": "abcd"}]}'
        if "abcd" in page.url:
            return b'{"count": 0, "notes": []}'
        raise AnswerError("it answers", "", 503 if "down" in page.url else 403)

    pages = list(pages_of("openreview:abcd,efgh,down", TODAY, fetch))
    assert [page.url.split("//")[1][:5] for page, _ in pages] == ["api.o", "api.o", "api2."]
    assert [isinstance(found, bytes) for _, found in pages] == [True, True, False]


@pytest.mark.parametrize(("status", "told"), [(404, "OpenAlex gives no such paper"), (403, "it answers 403")])
def test_a_paper_that_is_not_there_is_told_from_one_that_is_refused(status: int, told: str) -> None:
    def fetch(page: Page) -> bytes:
        raise AnswerError(f"it answers {status}", "", status)

    ((_, error),) = pages_of("doi:10.1234/x", TODAY, fetch)
    assert isinstance(error, SourceError) and error.message == told
