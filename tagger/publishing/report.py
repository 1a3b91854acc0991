"""The report as one web page: its pictures within it, each for light and dark, its figures as tables beside them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tagger.domain.report import Section
from tagger.publishing.page import render


@dataclass(frozen=True, slots=True)
class _Shown:
    """A section with its pictures as addresses that hold them whole."""

    section: Section
    pictures: tuple[tuple[str, str, str], ...]


def report_page(title: str, sections: Sequence[Section], at: datetime) -> bytes:
    """Return the page: one file without scripts or anything from elsewhere; ``title`` is the workspace's."""
    shown = [_Shown(s, tuple((_address(p.light), _address(p.dark), p.alt) for p in s.pictures)) for s in sections]
    page = render("report.html", styles=("page.css", "report.css"), title=title, shown=shown, at=at)
    return page.encode(errors="replace")


def _address(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
