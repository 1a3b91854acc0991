from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from tagger.studio.clock import ServerClock


def answer(ahead: timedelta) -> httpx.Response:
    return httpx.Response(200, headers={"Date": format_datetime(datetime.now(UTC) + ahead, usegmt=True)})


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=-1), timedelta(seconds=-90)])
def test_times_of_a_server_whose_clock_is_wrong_become_ours(ahead: timedelta) -> None:
    clock = ServerClock()
    clock.hear(answer(ahead))
    done = datetime.now(UTC) - timedelta(minutes=5)
    assert abs(clock.to_ours(done + ahead) - done) < timedelta(seconds=3)
    assert abs(clock.now() - datetime.now(UTC) - ahead) < timedelta(seconds=3)


def test_an_answer_that_was_long_on_its_way_says_nothing_of_the_clock() -> None:
    clock = ServerClock()
    clock.hear(answer(timedelta(0)))
    clock.hear(answer(timedelta(minutes=-3)))
    assert clock.ahead == timedelta(0)


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}, {"Date": "Sat, 07 Aug 2026 09:30:00 -0000"}])
def test_without_a_date_that_can_be_read_the_clocks_are_taken_for_equal(headers: dict[str, str]) -> None:
    clock = ServerClock()
    clock.hear(httpx.Response(200, headers=headers))
    assert clock.ahead == timedelta(0)


def test_nothing_was_done_later_than_now() -> None:
    assert ServerClock().to_ours(datetime.now(UTC) + timedelta(seconds=5)) <= datetime.now(UTC)
