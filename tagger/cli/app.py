"""The ``tagger`` command: its groups, its global options, and the one place where failures become words."""

import contextlib
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from tagger import __version__
from tagger.cli import (
    INTERRUPTED,
    annotations,
    backup,
    bulk,
    doctor,
    history,
    learning,
    loop,
    models,
    papers,
    queue,
    recording,
    report,
    review,
    search,
    state,
    stats,
    studio,
    tags,
)
from tagger.cli.logs import show_logs
from tagger.cli.output import printable
from tagger.domain.run import Outcome
from tagger.errors import TaggerError

_OUTCOMES: dict[object, Outcome] = {None: "done", 0: "done", INTERRUPTED: "interrupted"}
app = typer.Typer(
    name="tagger",
    help="Tag research papers for a daily digest: label, train, auto-tag, review, publish.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
papers.register(app)
studio.register(app)
loop.register(app)
annotations.register(app)
learning.register(app)
report.register(app)
bulk.register(app)
queue.register(app)
review.register(app)
tags.register(app)
models.register(app)
search.register(app)
stats.register(app)
state.register(app)
doctor.register(app)
history.register(app)
backup.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tagger {__version__}")
        raise typer.Exit


@app.callback()
def workspace_option(
    context: typer.Context,
    workspace: Annotated[
        Path, typer.Option(envvar="TAGGER_WORKSPACE", help="The workspace folder.", show_default="the current folder")
    ] = Path(),
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, show_default=False, help="Log what is done; -vv each step.")
    ] = 0,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log it as JSON, a document a line.")] = False,
) -> None:
    """Tag research papers for a daily digest: label, train, auto-tag, review, publish."""
    context.obj = workspace
    command = context.invoked_subcommand
    if recording.current and command and not {"--help", "-h"} & set(sys.argv):
        show_logs(verbose, as_json=log_json, run_id=recording.current.id)
        recording.current.begin(workspace, sys.argv[sys.argv.index(command) :])


def run() -> None:
    """Run the command line. A TaggerError ends it with one line on stderr and exit code 1.

    So does what the system refuses (no permission, no space, no such folder), wherever it was met.
    """
    _make_streams_usable()
    recording.current = this = recording.Recording()
    try:
        _run_command()
    except SystemExit as ending:
        this.end(_OUTCOMES.get(ending.code, "failed"))
        raise
    except KeyboardInterrupt:
        this.end("interrupted")
        raise
    except BaseException as bug:
        this.tell_failure(f"{type(bug).__name__}: {bug}")
        this.end("crashed")
        raise


def _run_command() -> None:
    try:
        try:
            app(prog_name="tagger")
        finally:
            sys.stdout.flush()
    except TaggerError as error:
        _end(str(error))
    except BrokenPipeError:
        _end("")  # the reader of a pipe went away: nobody is left to tell
    except OSError as error:
        place = f"can't use {error.filename}: " if error.filename is not None else ""
        _end(f"{place}{error.strerror or error}")


def _make_streams_usable() -> None:
    """Give closed streams a place, and make the others UTF-8, as every file that is read and written here is.

    What is no character is written as an escape, which is also how JSON writes it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _end(line: str) -> NoReturn:
    """End with exit code 1, and a line on stderr if there is one to tell."""
    recording.tell_failure(line)
    if line:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"tagger: {printable(line)}\n")
    try:
        sys.stdout.flush()
    except OSError:  # Python would complain of it again while it closes stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
