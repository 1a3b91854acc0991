"""Days as people write them on a page."""

from __future__ import annotations

import re
from datetime import date

_WEEKDAY = r"(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+)?"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4}))?"
_DAYS = [
    re.compile(rf"{_WEEKDAY}{form}{_YEAR}", re.IGNORECASE | re.ASCII)
    for form in (rf"{_MONTH}\s+{_NUMBER}", rf"{_NUMBER}\s+{_MONTH}")
]
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_LEAP_YEARS = 9  # in so many years there is a 29 February, though a century may have none


def day_of_line(line: str, today: date) -> date | None:
    """Return the day that a line names and nothing else: ``Aug 7``, ``Friday, 7 August 2026``, ``2026-08-07``.

    A day without a year is the latest such day that isn't after ``today``.
    """
    if _ISO.fullmatch(line):
        return _day(line[:4], int(line[5:7]), line[8:], today)
    for pattern in _DAYS:
        if match := pattern.fullmatch(line):
            return _day(match["year"], _MONTHS.index(match["month"][:3].lower()) + 1, match["day"], today)
    return None


def _day(year: str | None, month: int, number: str, today: date) -> date | None:
    for candidate in [int(year)] if year else range(today.year, max(today.year - _LEAP_YEARS, 0), -1):
        try:
            day = date(candidate, month, int(number))
        except ValueError:
            continue
        if year or day <= today:
            return day
    return None
