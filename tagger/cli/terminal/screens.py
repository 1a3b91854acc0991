"""What opens over the review: finding a tag, and why a tag is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tagger.cli.output import printable

if TYPE_CHECKING:
    from tagger.steps.reviewing import Sitting


class FindTag(ModalScreen[str | None]):
    """Looks for a tag by what is typed; gives ``dimension:tag``, or None if it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "leave"),
        Binding("down", "move(1)", "down", priority=True),
        Binding("up", "move(-1)", "up", priority=True),
    ]
    DEFAULT_CSS = """
    FindTag { align: center middle; }
    FindTag > Vertical { width: 72; max-width: 96%; height: 20; max-height: 90%; border: round $primary; }
    FindTag OptionList { height: 1fr; border: none; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self._sitting = sitting

    def compose(self) -> ComposeResult:
        """Lay out the input over what it finds."""
        with Vertical():
            yield Input(placeholder="a tag's name, id or other word; Enter puts it in")
            yield OptionList()

    def on_mount(self) -> None:
        """Begin with all tags."""
        self._show("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find the tags anew."""
        self._show(event.value)

    def on_input_submitted(self) -> None:
        """Take the tag that is marked."""
        found = self.query_one(OptionList)
        if found.highlighted is not None:
            self.dismiss(found.get_option_at_index(found.highlighted).id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the tag that was clicked on."""
        self.dismiss(event.option.id)

    def action_move(self, by: int) -> None:
        """Mark the next tag, or the one before."""
        found = self.query_one(OptionList)
        found.action_cursor_down() if by > 0 else found.action_cursor_up()

    def _show(self, text: str) -> None:
        found = self.query_one(OptionList)
        found.clear_options()
        for (dimension, tag_id), tag in self._sitting.matching(text):
            line = Text(no_wrap=True, overflow="ellipsis")
            line.append(printable(tag.name), "bold")
            line.append(printable(f"  {dimension}:{tag_id}  {tag.means}"), "dim")
            found.add_option(Option(line, id=f"{dimension}:{tag_id}"))
        found.highlighted = 0 if found.option_count else None


class Why(ModalScreen[None]):
    """Tells why a tag is there, in the lines of ``tagger review why``."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,w,enter", "dismiss", "close")]
    DEFAULT_CSS = """
    Why { align: center middle; }
    Why > VerticalScroll { width: 84; max-width: 98%; height: auto; max-height: 94%; }
    Why > VerticalScroll { border: round $primary; padding: 0 1; }
    """

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        with VerticalScroll():
            yield Static(Text("\n".join(self._lines)))
