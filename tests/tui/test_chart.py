"""The chart: how bars become candles, what its keys do, and what it asks of the desk."""

import pytest

from engine.domain.bars import Bar
from engine.instruments import Instrument
from engine.ports import FocusSymbol
from engine.values import NANOS_PER_SECOND, Nanos, Price, Quantity
from tests.tui.desk_screen import sitting
from tests.tui.fake_desk import OPEN_AT, FakeDesk
from tui.candles import Mark, draw, fitting
from tui.layout import PaneName
from tui.settings import ColorUse, ThemeName
from tui.themes import palette

INK = palette(ThemeName.DARK, ColorUse.FULL)
SHARE = Instrument("AAPL")


def bar(number: int, open: int, high: int, low: int, close: int, volume: int = 100) -> Bar:
    begin = Nanos(OPEN_AT + number * 60 * NANOS_PER_SECOND)
    prices = (Price(price * 100) for price in (open, high, low, close))
    return Bar(begin, *prices, Quantity(volume))


def text_of(bars: list[Bar], width: int = 20, height: int = 8, **more) -> list[str]:
    zone = "America/New_York"
    lines = draw(bars, SHARE, INK, width, height, seconds=60, zone=zone, **more)
    return ["".join(line.texts) for line in lines]


def test_a_bar_that_rose_is_a_line_and_one_that_fell_is_filled() -> None:
    rose, fell = bar(0, 2, 12, 0, 10), bar(1, 10, 12, 0, 2, 50)
    assert [line[:3] for line in text_of([rose, fell])] == [  # a wick, 2 to 10 as body, a wick
        "│ │",
        "┃ █",
        "┃ █",
        "┃ █",
        "┃ █",
        "│ │",
        "█ ▄",
        "09:",
    ]


def test_the_axis_tells_prices_and_what_is_marked_instead_of_them() -> None:
    bars = [bar(0, 100, 130, 100, 130)]
    axis = [line[11:].rstrip() for line in text_of(bars, height=10)]
    assert axis[0].strip() == "1.28"
    marked = text_of(bars, height=10, marks=[Mark(Price(13_000), "▸", INK.strong)])
    assert marked[0].endswith(" ▸ 1.30")
    # What lies beyond the span is not drawn at its edge.
    assert text_of(bars, height=10, marks=[Mark(Price(90_000), "◂", INK.buy)]) == text_of(
        bars, height=10
    )


def test_half_a_cell_is_told_from_a_whole_one() -> None:
    """Twelve levels in six rows: a body from the second to the fifth, with wicks around it."""
    rose = bar(0, 7, 11, 0, 10)
    assert "".join(line[0] for line in text_of([rose]))[:6] == "╽┃╿│││"
    fell = bar(0, 10, 11, 0, 7)
    assert "".join(line[0] for line in text_of([fell]))[:6] == "▄█▀│││"


def test_bars_at_one_price_are_drawn_in_the_middle() -> None:
    drawn = [line[0] for line in text_of([bar(0, 5, 5, 5, 5)])]
    assert sum(shape in "╹╻" for shape in drawn[:6]) == 1


def test_what_traded_at_all_has_a_volume_that_is_seen() -> None:
    bars = [bar(0, 5, 5, 5, 5, 100_000), bar(1, 5, 5, 5, 5, 1), bar(2, 5, 5, 5, 5, 0)]
    assert text_of(bars, height=6)[-2][:5] == "█ ▁  "


def test_only_as_many_bars_as_there_are_columns_are_shown_and_the_newest() -> None:
    bars = [bar(number, 5, 6, 4, 5) for number in range(500)]
    for width in (24, 44, 60, 80, 200):
        shown = list(fitting(bars, width, SHARE))
        assert shown[-1] is bars[-1]
        rows = text_of(shown, width=width, height=12)
        assert len(rows) == 12
        assert all(len(row) <= width for row in rows)


