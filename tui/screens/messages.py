"""The messages of a line as they crossed it, the newest first; what is typed picks some."""

import re
from collections.abc import Iterator

from tui.paint import Line, clean, wrap
from tui.themes import Palette

SET_IN = "    "


class MessagesPage:
    """Only to read: `order 7`, a symbol, a name or a value leaves the messages that have it."""

    hint = "type to keep messages: order 7, a symbol, a type, a value"
    chooses = False

    def __init__(self, title: str, lines: tuple[str, ...], line: str = "") -> None:
        """`lines`: the newest last, what is set in belongs to the line above it. `line`: how the
        line is, which stays on top whatever is picked."""
        self._line = clean(line)
        self.title = clean(title)
        self.search: str | None = ""
        self._messages = list(_messages(lines))

    def rows(self, ink: Palette, width: int) -> list[Line]:
        # Who reads `/` before the line types it as well.
        wanted = (self.search or "").lower().strip().lstrip("/")
        # `order 1` is not order 12, and has the exits `order 1.1` with it.
        pattern = re.compile(re.escape(wanted) + ("(?!\\d)" if wanted.startswith("order") else ""))
        rows = [Line().add(part, ink.caution) for part in wrap(self._line, width) if self._line]
        first = len(rows)
        for message in reversed(self._messages):
            if pattern.search(_words(message)) is None:
                continue
            for text in message:
                is_head = not text.startswith(SET_IN)
                parts = [text] if len(text) <= width else wrap(text, width)
                rows += [Line().add(part, ink.strong if is_head else ink.text) for part in parts]
        if len(rows) == first:
            rows.append(Line().add("no message has that", ink.quiet))
        return rows

    def choose(self, row: int) -> None:
        return


def _messages(lines: tuple[str, ...]) -> Iterator[list[str]]:
    message: list[str] = []
    for text in map(clean, lines):
        if message and not text.startswith(SET_IN):
            yield message
            message = []
        message.append(text)
    if message:
        yield message


def _words(message: list[str]) -> str:
    return " ".join(message).lower()
