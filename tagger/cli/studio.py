"""``tagger studio``: the local Label Studio, or the connection to a foreign one."""

import contextlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.output import Json, counted, note, progress_bar, show

if TYPE_CHECKING:
    from tagger.steps.studio import StudioStatus


def install(json: Json = False) -> None:
    """Install the tested version of Label Studio into an environment of its own (about 1 GB).

    Example: tagger studio install
    """
    from tagger.studio.installation import install_server

    with progress_bar() as progress:
        server = install_server(progress)
    show({"server": server}, f"Label Studio is at {server}\nNext: tagger studio start", as_json=json)


def start(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The port on loopback.")] = None,
    url: Annotated[str | None, typer.Option(help="Use this server instead of a local one.")] = None,
    token_file: Annotated[Path | None, typer.Option(help="A file with a personal access token of --url.")] = None,
    json: Json = False,
) -> None:
    """Start the local Label Studio and open the workspace's project; returns when it answers.

    Example: tagger studio start --url https://labels.example.org --token-file token
    """
    from tagger.steps import studio as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        now = datetime.now().astimezone()
        found = steps.start_studio(workspace, port=port, url=url, token_file=token_file, now=now, progress=progress)
    if found.note:
        note(f"note: {found.note}")
    _show(found, as_json=json)


def stop(context: typer.Context, json: Json = False) -> None:
    """Stop the local Label Studio; everything in it stays.

    Example: tagger studio stop
    """
    from tagger.settings import read_settings
    from tagger.steps import studio as steps

    stopped = steps.stop_studio(read_settings(context.obj))
    show({"stopped": stopped}, "Stopped" if stopped else "It wasn't running", as_json=json)


def status(context: typer.Context, json: Json = False) -> None:
    """Show whether Label Studio runs, and where.

    Example: tagger studio status
    """
    from tagger.steps import studio as steps
    from tagger.steps.workspace import open_workspace

    with open_workspace(context.obj) as workspace:
        found = steps.studio_status(workspace.settings, workspace.store)
    _show(found, as_json=json)


def watch(
    context: typer.Context,
    every: Annotated[float, typer.Option(min=1, metavar="SECONDS", help="Pull at least so often.")] = 300,
    retrain_after: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Train when N papers more are labelled; else never.")
    ] = None,
    json: Json = False,
) -> None:
    """Pull whenever somebody annotates, until Ctrl-C; a server on this machine says so by itself.

    Example: tagger studio watch --retrain-after 50
    """
    from tagger.steps.watch import Watch

    def tell(line: str) -> None:
        note(f"{datetime.now():%H:%M:%S} {line}")

    _end_as_by_keyboard()
    with progress_bar() as progress:
        watching = Watch(context.obj, every_s=every, retrain_after=retrain_after, tell=tell, progress=progress)
        with contextlib.suppress(KeyboardInterrupt):
            watching.run()
    found = watching.watched
    taken = f"{counted(found.annotations, 'annotation')}, {counted(found.decisions, 'decision')}"
    trained = f"; trained {', '.join(found.trained)}" if found.trained else ""
    document = {"annotations": found.annotations, "decisions": found.decisions, "withdrawn": found.withdrawn}
    show(document | {"trained": found.trained}, f"Stopped watching. Took {taken}{trained}", as_json=json)


def _end_as_by_keyboard() -> None:
    """Have a plain kill end the command in order, as Ctrl-C does; and Ctrl-C also where a script started it."""
    import signal

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGINT, interrupt)


def _show(found: "StudioStatus", *, as_json: bool) -> None:
    state = "runs" if found.running else "is not running"
    lines = [f"Label Studio {state} at {found.url}" if found.url else f"Label Studio {state}"]
    if found.project is not None:
        lines.append(f"Label at {found.page}")
    if found.running:
        lines.append(
            f"Sign in as {found.login}; the password is in {found.token_file.parent / 'password'}"
            if found.login
            else f"Token: {found.token_file}"
        )
        lines.append("Next: tagger push")
    else:
        lines.append("Next: tagger studio start")
    document = {"running": found.running, "url": found.url, "token_file": found.token_file, "project": found.project}
    show(document | {"local": found.local, "page": found.page, "note": found.note}, "\n".join(lines), as_json=as_json)


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(name="studio", help="The Label Studio people label in.", no_args_is_help=True)
    for command in (install, start, stop, status, watch):
        group.command()(command)
    app.add_typer(group)
