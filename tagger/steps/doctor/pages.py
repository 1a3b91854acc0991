"""A page for each finding: what was looked at, what it means, what to do."""

from pathlib import Path

from tagger.errors import TaggerError
from tagger.shipped import shipped


def codes() -> list[str]:
    """Return the codes that have a page."""
    return sorted(path.stem for path in _folder().glob("[a-z]*.md"))


def page(code: str) -> str:
    """Return the page of a code, in Markdown. Raises TaggerError if there is none."""
    if code not in codes():
        raise TaggerError(f"doctor finds nothing that is called '{code}'", f"There are {', '.join(codes())}")
    return (_folder() / f"{code}.md").read_text(encoding="utf-8")


def _folder() -> Path:
    """Return where the pages are: in the installed package, or in a checkout's ``docs/``."""
    return shipped("_doctor", "docs/doctor")
