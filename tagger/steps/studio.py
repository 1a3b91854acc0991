"""The Label Studio a workspace works with: its own local server, or a foreign one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tagger.domain.model import Progress
from tagger.errors import StudioError
from tagger.files import held, write_file
from tagger.settings import Settings
from tagger.steps.labelling import guide, settled_keys
from tagger.steps.workspace import Workspace
from tagger.store import Store
from tagger.store.studio_links import LinkedProject
from tagger.studio.access import answers, check_version, server_url
from tagger.studio.connection import ProjectGone
from tagger.studio.page import labelling_page, tags_on
from tagger.studio.project import Project, open_project, page_of
from tagger.studio.server import server_status, start_server, stop_server

CONNECTION_NAME = "connection.json"
# How long a command waits for another one that works with the same project.
WAIT_S = 900


@dataclass(frozen=True, slots=True)
class StudioStatus:
    """Where Label Studio is. ``local``: tagger runs it; ``project`` is None before the first start or push.

    ``note`` says, after a start, that its version isn't the tested one.
    """

    running: bool
    url: str
    token_file: Path
    local: bool
    login: str | None = None
    project: int | None = None
    note: str = ""

    @property
    def place(self) -> str:
        """What projects are remembered under: a foreign server's address; the local one's port may change."""
        return "local" if self.local else self.url

    @property
    def page(self) -> str | None:
        """Where people label: never the home page, which makes the server fetch something from the web."""
        return f"{self.url}/projects/{self.project}/data?labeling=1" if self.project is not None else None


def start_studio(
    workspace: Workspace,
    *,
    port: int | None = None,
    url: str | None = None,
    token_file: Path | None = None,
    now: datetime,
    progress: Progress,
) -> StudioStatus:
    """Start the local server, or connect to the one at ``url``, and open the workspace's project in it.

    A server that runs already is used as it is. Raises StudioError with what to do.
    """
    settings = workspace.settings
    connection = settings.studio / CONNECTION_NAME
    if url is not None:
        if token_file is None:
            raise StudioError(
                f"no token for {url}", "Give --token-file FILE with a personal access token of that server"
            )
        url = server_url(url)
        token_file = _resolved(token_file)
        _token(token_file)
        note = check_version(url)
        content = json.dumps({"url": url, "token_file": str(token_file)}) + "\n"
        found = StudioStatus(True, url, token_file, local=False)
        link = _open_once(workspace, found, now)
        write_file(connection, content)
    else:
        server = start_server(settings.studio, port=port, progress=progress)
        note = check_version(server.url)
        connection.unlink(missing_ok=True)
        found = StudioStatus(True, server.url, server.token_file, local=True, login=server.login)
        link = _open_once(workspace, found, now)
    return replace(found, project=link.project_id, note=note)


def stop_studio(settings: Settings) -> bool:
    """Stop the local server. Returns False if it wasn't running."""
    return stop_server(settings.studio)


def studio_status(settings: Settings, store: Store | None = None) -> StudioStatus:
    """Return where Label Studio is, and given the store, which project of it is in use."""
    found = _studio(settings)
    link = store.studio.project(found.place) if store else None
    return replace(found, project=link.project_id) if link else found


def _studio(settings: Settings) -> StudioStatus:
    connection = settings.studio / CONNECTION_NAME
    if connection.exists():
        try:
            content = json.loads(connection.read_text())
            url, token_file = server_url(str(content["url"])), Path(content["token_file"])
        except (ValueError, KeyError, TypeError, RecursionError, StudioError) as error:
            raise StudioError(f"{connection} is damaged", "`tagger studio start` makes it again") from error
        return StudioStatus(answers(url), url, token_file, local=False)
    server = server_status(settings.studio)
    return StudioStatus(server.running, server.url, server.token_file, local=True, login=server.login)


@contextlib.contextmanager
def open_linked_project(
    workspace: Workspace, status: StudioStatus, *, now: datetime, rebuild: bool
) -> Iterator[tuple[Project, LinkedProject]]:
    """Open the workspace's project at that server, and make it where there was none before.

    With ``rebuild`` a project that is gone from the server is made anew; else StudioError is raised. One command at a
    time has it open: another waits.
    """
    if not status.running and status.local:
        raise StudioError("Label Studio isn't running", "`tagger studio start` starts it")
    if not status.running:
        raise StudioError(f"Label Studio at {status.url} doesn't answer", "Try again when it does; nothing is lost")
    links, token = workspace.store.studio, _token(status.token_file)
    keys, told = settled_keys(workspace), guide(workspace)
    workspace.settings.studio.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        # Two at once would both find what is missing, and both send it.
        stack.enter_context(held(workspace.settings.studio / "project.lock", _waiting))
        link = links.project(status.place)

        def opened(known: tuple[int, str] | None) -> Project:
            title, tag_set = workspace.settings.title, workspace.tag_set
            opening = open_project(status.url, token, known, tag_set, title, keys=keys, guide=told)
            return stack.enter_context(opening)

        try:
            project = opened((link.project_id, link.born) if link else None)
        except ProjectGone:
            if not rebuild:
                raise
            link, project = None, opened(None)
        if link is None:
            with workspace.store.write():
                link = links.add_project(status.place, project.id, project.born, now)
                links.save_page(link, workspace.tag_set.version, now)
        yield project, link


def asks_for_all_tags(workspace: Workspace, status: StudioStatus) -> bool:
    """Return whether the workspace's project asks for just the tags of the tag set; nothing is changed there.

    Further controls may be on its page. Raises StudioError, as ProjectGone if the project isn't there any more.
    """
    link = workspace.store.studio.project(status.place)
    assert link is not None, "asked only where there is a project"
    page = page_of(status.url, _token(status.token_file), (link.project_id, link.born))
    own = {dimension.id for dimension in workspace.tag_set.dimensions}
    return {key for key in tags_on(page) if key[0] in own} == tags_on(labelling_page(workspace.tag_set))


def _open_once(workspace: Workspace, status: StudioStatus, now: datetime) -> LinkedProject:
    with open_linked_project(workspace, status, now=now, rebuild=True) as (_, link):
        return link


def _waiting(seconds: float) -> None:
    if seconds > WAIT_S:
        hint = "Try again when it is done"
        raise StudioError("another tagger command is at work with Label Studio in this workspace", hint)


def _resolved(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise StudioError(f"there is no token file {path}", "Give its whole path") from error


def _token(path: Path) -> str:
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise StudioError(f"can't read the token in {path}", "Is it there, and yours to read?") from error
    if not token or not token.isascii() or any(c.isspace() for c in token):
        raise StudioError(f"{path} holds no token", "Put a personal access token of the server there, alone")
    return token
