"""The only place that fetches from the network."""

from __future__ import annotations

import contextlib
import logging
import random
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

from tagger import __version__
from tagger.domain.text import without_secrets
from tagger.errors import SourceError
from tagger.sources.addresses import checked_address, is_bare, is_loopback
from tagger.sources.pace import ARXIV_PACE_S, wait_for_turn
from tagger.sources.response_cache import Kept, cache_folder, keep, read_kept

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 30.0
WHOLE_S = 300.0  # for an answer that comes in drips
MAX_BYTES = 50_000_000
MAX_REDIRECTS = 5
ATTEMPTS = 4
MAX_WAIT_S = 60.0
AGENT = f"tagger/{__version__} (digest-tagger; paper digest tool)"
_LOG = logging.getLogger(__name__)
_RETRIED = {429, 500, 502, 503, 504}
# Others, and several at once, unpack a few bytes to more than memory holds before they can be counted.
_PACKED = {"gzip", "deflate"}
_ENCODINGS = {"", "identity", *_PACKED}
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class AnswerError(SourceError):
    """A service answered, with a ``status`` that is no success."""

    def __init__(self, message: str, hint: str, status: int) -> None:
        super().__init__(message, hint)
        self.status = status


def is_url(source: str) -> bool:
    """Return whether a source is an address to fetch from rather than a file."""
    return source.lower().startswith(("http://", "https://"))


def fetch_bytes(
    url: str, *, fresh_s: float = 0.0, pace_s: float = 0.0, sleep: Callable[[float], None] = time.sleep
) -> bytes:
    """Return what a URL answers, following up to five redirects and trying again what may pass.

    What is kept and younger than ``fresh_s`` is taken as it is; requests are ``pace_s`` apart from others of that host.
    Raises SourceError with what went wrong, and AnswerError, which is one, for what was answered.
    """
    import httpx

    shown = without_secrets(url)
    kept = read_kept(url) if shown == url else None
    if kept and 0 <= time.time() - kept.at < fresh_s:
        return kept.body
    try:
        answer = _tried(url, kept, pace_s, sleep)
        if shown == url and (fresh_s or answer.etag or answer.modified):
            with contextlib.suppress(OSError):  # an answer that can't be kept is asked for again, no more
                keep(url, answer)
        return answer.body
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        hint = "Try again later" if status in _RETRIED else "Is the address right?"
        raise AnswerError(f"{shown} answers {status} {error.response.reason_phrase}", hint, status) from error
    except httpx.TimeoutException as error:
        raise SourceError(f"{shown} didn't answer within {TIMEOUT_S:.0f} s", "Try again later") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError, zlib.error) as error:
        # Besides its own errors, httpx lets through those of host names, of proxies and of certificate files.
        raise SourceError(f"can't fetch {shown}: {error}", "Is the address right, and the network up?") from error


def _tried(url: str, kept: Kept | None, pace_s: float, sleep: Callable[[float], None]) -> Kept:
    import httpx

    for attempt in range(1, ATTEMPTS + 1):
        wait = 0.5 * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # nosec B311 # so that many don't try again at once
        try:
            return _followed(url, kept, pace_s, sleep)
        except (httpx.HTTPStatusError, httpx.TransportError) as error:
            if attempt == ATTEMPTS or isinstance(error, httpx.UnsupportedProtocol | httpx.ProxyError):
                raise
            if isinstance(error, httpx.HTTPStatusError):
                if error.response.status_code not in _RETRIED:
                    raise
                wait = max(wait, min(_retry_after(error.response.headers.get("Retry-After", "")), MAX_WAIT_S))
        _LOG.info("trying again", extra={"url": without_secrets(url), "in_s": round(wait, 1)})
        sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _followed(url: str, kept: Kept | None, pace_s: float, sleep: Callable[[float], None]) -> Kept:
    """Follow redirects, each hop checked. Raises SourceError for one that isn't allowed, and httpx's errors."""
    import httpx

    at = httpx.URL(url)
    loopback = is_loopback(at.host)
    for _ in range(MAX_REDIRECTS + 1):
        found = _one(at, kept, loopback, pace_s, sleep)
        if isinstance(found, Kept):
            return found
        target = at.join(found)
        if at.scheme == "https" and target.scheme != "https":
            raise SourceError(f"{without_secrets(url)} leads from https to {target.scheme}, which isn't followed")
        at = target
    raise SourceError(f"{without_secrets(url)} leads on more than {MAX_REDIRECTS} times", "Is the address right?")


