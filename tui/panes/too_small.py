"""What a terminal that is too small shows instead of a cut-off desk."""

from textual.strip import Strip

from tui.host import Host
from tui.layout import COLUMNS_MIN, ROWS_MIN
from tui.paint import Line, wrap
from tui.panes.base import LinePane


class TooSmall(LinePane):
    """One sentence; keys go on working, the danger strip as well."""

    def __init__(self, host: Host) -> None:
        super().__init__(host, id="too_small")

    def draw(self, width: int, height: int) -> list[Strip]:
        has = f"this terminal has {width}×{height}"
        words = f"The desk needs {COLUMNS_MIN}×{ROWS_MIN}; {has}. Orders live on."
        rows = wrap(words, max(width, 1))[:height]
        rows += [""] * (height - len(rows))
        return [Line().add(row, self.ink.caution).pad(width, self.ink.text).strip() for row in rows]
