"""The full-screen review under Textual's pilot: keys in, words in the store and text on the screen out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from tagger.cli.terminal.app import ReviewApp
from tagger.cli.terminal.drawing import highlighted
from tagger.domain.labels import standing_annotations
from tagger.steps.reviewing import Sitting
from tests.unit.steps.desk import Desk, open_desk

Wish = Callable[[Pilot[None]], Awaitable[None]]
MARKUP = """\
version: 1
dimensions:
  - {id: "cs.AI", required: true, tags: [{id: sea, name: "[bold]Sea[/]"}, {id: cs.CV, name: "A & <b>"}]}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as made:
        yield made


def review(desk: Desk, wish: Wish, size: tuple[int, int] = (120, 36)) -> None:
    """Sit down, do what is wished, and leave."""

    async def sit() -> None:
        app = ReviewApp(desk.workspace, Sitting(desk.workspace, by="bob"))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await wish(pilot)

    asyncio.run(sit())


def keys(*pressed: str) -> Wish:
    async def wish(pilot: Pilot[None]) -> None:
        await press(pilot, *pressed)

    return wish


async def press(pilot: Pilot[None], *pressed: str) -> None:
    for key in pressed:
        await pilot.press(key)
        await pilot.pause()


def text_of(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query_one(selector, Static).render())


def tags_of(pilot: Pilot[None]) -> list[str]:
    tags = pilot.app.screen.query_one("#tags", OptionList)
    return [str(tags.get_option_at_index(i).prompt).rstrip() for i in range(tags.option_count)]


def test_a_paper_is_accepted_with_one_key_and_the_next_one_comes(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", "diet:plants", sure=False)
    desk.suggest("p2", "habitat:forest")

    async def wish(pilot: Pilot[None]) -> None:
        assert text_of(pilot, "#where") == "all papers: 1 of 2, 2 to go  ·  bob"
        assert tags_of(pilot)[:2] == ["habitat", " b ○ sea                            0.90"]
        await press(pilot, "a")
        assert text_of(pilot, "#where") == "all papers: 2 of 2, 1 to go  ·  bob"
        assert text_of(pilot, "#title") == "Title of p2"
        await press(pilot, "a")
        assert text_of(pilot, "#where").startswith("all papers: 2 of 2, 0 to go")

    review(desk, wish)
    assert desk.tags("p1") == ["diet:plants", "habitat:sea"] and desk.tags("p2") == ["habitat:forest"]
    assert {d.by for d in desk.workspace.store.labels.decisions()["p1"]} == {"bob"}


def test_letters_space_and_arrows_take_tags_out_and_in(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", "habitat:forest", "diet:plants")
    review(desk, keys("c", "down", "down", "space", "a"))
    assert desk.tags("p1") == ["habitat:sea"]
    review_again = keys("b", "b")
    desk.suggest("p2", "habitat:lake")
    review(desk, review_again)
    assert desk.tags("p2") == ["habitat:lake"]


def test_a_tag_is_found_by_typing_and_put_in(desk: Desk) -> None:
    desk.suggest("p1", sure=False)

    async def wish(pilot: Pilot[None]) -> None:
        await press(pilot, "a")
        assert text_of(pilot, "#where").startswith("all papers: 1 of 1, 1 to go"), "it lacks a required tag"
        await press(pilot, "slash", "l", "a", "k", "enter")
        assert any("✓ lake" in line and "bob" in line for line in tags_of(pilot))
        await press(pilot, "slash", "z", "z", "enter", "escape", "slash", "escape")
        await press(pilot, "slash", "l", "a", "k", "enter")

    review(desk, wish)
    assert desk.tags("p1") == ["habitat:lake"], "a tag that is in was taken out"


def test_skip_undo_and_moving(desk: Desk) -> None:
    for paper_id in ("p1", "p2", "p3"):
        desk.suggest(paper_id, "habitat:sea")

    async def wish(pilot: Pilot[None]) -> None:
        await press(pilot, "k", "j", "s")
        assert desk.state("p2").status == "skipped" and text_of(pilot, "#title") == "Title of p3"
        await press(pilot, "a", "u")
        assert text_of(pilot, "#title") == "Title of p3" and desk.state("p3").status == "waiting"
        await press(pilot, "u", "u")
        assert text_of(pilot, "#title") == "Title of p2" and desk.state("p2").status == "waiting"

    review(desk, wish)
    assert desk.tags("p1") == desk.tags("p2") == desk.tags("p3") == []
    assert not [a for a in standing_annotations(desk.workspace.store.labels.annotations()["p2"]) if a.skipped]


def test_digests_are_turned_to_and_an_empty_desk_takes_every_key(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea", day=date(2026, 8, 6))
    desk.suggest("p2", "habitat:sea", day=date(2026, 8, 7))

    async def wish(pilot: Pilot[None]) -> None:
        titles = []
        for _ in range(3):
            await press(pilot, "d")
            titles.append((text_of(pilot, "#where").split(":")[0], text_of(pilot, "#title")))
        assert sorted(titles) == [
            ("2026-08-06", "Title of p1"),
            ("2026-08-07", "Title of p2"),
            ("all papers", "Title of p1"),
        ]

    review(desk, wish)
    desk.accept("p1")
    desk.accept("p2")

    async def idle(pilot: Pilot[None]) -> None:
        await press(pilot, "j", "k", "space", "enter", "slash", "a", "s", "u", "w", "b", "pagedown", "d")
        assert "Nothing awaits review" in text_of(pilot, "#title")

    review(desk, idle)


def test_why_is_told_over_the_paper(desk: Desk) -> None:
    desk.suggest("p1", "habitat:sea")

    async def wish(pilot: Pilot[None]) -> None:
        await press(pilot, "w")
        shown = str(pilot.app.screen.query_one(Static).render())
        assert "Nobody has judged it yet; it is suggested." in shown and "m1  0.90, suggested" in shown
        await press(pilot, "escape", "a")

    review(desk, wish)
    assert desk.tags("p1") == ["habitat:sea"]


def test_what_comes_from_outside_is_text_and_fits_a_small_terminal(tmp_path: Path) -> None:
    with open_desk(tmp_path / "w", MARKUP) as desk:
        desk.suggest("[red]p[/red]", "cs.AI:sea", "cs.AI:cs.CV")

        async def wish(pilot: Pilot[None]) -> None:
            assert text_of(pilot, "#title") == "Title of [red]p[/red]"
            assert any("[bold]Sea[/]" in line for line in tags_of(pilot))
            assert not pilot.app.screen.query_one("#papers").display, "there is no room for the list"
            await press(pilot, "slash", "s", "enter", "w", "escape", "a")

        review(desk, wish, size=(60, 16))
        assert desk.tags("[red]p[/red]") == ["cs.AI:cs.CV", "cs.AI:sea"]


def test_found_words_stand_out_as_whole_words() -> None:
    shown = highlighted("Tide\x1b and tidepool, TIDE: (a+b)", ["tide", "(a+b)"])
    assert shown.plain == "Tide\\x1b and tidepool, TIDE: (a+b)"
    assert [shown.plain[span.start : span.end] for span in shown.spans] == ["Tide", "TIDE", "(a+b)"]