def _one(
    url: httpx.URL, kept: Kept | None, loopback: bool, pace_s: float, sleep: Callable[[float], None]
) -> Kept | str:
    """Return the answer of one request, or where it leads."""
    import httpx

    if url.scheme not in ("http", "https") or not url.host:
        raise httpx.UnsupportedProtocol(f"'{url.scheme}://{url.host}' is no web address")
    to, proxy = _route(url, loopback)
    if url.host == "arxiv.org" or url.host.endswith(".arxiv.org"):
        pace_s = max(pace_s, ARXIV_PACE_S)
    if pace_s:
        wait_for_turn(cache_folder() / f"{url.host.replace(':', '_')}.pace", pace_s, sleep=sleep)
    headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip", "Host": url.netloc.decode("ascii")}
    if kept and kept.etag:
        headers["If-None-Match"] = kept.etag
    if kept and kept.modified:
        headers["If-Modified-Since"] = kept.modified
    with (
        httpx.Client(transport=httpx.HTTPTransport(proxy=proxy), timeout=TIMEOUT_S) as client,
        client.stream(
            "GET", to, headers=headers, extensions={"sni_hostname": url.raw_host.decode("ascii")}
        ) as response,
    ):
        _LOG.info("fetched", extra={"url": without_secrets(str(url)), "status": response.status_code})
        if response.status_code == 304 and kept:
            return replace(kept, at=time.time())
        if response.has_redirect_location:
            return response.headers["Location"]
        response.raise_for_status()
        body = _body(response, without_secrets(str(url)))
        return Kept(body, response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""), time.time())


def _route(url: httpx.URL, loopback: bool) -> tuple[httpx.URL, str | None]:
    """Return the URL to connect to, its host replaced by an address that was checked, and the proxy on the way.

    A proxy looks names up itself, so there a name stays and only a bare address can be checked.
    """
    proxies = {} if is_loopback(url.host) or proxy_bypass(url.host) else getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if proxy:
        if is_bare(url.host):
            checked_address(url.host, url.port or 443, loopback=False)
        return url, proxy
    address = checked_address(url.raw_host.decode("ascii"), url.port or 443, loopback=loopback)
    return url.copy_with(host=address), None


def _body(response: httpx.Response, shown: str) -> bytes:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise SourceError(f"{shown} answers in the encoding '{encoding[:40]}', which wasn't asked for")
    # Counted as it comes and unpacked here, as httpx says nothing of bytes that unpack to none, however many there are.
    packer = zlib.decompressobj(wbits=_GZIP_OR_ZLIB) if encoding in _PACKED else None
    started, came, size, chunks = time.monotonic(), 0, 0, []
    for raw in response.iter_raw():
        chunk = packer.decompress(raw, MAX_BYTES + 1 - size) if packer else raw
        came, size = came + len(raw), size + len(chunk)
        if max(came, size) > MAX_BYTES:
            raise SourceError(f"{shown} answers with more than {MAX_BYTES // 1_000_000} MB")
        if time.monotonic() - started > WHOLE_S:
            raise SourceError(f"{shown} isn't through after {WHOLE_S:.0f} s", "Try again later")
        chunks.append(chunk)
    if packer and came and not packer.eof:
        raise SourceError(f"{shown} answers with a packed file that is cut short", "Try again later")
    return b"".join(chunks)


def _retry_after(text: str) -> float:
    """Return the seconds that a Retry-After header asks for, given as such or as a date; 0 if it is neither."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, IndexError, OverflowError):
        return 0.0
