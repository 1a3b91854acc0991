"""The command line: reads arguments, calls one step, prints."""

from tagger.cli.app import main

__all__ = ["main"]
