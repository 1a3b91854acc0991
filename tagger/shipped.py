"""Files that come with tagger beside its code."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(installed: str, checkout: str) -> Path:
    """Return where something is: in the installed package, or else in a checkout, by its path in either."""
    found = _PACKAGE / installed
    return found if found.exists() else _PACKAGE.parent / checkout
