"""A pane that draws its own lines and knows which of them the terminal does not show yet."""

from collections.abc import Callable, Iterator

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from engine.domain.views import DeskView
from tui.faults import place_of
from tui.host import Host
from tui.layout import NUMBERS, PaneName
from tui.paint import Line, wrap
from tui.painter import Painter
from tui.themes import Palette

FAILED = "this pane failed ({kind}{place}): look elsewhere for what it shows; orders live on"


class LinePane(Widget):
    """Subclasses say what their lines are; this class finds out which of them to paint again.

    While the desk stands free and still, `paint` goes straight to the terminal. Where something
    lies over it or the layout changes, Textual asks (`render_lines`), and is answered from the
    same strips past its own style cache: each carries its full style, nothing is laid over it.
    """

    ALLOW_SELECT = False

    def __init__(self, host: Host, *, id: str) -> None:
        super().__init__(id=id)
        self.host = host
        self._strips: list[Strip] = []
        self._painted: list[Strip | None] = []
        """What the terminal shows or Textual was asked to show, by row; None where unknown."""
        self._drawn_size = (0, 0)
        self._at = Offset()
        self._slots: dict[int, tuple[object, Strip]] = {}
        self.cells = self.lines = 0

    @property
    def ink(self) -> Palette:
        return self.host.ink

    def draw(self, width: int, height: int) -> list[Strip]:
        """Exactly `height` strips of `width` cells."""
        raise NotImplementedError

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        """Whether the new view can look different here."""
        return old is not new

    def is_due(self, old: DeskView, new: DeskView) -> bool:
        """The same, asked by the app; a pane that cannot say is drawn."""
        try:
            return self.concerns(old, new)
        except Exception:  # it will say where it broke when it is drawn
            return True

    def place(self, region: Region | None) -> None:
        """Where the layout puts the pane now; None is nowhere.

        Asking Textual for one's size walks the whole screen, which costs more than a row does.
        """
        self.cells, self.lines = (region.width, region.height) if region is not None else (0, 0)
        self._at = region.offset if region is not None else Offset()
        if region is None:
            # Nothing is drawn meanwhile: what it showed then is not what it will show.
            self._drawn_size = (0, 0)

    def redraw(self) -> None:
        """Makes the lines again; they stand on the screen once they are painted."""
        if self.lines and self.is_mounted:
            self._draw_all()

    def _draw_all(self) -> None:
        size = (self.cells, self.lines)
        if size != self._drawn_size:
            self._slots.clear()
            self._painted = [None] * self.lines
        self._strips, self._drawn_size = self._drawn(*size), size

    def _drawn(self, width: int, height: int) -> list[Strip]:
        """A pane that breaks says so in its own place, and again until it can be drawn (F43)."""
        try:
            return self.draw(width, height)
        except Exception as fault:  # drawing only reads: the others show what is true
            self._slots.clear()
            words = FAILED.format(kind=type(fault).__name__, place=place_of(fault))
            rows = (wrap(words, max(width, 1)) + [""] * height)[:height]
            alarm = self.ink.alarm
            return [Line().add(row, alarm).pad(width, self.ink.text).strip() for row in rows]

    def paint(self, painter: Painter) -> Iterator[str]:
        """What the terminal has to be told to show the pane as it was last drawn.

        Only where the pane stands free: whatever lies over it is painted over.
        """
        left, top = self._at
        painted = self._painted
        for y, strip in self._changed():
            yield painter.row(left, top + y, painted[y], strip)
            painted[y] = strip

    def leave_to_textual(self) -> None:
        """Asks Textual to paint what has changed: it knows what lies over what."""
        painted = self._painted
        dirty = [y for y, strip in self._changed() if strip != painted[y]]
        if dirty:
            self.refresh(*(Region(0, y, self.cells, rows) for y, rows in _runs(dirty)))
            for y in dirty:
                painted[y] = self._strips[y]

    def _changed(self) -> list[tuple[int, Strip]]:
        """(line, strip) that differ from what is known to be on the terminal."""
        if not self.lines or self._drawn_size != (self.cells, self.lines):
            return []  # nowhere, or placed anew: Textual is about to ask for its lines
        painted = self._painted
        return [(y, strip) for y, strip in enumerate(self._strips) if strip is not painted[y]]

    def forget(self) -> None:
        """Colours or focus changed: nothing that was drawn is of use."""
        self._slots.clear()
        self._drawn_size = (0, 0)
        self.redraw()

    def slot(self, place: int, key: object, build: Callable[[], Strip]) -> Strip:
        """The strip of one place, made again only when what it shows has changed."""
        known = self._slots.get(place)
        if known is not None and known[0] == key:
            return known[1]
        strip = build()
        self._slots[place] = (key, strip)
        return strip

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._drawn_size != (self.cells, self.lines):
            self._draw_all()
        self._dirty_regions.clear()
        rows = self._strips[crop.y : crop.bottom]
        for y, strip in enumerate(rows, crop.y):
            if strip is not self._painted[y]:
                self._painted[y] = None  # Textual may write this row, or only look at it
        if crop.x == 0 and crop.right >= self.cells:
            return rows
        return [strip.crop(crop.x, crop.right) for strip in rows]

    def render_line(self, y: int) -> Strip:
        return self.render_lines(Region(0, y, self.cells, 1))[0]


