"""The small door through which panes reach the app.

A key is dealt with completely before the next one is read, so that a fast typist never sends a
letter to the wrong pane; that is why panes call upwards here instead of posting messages.
"""

from typing import Protocol

from engine.attachment import Standing
from engine.domain.views import DeskView, Severity
from engine.instruments import Instrument
from engine.ports import DeskRequest
from engine.values import Instruction
from tui.guard import Guard
from tui.layout import PaneName
from tui.marks import Marks
from tui.sending import Sending
from tui.themes import Palette


class Host(Protocol):
    """What a pane may read, and what it may ask for."""

    ink: Palette
    view: DeskView
    zone: str
    symbol: str
    """The symbol on the screen: what `.` means."""
    frame_count: int
    bar_seconds: int
    """Of the bars that are asked for with the symbol; 0 while no chart is on the screen."""
    marks: Marks
    standing: Standing
    guard: Guard
    is_shared: bool
    """Others can see this terminal, or type at it."""

    def instrument(self, symbol: str) -> Instrument: ...

    def has_keys(self, pane: PaneName) -> bool: ...

    def key(self, action_id: str) -> str:
        """The key of an action, as people write it."""

    def ask(self, request: DeskRequest) -> bool:
        """Hands a request to the desk; False, with a word to the person, when its inbox is full."""

    def say(self, text: str, severity: Severity = Severity.OK) -> None: ...

    def look_at(self, symbol: str) -> None:
        """Makes this the symbol on the screen."""

    def look_again(self) -> None:
        """Asks anew for what is shown of the symbol on the screen."""

    def focus_on(self, pane: PaneName) -> None:
        """Gives the keys to a pane, and shows it where panes share a place."""

    def open_ticket(
        self, instruction: Instruction, symbol: str, *, quantity: str = "", price: str = ""
    ) -> None: ...

    def open_line(self, text: str = "") -> None: ...

    def open_marked(self) -> None:
        """Asks what to do with the marked orders."""

    def explain(self, order_id: int) -> None: ...

    def draft_changed(self, sending: Sending) -> None:
        """An intent has new text: its figures are asked for."""

    def copy(self, text: str) -> None: ...
