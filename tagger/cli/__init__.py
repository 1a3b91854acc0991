"""The command line: reads arguments, calls one step, prints."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line. Ctrl-C ends it with one line and exit code 130, also while it is still loading."""
    try:
        from tagger.cli.app import run

        run()
    except (KeyboardInterrupt, SystemExit) as ending:
        if getattr(ending, "code", INTERRUPTED) != INTERRUPTED:
            raise
        sys.stderr.write("tagger: interrupted. Nothing is half-written; run it again to go on\n")
        sys.exit(INTERRUPTED)