def _runs(places: list[int]) -> Iterator[tuple[int, int]]:
    """(first, count) of neighbouring lines: fewer regions are less to repaint by."""
    first = before = places[0]
    for place in places[1:]:
        if place != before + 1:
            yield first, before - first + 1
            first = place
        before = place
    yield first, before - first + 1


class FramedPane(LinePane):
    """A pane of the desk: number and title in its frame, brighter while it has the keys."""

    NAME: PaneName

    def __init__(self, host: Host) -> None:
        super().__init__(host, id=self.NAME.value)

    @property
    def is_focused(self) -> bool:
        return self.host.has_keys(self.NAME)

    def title(self, width: int) -> Line:
        """What stands in the upper edge after the number; at most `width` cells."""
        raise NotImplementedError

    def draw_inside(self, width: int, height: int) -> list[Strip]:
        """At most `height` strips, made with `inside`."""
        raise NotImplementedError

    def draw(self, width: int, height: int) -> list[Strip]:
        rows = self.draw_inside(width - 2, height - 2)[: height - 2]
        blank = self.blank(width)
        rows += [blank] * (height - 2 - len(rows))
        return [self._top(width), *rows, self._bottom(width)]

    def inside(self, line: Line) -> Strip:
        """A finished row between the left and the right edge."""
        width = self.cells - 2
        line.pad(width, self.ink.text)
        edge = Segment("│", self.frame_style)
        return Strip([edge, *map(Segment, line.texts, line.styles), edge], width + 2)

    def on_click(self, event: events.Click) -> None:
        """A click gives the keys to the pane; it never trades."""
        self.host.focus_on(self.NAME)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll("do_down")

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll("do_up")

    def _scroll(self, name: str) -> None:
        """The wheel moves the cursor of the pane that has the keys."""
        move = getattr(self, name, None)
        if self.is_focused and move is not None:
            move()

    def blank(self, width: int) -> Strip:
        return self.slot(-3, (width, self.is_focused), lambda: self.inside(Line()))

    @property
    def frame_style(self) -> Style:
        return self.ink.frame_focus if self.is_focused else self.ink.frame

    def _top(self, width: int) -> Strip:
        ink, frame = self.ink, self.frame_style
        style = ink.title_focus if self.is_focused else ink.title
        title = self.title(width - 8)
        if title.used > width - 8:
            title.pad(width - 8, style)
        line = Line().add("╭ ", frame).add(f"{NUMBERS[self.NAME]} ", style)
        line.extend(title).add(" ", frame)
        line.add("─" * max(width - line.used - 1, 0), frame).add("╮", frame)
        return self.slot(-1, line.key, line.strip)

    def _bottom(self, width: int) -> Strip:
        key = (width, self.is_focused)
        edge = Line().add("╰" + "─" * (width - 2) + "╯", self.frame_style)
        return self.slot(-2, key, edge.strip)


class Cursor:
    """A place in a list that sticks to its item, not to its row."""

    __slots__ = ("_place", "_wanted", "first", "key")

    def __init__(self) -> None:
        self.key: object = None
        self._wanted: object = None
        self.first = 0
        self._place = 0

    def settle(self, keys: list[object], rows: int) -> int:
        """The row of the item under the cursor among `keys`, scrolled into view; −1 if empty."""
        if not keys:
            self.first = 0
            return -1
        if self._wanted in keys:
            self.key, self._wanted = self._wanted, None
        place = keys.index(self.key) if self.key in keys else min(self._place, len(keys) - 1)
        self.key = keys[place]
        self._place = place
        if place < self.first:
            self.first = place
        elif rows > 0 and place >= self.first + rows:
            self.first = place - rows + 1
        self.first = max(min(self.first, len(keys) - rows), 0)
        return place

    def want(self, key: object) -> None:
        """Goes to an item as soon as it is there: an order is known before its row is."""
        self._wanted = key

    def move(self, keys: list[object], step: int) -> None:
        self._wanted = None
        if not keys:
            return
        place = keys.index(self.key) if self.key in keys else 0
        self.key = keys[min(max(place + step, 0), len(keys) - 1)]
