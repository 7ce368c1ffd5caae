"""The smallest app that the toolkit can show: the measure beside which the desk's start stands."""

from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.widgets import Static


class Minimal(App[None]):
    """One line of text; leaves once it has been handed to the terminal."""

    def __init__(self, shown: Callable[[], None]) -> None:
        super().__init__()
        self._shown = shown

    def compose(self) -> ComposeResult:
        yield Static("hello")

    def post_display_hook(self) -> None:
        if self.screen.query(Static):
            self._shown()
            self.exit()
