"""A project on a Label Studio server: opened or made, its page that of the tag set."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tagger.domain.tags import TagSet
from tagger.errors import StudioError
from tagger.studio.clock import ServerClock
from tagger.studio.connection import ProjectGone, client_of, not_label_studio, talking
from tagger.studio.foreign_controls import with_foreign_controls
from tagger.studio.keys import Keys
from tagger.studio.page import labelling_page

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio
    from label_studio_sdk.core.request_options import RequestOptions

# The SDK's own retries would send a request again that the server has taken.
ONCE: RequestOptions = {"max_retries": 0, "timeout_in_seconds": 180}


class Project:
    """An open project. ``born`` is when it was made, which tells it from a later one with the same id."""

    def __init__(
        self, client: LabelStudio, url: str, project_id: int, born: str, tag_set: TagSet, clock: ServerClock
    ) -> None:
        self.client = client
        self.clock = clock
        self.tag_set = tag_set
        self.annotators: dict[int, str] = {}
        self.url = url
        self.id = project_id
        self.born = born

    @property
    def name(self) -> str:
        """What tells the project from every other one that its server has or had."""
        return f"{self.id} {self.born}"

    @property
    def labelling_url(self) -> str:
        """Where people label. (The server's home page would fetch something from the web.)"""
        return f"{self.url}/projects/{self.id}/data?labeling=1"


@contextlib.contextmanager
def open_project(
    url: str,
    token: str,
    known: tuple[int, str] | None,
    tag_set: TagSet,
    title: str,
    *,
    keys: Keys | None = None,
    guide: str = "",
) -> Iterator[Project]:
    """Open the project known by its id and birth, or make one, for as long as the context lasts.

    Its page is brought up to date with the tag set, the tags' keys and the annotators' guide. Raises ProjectGone if the
    known one isn't there any more, and StudioError with what to do for anything else.
    """
    page = labelling_page(tag_set, keys, guide)
    clock = ServerClock()
    with client_of(url, token, clock) as client:
        if known is None:
            known = _new_project(client, url, title, page)
        present = _present_page(client, url, known)
        if present != page:
            _set_page(client, url, known[0], page, present)
        yield Project(client, url, known[0], known[1], tag_set, clock)


def page_of(url: str, token: str, known: tuple[int, str]) -> str:
    """Return the labelling page of a project as it is on the server.

    Raises ProjectGone if the project isn't there any more, and StudioError with what to do for anything else.
    """
    with client_of(url, token, ServerClock()) as client:
        return _present_page(client, url, known)


def _present_page(client: LabelStudio, url: str, known: tuple[int, str]) -> str:
    with talking(url):
        found = client.projects.get(known[0])
        if _born(found.created_at) != known[1]:
            hint = "`tagger push` makes it again from the store; no label is lost"
            raise ProjectGone(f"project {known[0]} at {url} is another one than before", hint)
        return str(found.label_config)


def _set_page(client: LabelStudio, url: str, project_id: int, page: str, present: str) -> None:
    """Make the page that of the tag set; controls that people added and annotated with stay, out of sight."""
    try:
        with talking(url):
            client.projects.update(project_id, label_config=page, request_options=ONCE)
    except ProjectGone:
        raise
    except StudioError:
        with talking(url):  # the SDK has no call for the summary
            answer = client._client_wrapper.httpx_client.request(f"api/projects/{project_id}/summary/", method="GET")
            summary = answer.raise_for_status().json()
            kept = with_foreign_controls(page, present, summary["created_annotations"], _values_of(summary))
        if kept == page:
            raise
        if kept != present:
            with talking(url):
                client.projects.update(project_id, label_config=kept, request_options=ONCE)


def _values_of(summary: Mapping[str, Any]) -> dict[str, set[str]]:
    values: dict[str, set[str]] = {}
    for labels in (summary["created_labels"], summary["created_labels_drafts"]):
        for name, counts in labels.items():
            values.setdefault(name, set()).update(counts)
    return values


def _new_project(client: LabelStudio, url: str, title: str, page: str) -> tuple[int, str]:
    """Make a project and return its id and birth."""
    try:
        with talking(url):
            made = client.projects.create(title=f"{title} tags"[:50], label_config=page, request_options=ONCE)
            return int(made.id or 0), _born(made.created_at)
    except ProjectGone as error:  # a Label Studio would have taken it
        raise not_label_studio(url) from error


def query(column: str, operator: str, kind: str, value: object, *, or_column: str | None = None) -> str:
    """Return the data manager's query for tasks with such a column, or such another one, in the order of changes."""
    items = [
        {"filter": f"filter:tasks:{name}", "operator": operator, "type": kind, "value": value}
        for name in (column, or_column)
        if name
    ]
    filters = {"conjunction": "or" if or_column else "and", "items": items}
    return json.dumps({"filters": filters, "ordering": ["tasks:updated_at"]})


def time_of(value: object) -> datetime:
    """Return a time that the SDK gives as one or as text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _born(created_at: object) -> str:
    return time_of(created_at).astimezone(UTC).isoformat()
