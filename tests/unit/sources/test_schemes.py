from datetime import date

import pytest

from tagger.errors import SourceError
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
     "arxiv:", "arxiv:2405.14906,", "arxiv:a b", "arxiv:../x"],
)  # fmt: skip
def test_a_malformed_name_is_told(source: str) -> None:
    assert is_scheme(source)
    with pytest.raises(SourceError, match=source.replace(".", r"\.")):
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