async def test_a_key_shows_it_and_only_then_bars_are_asked_for() -> None:
    async with sitting() as here:
        assert not any(getattr(asked, "bar_seconds", 0) for asked in here.desk.requests)
        await here.press("4")
        assert here.desk.requests[-1] == FocusSymbol("AAPL", bar_seconds=60)
        await here.frames(1)
        assert "4 AAPL · 1 min  O 18" in here.text
        assert "┃" in here.text
        await here.press("1")
        assert here.desk.requests[-1] == FocusSymbol("AAPL")


async def test_its_bars_can_be_longer_and_shorter() -> None:
    async with sitting() as here:
        await here.press("4", "space")
        assert here.desk.requests[-1] == FocusSymbol("AAPL", bar_seconds=300)
        await here.press("left_square_bracket", "left_square_bracket")
        assert here.desk.requests[-1] == FocusSymbol("AAPL", bar_seconds=5)
        await here.press("left_square_bracket")
        await here.frames(1)
        assert "4 AAPL · 1 day" in here.text
        await here.press("space")
        assert here.desk.requests[-1] == FocusSymbol("AAPL", bar_seconds=5)


@pytest.mark.parametrize(
    ("line", "symbol", "seconds"),
    [
        ("chart", "AAPL", 60),
        ("chart goog", "GOOG", 60),
        ("chart 5 min", "AAPL", 300),
        ("chart MSFT 1h", "MSFT", 3_600),
        ("chart IBM 1 day", "IBM", 86_400),
    ],
)
async def test_a_line_says_what_is_charted(line: str, symbol: str, seconds: int) -> None:
    async with sitting() as here:
        await here.press("colon")
        await here.type(line)
        await here.press("enter")
        assert here.desk.requests[-1] == FocusSymbol(symbol, bar_seconds=seconds)
        assert here.app.room.focus is PaneName.CHART


@pytest.mark.parametrize(
    ("line", "said"),
    [("chart XYZZY", "XYZZY is not on the watchlist"), ("chart 7 min", "bars are of 5 s, 1 min")],
)
async def test_a_line_that_asks_for_what_there_is_not_is_told(line: str, said: str) -> None:
    async with sitting() as here:
        await here.press("colon")
        await here.type(line)
        await here.press("enter")
        assert said in here.text
        assert here.app.room.focus is not PaneName.CHART


async def test_the_figures_of_an_earlier_bar_stay_while_new_ones_come() -> None:
    async with sitting((120, 40)) as here:
        await here.press("4")
        await here.frames(1)
        await here.press("left", "left")
        assert "1 min  09:57:00  O " in here.text
        here.desk.bars += 1
        await here.frames(2)
        assert "1 min  09:57:00  O " in here.text
        await here.press("end")
        assert "09:57:00  O " not in here.text


async def test_own_orders_and_what_is_held_stand_at_the_axis() -> None:
    async with sitting((120, 40)) as here:
        await here.press("colon")
        await here.type("b 100 AAPL 189.10")
        await here.press("enter", "ctrl+t", "4")
        await here.frames(2)
        assert "◂ " in here.text
        assert "▸ " in here.text


async def test_without_bars_it_says_why() -> None:
    desk = FakeDesk()
    desk.bars = 0
    async with sitting(desk=desk) as here:
        await here.press("4")
        await here.frames(1)
        assert "AAPL has not traded since" in here.text
        desk.chart_note = "IB says: no market data \x1b[31mpermissions"
        await here.frames(2)
        assert "IB says: no market data" in here.text
        assert "\x1b[31m" not in here.text


async def test_a_chart_follows_the_symbol_on_the_screen() -> None:
    async with sitting((200, 60)) as here:
        await here.frames(1)
        assert "4 AAPL · 1 min" in here.text
        await here.press("1", "down")
        await here.frames(1)
        assert here.desk.requests[-1] == FocusSymbol("MSFT", bar_seconds=60)
        assert "4 MSFT · 1 min" in here.text


async def test_a_bar_is_copied_with_when_it_began() -> None:
    async with sitting() as here:
        await here.press("4")
        await here.frames(1)
        for seconds, begin in ((60, "AAPL 09:59:00 O "), (86_400, "AAPL 07-29 O ")):
            here.app.panes[PaneName.CHART].show_bars(seconds)
            await here.frames(1)
            assert here.app.panes[PaneName.CHART].copied().startswith(begin)
