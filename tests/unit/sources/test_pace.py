from pathlib import Path

import pytest

from tagger.sources.pace import wait_for_turn


@pytest.mark.parametrize(
    ("second", "waited"), [(101.0, [2.0]), (103.0, []), (50.0, [3.0])], ids=["soon", "later", "clock put back"]
)
def test_a_second_turn_waits_for_what_is_left(tmp_path: Path, second: float, waited: list[float]) -> None:
    slept: list[float] = []
    for time in (100.0, second):
        wait_for_turn(tmp_path / "new" / "x.pace", 3.0, now=lambda time=time: time, sleep=slept.append)  # type: ignore[misc]
    assert slept == waited


def test_a_damaged_state_waits_for_nobody(tmp_path: Path) -> None:
    (tmp_path / "x.pace").write_text("torn")
    wait_for_turn(tmp_path / "x.pace", 3.0, sleep=lambda _: pytest.fail("it waited"))
    assert float((tmp_path / "x.pace").read_text()) > 0
