"""The door to the SDK: one client, and its failures in words."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tagger.errors import StudioError
from tagger.studio.access import uses_proxies
from tagger.studio.clock import ServerClock

if TYPE_CHECKING:
    import httpx
    from label_studio_sdk import LabelStudio

TIMEOUT_S = 180
_LOG = logging.getLogger(__name__)


class ProjectGone(StudioError):
    """The project isn't on the server any more: it was deleted, or the server was wiped."""


@contextlib.contextmanager
def client_of(url: str, token: str, clock: ServerClock) -> Iterator[LabelStudio]:
    """Yield a client that authenticates with a personal access token; its connections are closed at the end.

    ``clock`` hears every answer.
    """
    import httpx
    from label_studio_sdk import LabelStudio

    with contextlib.ExitStack() as stack:
        try:
            connections = stack.enter_context(
                httpx.Client(
                    timeout=TIMEOUT_S,
                    follow_redirects=True,
                    trust_env=uses_proxies(url),
                    event_hooks={"response": [clock.hear, _log]},
                )
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise StudioError(
                f"can't use the proxy: {error}", "Correct HTTP_PROXY, HTTPS_PROXY or ALL_PROXY"
            ) from error
        with talking(url):  # a token that has expired is refused here already
            client = LabelStudio(base_url=url, api_key=token, httpx_client=connections)  # type: ignore[no-untyped-call]
        yield client


def _log(answer: httpx.Response) -> None:
    request = answer.request
    fields = {"method": request.method, "path": request.url.path, "status": answer.status_code}
    _LOG.debug("Label Studio answered", extra=fields)


@contextlib.contextmanager
def talking(url: str) -> Iterator[None]:
    """Turn what goes wrong between us and a server into StudioErrors that say what to do."""
    import httpx
    from label_studio_sdk.core.api_error import ApiError

    try:
        yield
    except httpx.TimeoutException as error:
        hint = "It may be busy: try again; nothing is sent twice"
        raise StudioError(f"Label Studio at {url} didn't answer in time", hint) from error
    except httpx.HTTPStatusError as error:
        raise _refusal(url, error.response.status_code, error.response.text) from error
    except (httpx.HTTPError, ConnectionError) as error:
        hint = "`tagger studio start` starts the local one; then run the command again"
        raise StudioError(f"can't reach Label Studio at {url}: {error}", hint) from error
    except ApiError as error:
        raise _refusal(url, error.status_code or 0, error.body) from error
    except (httpx.InvalidURL, ValueError, TypeError, KeyError, AttributeError) as error:
        # The SDK takes answers as it expects them, and breaks in all these ways on others: a page, {}, [].
        raise not_label_studio(url) from error


def not_label_studio(url: str) -> StudioError:
    """Return the error for something else that answers there."""
    hint = "Is it the address of a Label Studio, with nothing behind it that isn't part of it?"
    return StudioError(f"what answers at {url} doesn't speak as Label Studio does", hint)


def _refusal(url: str, status: int, body: object) -> StudioError:
    if status == 401:
        hint = "`tagger studio start` makes a new one; on a server of your own, make one and put it in the token file"
        return StudioError(f"Label Studio at {url} doesn't accept the token", hint)
    if status == 404:
        hint = "`tagger push` makes it again from the store; no label is lost"
        return ProjectGone(f"Label Studio at {url} doesn't have the project or task any more", hint)
    hint = "Is its disk full, or its database broken? Then run the command again; nothing is sent twice"
    hint = hint if status >= 500 else ""
    if isinstance(body, dict):
        body = body.get("validation_errors") or body.get("detail") or body
    text = " ".join(str(body).split())
    if text.startswith("<"):
        text = "its own error page"
    return StudioError(f"Label Studio at {url} answers {status}: {text[:300]}", hint)
