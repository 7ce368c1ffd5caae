"""A page laid over the desk: help, palette, symbols, why, notices."""

from typing import Protocol, runtime_checkable

from textual.geometry import Size
from textual.strip import Strip

from engine.domain.views import DeskView
from tui.host import Host
from tui.paint import Line, clean
from tui.panes.base import LinePane
from tui.themes import Palette


class Page(Protocol):
    """What a page shows; rows are made again when `search` or the width changes."""

    @property
    def title(self) -> str: ...

    hint: str
    search: str | None
    """What was typed so far; None where nothing can be typed."""

    def rows(self, ink: Palette, width: int) -> list[Line]: ...

    @property
    def chooses(self) -> bool:
        """Whether there is a row under the cursor to be taken."""

    def choose(self, row: int) -> None: ...


@runtime_checkable
class ActingPage(Page, Protocol):
    """A page with rows that act on orders: only the key that sends carries them out."""

    def transmit(self, row: int) -> None: ...


@runtime_checkable
class FramedList(Page, Protocol):
    """A page whose list stands between lines that do not scroll, and whose rows have names."""

    def head(self, ink: Palette, width: int) -> list[Line]: ...

    def foot(self, ink: Palette, width: int, row: int) -> list[Line]:
        """About the row under the cursor."""

    def keys(self) -> list[object]:
        """What each row is: the cursor stays on it wherever it goes."""


class PagePane(LinePane):
    """Draws one page in a frame; hidden while there is none."""

    def __init__(self, host: Host) -> None:
        super().__init__(host, id="page")
        self.page: Page | None = None
        self.row = 0
        self._first = 0
        self._count = 0
        self._key: object = None
        """What stood under the cursor, where the page tells rows apart."""

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        return False

    def open(self, page: Page) -> None:
        self.page, self.row, self._first, self._key = page, 0, 0, None

    def box(self, screen: Size) -> tuple[int, int, int, int]:
        """(x, y, width, height) in cells: most of the middle, with the desk around it."""
        width = min(screen.width - 4, 112)
        height = screen.height - 6
        return (screen.width - width) // 2, 2, width, height

    def draw(self, width: int, height: int) -> list[Strip]:
        page, ink = self.page, self.ink
        if page is None:
            return [Line().pad(width, ink.text).strip() for _ in range(height)]
        rows = page.rows(ink, width - 4)
        self._count = len(rows)
        head, foot = self._around(page, width - 4)
        room = max(height - 2 - (1 if page.search is not None else 0) - len(head) - len(foot), 1)
        self._scroll(room, chooses=page.chooses)
        strips = [self._edge("╭", "╮", clean(page.title), width)]
        if page.search is not None:
            prompt = getattr(page, "prompt", "/")
            is_hidden = getattr(page, "is_hidden", False)
            typed = "•" * len(page.search) if is_hidden else clean(page.search)
            line = Line().add(f" {prompt} ", ink.key).add(typed, ink.strong).add(" ", ink.caret)
            if not page.search:
                line.add(f" {page.hint}", ink.quiet)
            strips.append(self._inside(line, width))
        strips += [self._told(line, width) for line in head]
        for offset in range(room):
            place = self._first + offset
            line = rows[place] if place < len(rows) else Line()
            is_cursor = page.chooses and place == self.row and bool(rows)
            row = Line().add("▌" if is_cursor else " ", ink.frame_focus)
            row.extend(line)
            row.pad(width - 2, ink.text)
            strips.append(
                self._inside(row.over(ink.cursor_background) if is_cursor else row, width)
            )
        strips += [self._told(line, width) for line in foot]
        more = "" if self._first + room >= len(rows) else f"{len(rows) - self._first - room} more ↓"
        return [*strips, self._edge("╰", "╯", more or "Esc leaves", width)]

    def _around(self, page: Page, width: int) -> tuple[list[Line], list[Line]]:
        """(above, below) the list; settles the cursor on the row where it was."""
        last = max(self._count - 1, 0)
        if not isinstance(page, FramedList):
            self.row = min(max(self.row, 0), last)
            return [], []
        keys = page.keys()
        if self._key in keys:
            self.row = keys.index(self._key)
        self.row = min(max(self.row, 0), last)
        self._key = keys[self.row] if keys else None
        return page.head(self.ink, width), page.foot(self.ink, width, self.row)

    def _told(self, line: Line, width: int) -> Strip:
        return self._inside(Line().add(" ", self.ink.text).extend(line), width)

    def _scroll(self, room: int, *, chooses: bool) -> None:
        if not chooses:
            self.row = min(self.row, max(self._count - room, 0))
            self._first = self.row
            return
        if self.row < self._first:
            self._first = self.row
        if self.row >= self._first + room:
            self._first = self.row - room + 1

    def _edge(self, left: str, right: str, words: str, width: int) -> Strip:
        ink = self.ink
        line = Line().add(f"{left} ", ink.frame_focus).add(f"{words} ", ink.title_focus)
        if line.used > width - 1:
            line.pad(width - 1, ink.frame_focus)
        line.add("─" * (width - 1 - line.used), ink.frame_focus)
        return line.add(right, ink.frame_focus).strip()

    def _inside(self, line: Line, width: int) -> Strip:
        line.pad(width - 2, self.ink.text)
        framed = Line().add("│", self.ink.frame_focus)
        framed.extend(line)
        return framed.add("│", self.ink.frame_focus).strip()

    # ---- keys

    def _move(self, step: int) -> None:
        self.row, self._key = min(max(self.row + step, 0), max(self._count - 1, 0)), None
        self.redraw()

    def do_up(self) -> None:
        self._move(-1)

    def do_down(self) -> None:
        self._move(1)

    def do_page_up(self) -> None:
        self._move(4 - self.lines)

    def do_page_down(self) -> None:
        self._move(self.lines - 4)

    def do_first(self) -> None:
        self._move(-self._count)

    def do_last(self) -> None:
        self._move(self._count)

    def type(self, text: str) -> None:
        if self.page is not None and self.page.search is not None:
            self.page.search += text
            self.row, self._first, self._key = 0, 0, None
            self.redraw()

    def do_rub_out(self) -> None:
        if self.page is not None and self.page.search:
            self.page.search = self.page.search[:-1]
            self.redraw()

    def do_clear(self) -> None:
        if self.page is not None and self.page.search:
            self.page.search = ""
            self.redraw()

    def transmit(self) -> bool:
        """The key that sends; whether the page has anything that acts."""
        if not isinstance(self.page, ActingPage):
            return False
        self.page.transmit(self.row)
        return True

    def do_choose(self) -> None:
        if self.page is not None and self.page.chooses and self._count:
            self.page.choose(self.row)
