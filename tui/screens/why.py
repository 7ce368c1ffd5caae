"""The life of one order, in the order in which it happened."""

from tui.paint import Line, clean, wrap
from tui.themes import Palette


class Why:
    """What comes from a venue is quoted behind a bar, so that it cannot pose as the desk."""

    hint = ""
    search: str | None = None
    chooses = False

    def __init__(self, title: str, lines: tuple[str, ...]) -> None:
        self.title = clean(title)
        self._lines = lines

    def rows(self, ink: Palette, width: int) -> list[Line]:
        rows: list[Line] = []
        for text in self._lines:
            bullet = "" if text.startswith(" ") else "·"
            for place, part in enumerate(wrap(clean(text).strip(), width - 4)):
                mark = bullet if not place else ""
                rows.append(Line().cell(mark, 2, ink.quiet).add(part, ink.text))
        return rows or [Line().add("nothing is known of this order", ink.quiet)]

    def choose(self, row: int) -> None:
        return
