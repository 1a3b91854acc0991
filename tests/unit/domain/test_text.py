import pytest

from tagger.domain.text import without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://key:secret@bucket/x", "s3://bucket/x"),
        ("ingest https://ann:secret@example.org/feed --json", "ingest https://example.org/feed --json"),
        ("HTTPS://ann:se%20cret@example.org", "HTTPS://example.org"),
        ("https://example.org/feed?api_key=secret&day=2026-08-07", "https://example.org/feed?api_key=…&day=2026-08-07"),
        ("https://example.org/x?X-Amz-Signature=secret#part", "https://example.org/x?X-Amz-Signature=…#part"),
        ("can't fetch http://h/a?access_token=secret: refused", "can't fetch http://h/a?access_token=… refused"),
    ],
)
def test_secrets_in_urls_are_not_shown(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@pytest.mark.parametrize("text", ["https://example.org/@ann/feed?q=a@b", "mail ann@example.org", "papers.jsonl"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert without_secrets(text) == text
