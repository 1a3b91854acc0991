"""How papers and tags look in the terminal. Whatever comes from outside is text here, never markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets.option_list import Option

from tagger.cli.evidence import UNBACKED
from tagger.cli.output import printable
from tagger.domain.paper import Paper

if TYPE_CHECKING:
    from tagger.review import PaperState
    from tagger.steps.reviewing import Mark, TagRow

# Letters that toggle tags: those that no command takes.
LETTERS = "bcefghilmnoprtvxyz"
MARKS: Mapping[Mark, tuple[str, str]] = {
    "accepted": ("✓", "bold green"),
    "suggested": ("○", "bold yellow"),
    "rejected": ("✗", "red"),
    "open": ("·", "dim"),
}
STATUSES = {"decided": ("✓", "green"), "skipped": ("-", "dim"), "waiting": (" ", "")}
NAME_WIDTH = 30


def paper_option(paper: Paper, state: PaperState) -> Option:
    """Return a paper as a line of the list, with a mark for what has become of it."""
    sign, style = STATUSES.get(state.status, STATUSES["waiting"])
    if state.status == "waiting" and state.needs_person:
        sign, style = "?", "bold yellow"
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{sign} ", style)
    line.append(printable(paper.title), "dim" if state.status in ("decided", "skipped") else "")
    return Option(line)


def highlighted(text: str, words: Iterable[str]) -> Text:
    """Return a text in which some words stand out, as whole words in any case."""
    shown = Text(printable(" ".join(text.split())))
    parts = [rf"(?<!\w){re.escape(printable(word))}(?!\w)" for word in sorted(words, key=len, reverse=True)]
    if parts:
        shown.highlight_regex(re.compile("|".join(parts), re.IGNORECASE), "bold cyan")
    return shown


def tag_options(rows: Mapping[str, Sequence[TagRow]]) -> list[Option]:
    """Return the tags of a paper under their dimensions, each with a letter while there are letters."""
    options = []
    letters = {key: letter for letter, key in keys_by_letter(rows).items()}
    for dimension, of in rows.items():
        options.append(Option(Text(printable(dimension), "bold underline"), disabled=True))
        options += [Option(_tag_line(row, letters.get(row.key, " ")), id=":".join(row.key)) for row in of]
        if not of:
            options.append(Option(Text("    nothing; / finds a tag", "dim"), disabled=True))
    return options


def keys_by_letter(rows: Mapping[str, Sequence[TagRow]]) -> dict[str, tuple[str, str]]:
    """Return the tag that each letter stands for."""
    return dict(zip(LETTERS, (row.key for of in rows.values() for row in of), strict=False))


def _tag_line(row: TagRow, letter: str) -> Text:
    sign, style = MARKS[row.mark]
    name = printable(row.tag.name if row.tag else f"{row.key[1]} (no tag any more)")
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f" {letter} ", "bold")
    line.append(f"{sign} ", style)
    line.append(name, {"open": "dim", "rejected": "strike"}.get(row.mark, ""))
    line.append(" " * (NAME_WIDTH - len(name)))
    line.append(f" {row.score:4.2f}" if row.score is not None else "     ", "" if row.is_in else "dim")
    said = [row.by] if row.by else []
    said += ["people differ"] if row.disputed else []
    said += [UNBACKED] if row.unbacked and row.mark == "suggested" else []
    line.append(printable(f"  {', '.join(said)}") if said else "", "italic dim")
    return line
