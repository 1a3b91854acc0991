"""The ``tagger`` command: its groups, its global options, and the one place where failures become words."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from tagger import __version__
from tagger.cli import annotations, learning, loop, models, papers, review, state, studio, tags
from tagger.cli.output import printable
from tagger.errors import TaggerError

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
review.register(app)
tags.register(app)
models.register(app)
state.register(app)


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
) -> None:
    """Tag research papers for a daily digest: label, train, auto-tag, review, publish."""
    context.obj = workspace


def main() -> None:
    """Run the command line. A TaggerError ends it with one line on stderr and exit code 1."""
    try:
        app(prog_name="tagger")
    except TaggerError as error:
        sys.stderr.write(f"tagger: {printable(str(error))}\n")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe went away: nobody is left to tell. Python would complain again while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
