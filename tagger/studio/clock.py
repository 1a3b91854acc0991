"""What time it is on a server, told by the dates of its answers."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

# Dates are whole seconds, and answers take their time: a smaller difference is none.
TOLERANCE = timedelta(seconds=10)


class ServerClock:
    """How far a server's clock is ahead of this machine's (behind: less than zero)."""

    def __init__(self) -> None:
        self._ahead: timedelta | None = None

    @property
    def ahead(self) -> timedelta:
        """The difference, or zero where it is small or wasn't told."""
        ahead = self._ahead or timedelta(0)
        return ahead if abs(ahead) > TOLERANCE else timedelta(0)

    def hear(self, response: httpx.Response) -> None:
        """Take the date of an answer. One that was long on its way looks old, so the latest date counts."""
        with contextlib.suppress(KeyError, ValueError, TypeError):
            date = parsedate_to_datetime(response.headers["date"])
            ahead = date - datetime.now(UTC)
            self._ahead = ahead if self._ahead is None else max(self._ahead, ahead)

    def now(self) -> datetime:
        """Return the server's time."""
        return datetime.now(UTC) + self.ahead

    def to_ours(self, at: datetime) -> datetime:
        """Return when something was done by this machine's clock: never later than now."""
        return min(at - self.ahead, datetime.now(UTC))
