"""The only place that fetches from the network."""

from __future__ import annotations

import re

from tagger import __version__
from tagger.errors import SourceError

TIMEOUT_S = 30.0
MAX_BYTES = 50_000_000
_USER = re.compile(r"(?i)(https?://)[^/?#]*@")


def is_url(source: str) -> bool:
    """Return whether a source is an address to fetch from rather than a file."""
    return source.lower().startswith(("http://", "https://"))


def without_password(url: str) -> str:
    """Return a URL as it may be shown: without the user and password that it may name."""
    return _USER.sub(r"\1", url, count=1)


def fetch_bytes(url: str) -> bytes:
    """Return what a URL answers, following up to five redirects. Raises SourceError with what went wrong."""
    import httpx

    shown = without_password(url)
    agent = f"tagger/{__version__} (paper digest tool)"
    try:
        with (
            httpx.Client(follow_redirects=True, max_redirects=5, timeout=TIMEOUT_S) as client,
            client.stream("GET", url, headers={"User-Agent": agent}) as response,
        ):
            response.raise_for_status()
            chunks, size = [], 0
            for chunk in response.iter_bytes():
                size += len(chunk)
                if size > MAX_BYTES:
                    raise SourceError(f"{shown} answers with more than {MAX_BYTES // 1_000_000} MB")
                chunks.append(chunk)
            return b"".join(chunks)
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        raise SourceError(
            f"{shown} answers {status} {error.response.reason_phrase}", "Is the address right?"
        ) from error
    except httpx.TimeoutException as error:
        raise SourceError(f"{shown} didn't answer within {TIMEOUT_S:.0f} s", "Try again later") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError) as error:
        # Besides its own errors, httpx lets through those of host names, of proxies and of certificate files.
        raise SourceError(f"can't fetch {shown}: {error}", "Is the address right, and the network up?") from error
