"""The full-screen review: it shows a sitting and passes on what keys ask for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import typer
from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static

from tagger.cli.output import counted, printable
from tagger.cli.terminal.drawing import highlighted, keys_by_letter, paper_option, tag_options
from tagger.cli.terminal.screens import FindTag, Why
from tagger.cli.why import why_in_words
from tagger.domain.paper import Paper
from tagger.errors import TaggerError

if TYPE_CHECKING:
    from tagger.steps.reviewing import Sitting
    from tagger.steps.workspace import Workspace


class ReviewScreen(Screen[None]):
    """The papers, and the one that is being looked at with its tags."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", "next"),
        Binding("k", "move(-1)", "prev"),
        Binding("space", "toggle_marked", "in/out"),
        Binding("slash", "find", "find", key_display="/"),
        Binding("a", "accept", "accept"),
        Binding("s", "skip", "skip"),
        Binding("u", "undo", "undo"),
        Binding("w", "why", "why"),
        Binding("d", "digest", "digest"),
        Binding("q", "app.quit", "quit"),
        Binding("pagedown", "scroll_abstract(1)", "scroll", show=False, priority=True),
        Binding("pageup", "scroll_abstract(-1)", "scroll", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    ReviewScreen #where { height: 1; background: $primary-background; padding: 0 1; }
    ReviewScreen OptionList { text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1; }
    ReviewScreen #papers { width: 40; height: 1fr; border: none; border-right: vkey $primary-background; }
    ReviewScreen #title { text-style: bold; padding: 0 1; height: auto; max-height: 4; margin-bottom: 1; }
    ReviewScreen #abstract { height: 1fr; min-height: 4; padding: 0 1; }
    ReviewScreen #tags { height: auto; max-height: 60%; border: none; border-top: solid $primary-background; }
    ReviewScreen.-narrow #papers { display: none; }
    """

    def __init__(self, workspace: Workspace, sitting: Sitting) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
        self._workspace = workspace
        self._sitting = sitting
        self._place = 0

    @property
    def paper(self) -> Paper | None:
        """The paper that is being looked at; None if none waits."""
        return self._sitting.papers[self._place] if self._sitting.papers else None

    def compose(self) -> ComposeResult:
        """Lay out the list, the paper and its tags."""
        yield Static(id="where")
        with Horizontal():
            yield OptionList(id="papers")
            with Vertical():
                yield Static(id="title")
                with VerticalScroll(id="abstract", can_focus=False):
                    yield Static()
                yield OptionList(id="tags")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Begin with the first paper."""
        self.query_one("#papers").can_focus = False
        self.query_one("#tags").focus()
        self._begin()

    def on_key(self, event: events.Key) -> None:
        """Toggle the tag of a letter."""
        if self.paper and event.character:
            key = keys_by_letter(self._sitting.rows(self.paper.id)).get(event.character)
            if key:
                event.stop()
                self._toggle(":".join(key))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to a paper that was clicked on, or toggle a tag."""
        if event.option_list.id == "papers":
            self._go_to(event.option_index)
        else:
            self._toggle(event.option.id)

    def action_move(self, by: int) -> None:
        """Go to the next paper, or the one before."""
        self._go_to(self._place + by)

    def action_toggle_marked(self) -> None:
        """Take the marked tag out, or put it in."""
        self._toggle(self._marked())

    def action_find(self) -> None:
        """Look for a tag, and put it in."""
        if self.paper:
            self.app.push_screen(FindTag(self._sitting), self._put_in)

    def action_accept(self) -> None:
        """Accept the paper as it stands, and go on if that decides it."""
        with self._telling():
            if self.paper:
                self._sitting.accept(self.paper.id, _now())
                state = self._sitting.states[self.paper.id]
                if state.status == "waiting" and state.missing:
                    self._tell(f"It needs a tag for {', '.join(state.missing)}: / finds one")
                    self._show()
                else:
                    self._go_on()

    def action_skip(self) -> None:
        """Say that the paper can't be judged, and go on."""
        with self._telling():
            if self.paper:
                self._sitting.skip(self.paper.id, _now())
                self._go_on()

    def action_undo(self) -> None:
        """Take the last verdict back and go to its paper."""
        with self._telling():
            paper_id = self._sitting.undo(_now())
            ids = [paper.id for paper in self._sitting.papers]
            if paper_id is None:
                self._tell("There is nothing to undo in this sitting")
            elif paper_id in ids:
                self._go_to(ids.index(paper_id))

    def action_why(self) -> None:
        """Tell why the marked tag is there."""
        from tagger.steps.why import why

        marked = self._marked()
        with self._telling():
            if self.paper and marked:
                self.app.push_screen(Why(why_in_words(why(self._workspace, self.paper.id, marked))))

    def action_digest(self) -> None:
        """Turn to the next digest, after the last one to all papers."""
        days = [None, *self._sitting.days]
        with self._telling():
            self._sitting.turn_to(days[(days.index(self._sitting.day) + 1) % len(days)])
            self._begin()

    def action_scroll_abstract(self, by: int) -> None:
        """Scroll the abstract by most of what is seen of it."""
        abstract = self.query_one("#abstract", VerticalScroll)
        abstract.scroll_relative(y=by * max(abstract.size.height - 1, 1), animate=False)

    def _begin(self) -> None:
        papers = self.query_one("#papers", OptionList)
        papers.clear_options()
        papers.add_options([paper_option(p, self._sitting.states[p.id]) for p in self._sitting.papers])
        self._go_to(0)

    def _go_to(self, place: int) -> None:
        self._place = min(max(place, 0), max(len(self._sitting.papers) - 1, 0))
        self.query_one("#abstract").scroll_home(animate=False)
        self._show(first=True)

    def _go_on(self) -> None:
        """Go to the next paper that waits; stay where none does."""
        ids = [paper.id for paper in self._sitting.papers]
        ahead = [*range(self._place + 1, len(ids)), *range(self._place)]
        waiting = [place for place in ahead if self._sitting.states[ids[place]].status == "waiting"]
        if not waiting and not self._sitting.left:
            self._tell("That was the last one: q quits, u takes the last verdict back")
        self._show()
        self._go_to(waiting[0] if waiting else self._place)

    def _put_in(self, key: str | None) -> None:
        rows = self._sitting.rows(self.paper.id) if self.paper else {}
        if key and not any(":".join(row.key) == key and row.mark == "accepted" for of in rows.values() for row in of):
            self._toggle(key, into=True)

    def _toggle(self, key: str | None, *, into: bool = False) -> None:
        with self._telling():
            if self.paper and key:
                dimension, _, tag = key.partition(":")
                self._sitting.toggle(self.paper.id, (dimension, tag), _now(), into=into)
                self._show()

    def _marked(self) -> str | None:
        tags = self.query_one("#tags", OptionList)
        return tags.get_option_at_index(tags.highlighted).id if tags.highlighted is not None else None

    def _show(self, *, first: bool = False) -> None:
        """Show the paper as it stands now, with the mark on the same tag as before, or on the ``first``."""
        sitting, paper = self._sitting, self.paper
        day = f"{sitting.day}" if sitting.day else "all papers"
        where = (
            f"{day}: {self._place + 1} of {len(sitting.papers)}, {sitting.left} to go" if paper else f"{day}: nothing"
        )
        self.query_one("#where", Static).update(Text(printable(f"{where}  ·  {sitting.by}")))
        tags = self.query_one("#tags", OptionList)
        marked = None if first else self._marked()
        tags.clear_options()
        if paper is None:
            self.query_one("#title", Static).update(Text("Nothing awaits review; d turns to another digest."))
            self.query_one("#abstract > Static", Static).update("")
            return
        words = sitting.found_words(paper.id)
        self.query_one("#title", Static).update(highlighted(paper.title, words))
        abstract = highlighted(paper.abstract, words) if paper.abstract else Text("(no abstract)", "dim")
        self.query_one("#abstract > Static", Static).update(abstract)
        rows = sitting.rows(paper.id)
        tags.add_options(tag_options(rows))
        keys = [":".join(row.key) for of in rows.values() for row in of]
        if keys:
            tags.highlighted = tags.get_option_index(marked if marked in keys else keys[0])
        papers = self.query_one("#papers", OptionList)
        papers.replace_option_prompt_at_index(self._place, paper_option(paper, sitting.states[paper.id]).prompt)
        papers.highlighted = self._place

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Tell what can't be done, and go on."""
        try:
            yield
        except TaggerError as error:
            self._tell(str(error))

    def _tell(self, text: str) -> None:
        self.notify(printable(text), severity="warning", markup=False)


class ReviewApp(App[None]):
    """The review in a terminal."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "tagger review"

    def __init__(self, workspace: Workspace, sitting: Sitting) -> None:
        super().__init__()
        self._screen = ReviewScreen(workspace, sitting)

    def on_mount(self) -> None:
        """Open the one screen."""
        self.push_screen(self._screen)


def run_review(workspace: Workspace, sitting: Sitting) -> str:
    """Open the review until the reviewer leaves; returns in words how far it came."""
    app = ReviewApp(workspace, sitting)
    app.run()
    if app.return_code:  # Textual has printed the traceback of what escaped
        raise typer.Exit(app.return_code)
    done = len(sitting.papers) - sitting.left
    return f"Done with {counted(done, 'paper')}, {sitting.left} left"


def _now() -> datetime:
    return datetime.now().astimezone()
