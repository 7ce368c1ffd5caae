"""What the desk has said, newest first."""

from tui.notices import Notices
from tui.paint import Line, wrap
from tui.themes import Palette


class NoticesPage:
    """Only to read."""

    title = "notices"
    hint = ""
    search: str | None = None
    chooses = False

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def rows(self, ink: Palette, width: int) -> list[Line]:
        rows: list[Line] = []
        for said in self._notices.said:
            style = ink.text if said.severity == 1 else ink.caution
            for place, part in enumerate(wrap(said.text, width - 24)):
                line = Line().cell(said.market if not place else "", 10, ink.quiet)
                line.cell(said.severity.name.lower() if not place else "", 12, style)
                rows.append(line.add(part, style))
        return rows or [Line().add("nothing yet", ink.quiet)]

    def choose(self, row: int) -> None:
        return
