"""Has a server on this machine call when something is annotated. A call says that there is news, never what."""

from __future__ import annotations

import contextlib
import hmac
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tagger.studio.access import uses_proxies
from tagger.studio.connection import ProjectGone, talking
from tagger.studio.project import ONCE, Project

PATH = "/tagger/nudge"
_HEADER = "X-Tagger-Secret"
_ACTIONS = ("ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED")
# The server gives a call one second, and whoever calls may not keep a thread of ours for long.
_PATIENCE_S = 5.0
_MOST_BYTES = 2**16


class Receiver:
    """Listens on loopback alone, on a free port; ``news`` is set by every call that brings the secret."""

    def __init__(self) -> None:
        self.news = threading.Event()
        self.secret = secrets.token_urlsafe(24)
        self._server = _Listener(self.secret, self.news)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}{PATH}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, secret: str, news: threading.Event) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.secret = secret
        self.news = news

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of callers who break off."""


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    timeout = _PATIENCE_S

    def do_POST(self) -> None:
        """Take a call and answer at once: somebody's submission waits for that. Nothing in its body is believed."""
        known = self.path == PATH and hmac.compare_digest(
            self.headers.get(_HEADER, "").encode(), self.server.secret.encode()
        )
        self.send_response(204 if known else 404)
        self.send_header("Connection", "close")
        self.end_headers()
        if known:
            self.server.news.set()
        length = self.headers.get("Content-Length", "0")
        self.rfile.read(min(int(length), _MOST_BYTES) if length.isdigit() else 0)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen while the context lasts."""
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()


def can_call_us(url: str) -> bool:
    """Return whether a server is on this machine: another can't reach what listens on loopback alone."""
    return not uses_proxies(url)


def keep_registered(project: Project, receiver: Receiver) -> None:
    """Have the project call the receiver, and no receiver of an earlier run. Raises StudioError if it is refused."""
    there = False
    with talking(project.url):
        for webhook in project.client.webhooks.list(project=str(project.id)):
            ours = str(webhook.url).endswith(PATH)
            if ours and webhook.url == receiver.url and webhook.is_active and not there:
                there = True
            elif ours:
                project.client.webhooks.delete(int(webhook.id or 0), request_options=ONCE)
        if not there:
            project.client.webhooks.create(
                url=receiver.url,
                project=project.id,
                headers={_HEADER: receiver.secret},
                actions=list(_ACTIONS),
                send_for_all_actions=False,
                send_payload=False,
                request_options=ONCE,
            )


def unregister(project: Project, receiver: Receiver) -> None:
    """Have the project call the receiver no more."""
    with talking(project.url):
        for webhook in project.client.webhooks.list(project=str(project.id)):
            if webhook.url == receiver.url:
                with contextlib.suppress(ProjectGone):
                    project.client.webhooks.delete(int(webhook.id or 0), request_options=ONCE)
