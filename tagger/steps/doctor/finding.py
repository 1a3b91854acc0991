"""What a look at one thing comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tagger.errors import TaggerError, in_one_line

Mend = Callable[[], str]
"""Sets something right without risk, and returns what it did, in words."""
Level = Literal["ok", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``docs/doctor/`` has a page for each ``code``.

    A ``note`` is worth knowing, and nothing fails because of it. With ``mend`` it can be set right.
    """

    code: str
    what: str
    level: Level
    detail: str
    mend: Mend | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing has to be done."""
        return self.level != "wrong"


@dataclass(frozen=True, slots=True)
class Noted:
    """What a look returns that found something worth a note."""

    detail: str
    mend: Mend | None = None


class Wrong(TaggerError):
    """What a look raises that found something wrong which ``mend`` sets right."""

    def __init__(self, message: str, mend: Mend) -> None:
        super().__init__(message, "`tagger doctor --fix` mends it")
        self.mend = mend


Look = Callable[[], str | Noted]
"""Looks at one thing and says in words how it is. Raises TaggerError or OSError if that is wrong."""


def found(code: str, what: str, look: Look) -> Finding:
    """Return what a look comes to, also if it fails."""
    try:
        seen = look()
    except Wrong as error:
        return Finding(code, what, "wrong", str(error), error.mend)
    except TaggerError as error:
        return Finding(code, what, "wrong", str(error))
    except OSError as error:
        place = f"can't use {error.filename}: " if error.filename is not None else ""
        return Finding(code, what, "wrong", f"{place}{error.strerror or error}")
    except (ValueError, TypeError, OverflowError, RecursionError) as error:  # of files that hold what nobody expects
        return Finding(code, what, "wrong", in_one_line(f"can't be looked at: {type(error).__name__}: {error}", 300))
    if isinstance(seen, Noted):
        return Finding(code, what, "note", seen.detail, seen.mend)
    return Finding(code, what, "ok", seen)
