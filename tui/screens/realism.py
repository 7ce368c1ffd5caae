"""Paper against tape: figures and bars of the session so far, and whether to believe them."""

from tui.paint import Line, clean, wrap
from tui.themes import Palette


class RealismPage:
    """Only to read; columns stay as they are, and what is too long for the page is wrapped."""

    hint = ""
    search: str | None = None
    chooses = False

    def __init__(self, title: str, lines: tuple[str, ...]) -> None:
        self.title = clean(title)
        self._lines = lines

    def rows(self, ink: Palette, width: int) -> list[Line]:
        rows: list[Line] = []
        for text in self._lines:
            told = clean(text)
            parts = [told] if len(told) <= width else wrap(told, width)
            style = ink.caution if told.startswith(("not believable", "  !")) else ink.text
            rows += [Line().add(part, style) for part in parts or [""]]
        return rows

    def choose(self, row: int) -> None:
        return
