"""What exports of reference managers write their own way: names turned round, and days that may be years only."""

from __future__ import annotations

import re
from datetime import date

_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)", re.ASCII)


def natural_name(name: str) -> str:
    """Return ``Family, Given`` as ``Given Family``, and ``Family, Jr., Given`` as ``Given Family, Jr.``."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 2:
        return " ".join(part for part in reversed(parts) if part)
    return f"{parts[2]} {parts[0]}, {parts[1]}" if len(parts) == 3 else name.strip()


def full_day(text: object) -> str | None:
    """Return the day that a text begins with, in ISO form; None for a year or month alone, which name no day."""
    match = _DAY.match(text.strip()) if isinstance(text, str) else None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat() if match else None
    except ValueError:
        return None
