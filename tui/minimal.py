"""The smallest app that the toolkit can show: the measure beside which the desk's start stands."""

from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.content import Content
from textual.widget import Widget


class Hello(Widget):
    """One line of text."""

    def render(self) -> Content:
        return Content("hello")


class Minimal(App[None]):
    """Shows it, and leaves once it has been handed to the terminal."""

    def __init__(self, shown: Callable[[], None]) -> None:
        super().__init__()
        self._shown = shown

    def compose(self) -> ComposeResult:
        yield Hello()

    def post_display_hook(self) -> None:
        if self.screen.query(Hello):
            self._shown()
            self.exit()
