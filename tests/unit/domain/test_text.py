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
        ("s3://AKIA:ab/cd?e@bucket/x", "s3://bucket/x"),
        ("https://h/x?sv=1&sig=secret", "https://h/x?sv=1&sig=…"),
        ("https://h/x#access_token=secret", "https://h/x#access_token=…"),
        ("az://c/x?passwd=secret&pwd=secret", "az://c/x?passwd=…&pwd=…"),
        ("can't fetch http://h/a?access_token=secret: refused", "can't fetch http://h/a?access_token=… refused"),
    ],
)
def test_secrets_in_urls_are_not_shown(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@pytest.mark.parametrize(
    "text",
    ["https://example.org/@ann/feed?q=a@b", "http://127.0.0.1:8080/@ann", "mail ann@example.org", "papers.jsonl"],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert without_secrets(text) == text
