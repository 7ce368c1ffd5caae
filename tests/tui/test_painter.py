"""What is written between two frames makes the terminal show the second one, cell for cell."""

import signal
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from tests.tui.terminal_picture import TerminalPicture
from tests.tui.terminal_session import TerminalSession
from tui.painter import Painter
from tui.panes.base import LinePane
from tui.settings import ColorUse, ThemeName
from tui.themes import Palette, palette

WIDTH, AT = 24, 3
_INKS = [palette(ThemeName.DARK, use) for use in (ColorUse.AUTO, ColorUse.SIXTEEN, ColorUse.NONE)]
_STYLES = [Style.null()] + [
    getattr(ink, name) for ink in _INKS for name in Palette.__struct_fields__
]


def _filled(parts: list[tuple[str, Style]]) -> Strip:
    """A row of WIDTH cells, as a pane pads its own."""
    return Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(
        WIDTH, Style.null()
    )


rows = st.lists(
    st.tuples(
        st.sampled_from(["bid", "1,000", "─▌", "漢字", " ", "576.98"]), st.sampled_from(_STYLES)
    ),
    max_size=9,
).map(_filled)


def _painter(colors: str) -> Painter:
    return Painter(Console(color_system=colors, force_terminal=True))


def _picture(*written: str) -> TerminalPicture:
    picture = TerminalPicture(40, 3)
    for text in written:
        picture.feed(text)
    return picture


@given(rows, rows, st.sampled_from(["truecolor", "256", "standard"]))
def test_a_row_painted_over_another_looks_as_if_painted_on_nothing(old, new, colors):
    painter = _painter(colors)
    whole = painter.row(AT, 1, None, new)
    over = _picture(painter.row(AT, 1, None, old), painter.row(AT, 1, old, new))
    assert over.cells == _picture(whole).cells
    assert _picture(whole).texts[1][AT:].startswith(new.text.rstrip())


@given(rows)
def test_a_row_that_stands_there_already_costs_nothing(row):
    assert _painter("truecolor").row(AT, 1, row, Strip(list(row))) == ""


def test_only_the_figure_that_moved_is_written():
    ink = palette(ThemeName.DARK, ColorUse.AUTO)
    old, new = (
        Strip([Segment("AAPL ", ink.strong), Segment(last, ink.up), Segment(" 300", ink.text)])
        for last in ("190.01", "190.02")
    )
    written = _painter("truecolor").row(0, 0, old, new)
    assert "190.02" in written and "AAPL" not in written and "300" not in written
    assert written.startswith("\x1b[1;6H") and written.endswith("\x1b[0m")


SHOWN = """
import asyncio, signal, sys
from tests.tui.fake_desk import FakeDesk
from tui.app import TraderApp
from tui.settings import ScreenSettings
desk = FakeDesk(40)
class Moving(TraderApp):
    def on_mount(self):
        self.moves = self.set_interval(0.03, desk.step)
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self.hold_still)
    def hold_still(self):
        self.moves.stop()
        self.set_timer(0.4, self.tell)
    def tell(self):
        strips = self.screen._compositor.render_strips()
        with open({log!r}, "w", encoding="utf-8", newline="") as out:
            for y, strip in enumerate(strips):
                out.write(f"\\x1b[{{y + 1}};1H" + strip.render(self.console))
            out.write("\\x1b]the end\\x07")
Moving(desk, None, None, ScreenSettings(coach=False)).run_desk()
"""


BROWSING = ("\t", "j", "j", "?", "j", "\x1b", "\t", "j", "z", "z", ":", "b 100", "\x1b")


@pytest.mark.parametrize(
    ("size", "keys"),
    [
        ((80, 24), BROWSING),
        ((80, 24), (*BROWSING, "?")),
        pytest.param((200, 60), BROWSING, marks=pytest.mark.long),
        pytest.param((200, 60), (*BROWSING, "?"), marks=pytest.mark.long),
    ],
    ids=["small", "small under a page", "large", "large under a page"],
)
def test_after_keys_and_moving_quotes_the_terminal_shows_what_was_drawn(tmp_path, size, keys):
    log = tmp_path / "picture.txt"
    columns, rows_shown = size
    code = SHOWN.format(log=str(log))
    with TerminalSession(log, columns=columns, rows=rows_shown, code=code) as session:
        for key in keys:
            session.press(key, seconds=0.08)
        session.watch(0.3)
        session.process.send_signal(signal.SIGUSR1)
        shown = TerminalPicture(columns, rows_shown)
        end = time.monotonic() + 20
        while not (log.exists() and log.read_text(encoding="utf-8").endswith("\x07")):
            assert time.monotonic() < end
            session.watch(0.1)
        session.watch(0.1)
        shown.feed(session.written.decode(errors="replace"))
        drawn = TerminalPicture(columns, rows_shown).feed(log.read_bytes().decode())
    assert shown.texts == drawn.texts
    assert shown.cells == drawn.cells


class OneRow(LinePane):
    """A pane of one row that says what it is told."""

    is_mounted = True
    words = "10.00"

    def draw(self, width, height):
        return [Strip([Segment(self.words.ljust(width), Style.null())])]


def test_a_row_that_textual_looked_at_between_two_frames_is_written_whole():
    pane, painter = OneRow(None, id="one"), _painter("truecolor")  # type: ignore[arg-type]
    pane.place(Region(0, 0, 8, 1))
    pane.redraw()
    assert "10.00" in "".join(pane.paint(painter))
    pane.words = "11.00"
    pane.redraw()
    pane.render_lines(Region(0, 0, 8, 1))
    pane.words = "10.00"
    pane.redraw()
    assert "10.00" in "".join(pane.paint(painter))


def test_a_pane_that_stands_nowhere_paints_nothing():
    pane, painter = OneRow(None, id="one"), _painter("truecolor")  # type: ignore[arg-type]
    pane.place(Region(0, 0, 8, 1))
    pane.redraw()
    pane.place(None)
    assert list(pane.paint(painter)) == []
