"""What trades becomes the chart of whoever looks at it, and nothing of that is journaled."""

from collections.abc import Callable

import msgspec

from engine.domain.bars import INTERVALS
from engine.ports import FocusSymbol
from engine.runtime.charting import BARS_SHOWN_MAX, chart_of
from engine.runtime.view import ViewBuilder
from engine.values import FIGURE_MAX, NANOS_PER_SECOND, Nanos, Price, Quantity
from tests.harness import DeskBench
from tests.unit.runtime.desk import say


def traded(look: Callable[[DeskBench], object] = lambda desk: None) -> DeskBench:
    """Two trades of one minute and one of the next, of which the desk's own is the last; `look`
    is called before, between and behind them."""
    desk = DeskBench()
    desk.quotes("AAPL", 1_899_900, 1_900_100)
    look(desk)
    for line in ("buy 100 AAPL 190.01", "sell 40 AAPL 189.99"):
        say(desk, line)
        look(desk)
    desk.pass_time(60)
    desk.quotes("AAPL", 1_899_900, 1_900_300)
    say(desk, "buy 10 AAPL 190.03")
    look(desk)
    return desk


def test_the_paper_markets_trades_are_its_bars() -> None:
    desk = traded()
    told = chart_of(desk.session.market, FocusSymbol("AAPL", bar_seconds=60))
    assert told is not None
    first, second = told.bars
    assert (first.open, first.high, first.low, first.close) == (
        1_900_100,
        1_900_100,
        1_899_900,
        1_899_900,
    )
    assert (first.volume, second.close, second.volume) == (140, 1_900_100, 10)
    assert second.begin - first.begin == 60 * 10**9
    assert first.begin <= told.since < second.begin


def test_who_looks_at_no_chart_is_told_none() -> None:
    market = traded().session.market
    assert chart_of(market, FocusSymbol("AAPL")) is None
    assert chart_of(market, FocusSymbol("AAPL", bar_seconds=7)) is None
    assert chart_of(market, FocusSymbol("XYZZY", bar_seconds=60)) is None
    assert BARS_SHOWN_MAX >= 300


def test_the_journal_is_the_same_whether_somebody_looks_at_a_chart_or_not() -> None:
    volumes: list[int] = []

    def look(desk: DeskBench) -> None:
        """As a screen does whose chart is open, at every length of a bar."""
        views = ViewBuilder(desk.session, desk.venue, "PAPER")
        for seconds in INTERVALS:
            views.focus = FocusSymbol("AAPL", bar_seconds=seconds)
            chart = views.build(speed="", updates_per_second=0).chart
            assert chart is not None
            assert (chart.symbol, chart.seconds) == ("AAPL", seconds)
            volumes.append(sum(bar.volume for bar in chart.bars))

    watched, alone = traded(look), traded()
    times = len(INTERVALS)
    assert volumes == [0] * times + [100] * times + [140] * times + [150] * times
    blocks = [[block.payload for block in each.journal.blocks()] for each in (watched, alone)]
    assert blocks[0] == blocks[1]
    assert len(blocks[0]) > 3


def test_however_long_it_has_traded_a_screen_is_sent_no_more_than_it_can_draw() -> None:
    desk = traded()
    series, start = desk.session.market.bars.of("AAPL"), desk.session.now
    for number in range(3 * BARS_SHOWN_MAX):
        at = Nanos(start + number * 60 * NANOS_PER_SECOND)
        series.add(at, Price(FIGURE_MAX), Quantity(FIGURE_MAX))
    desk.session.market.bars.learn("AAPL", 60, series.bars(60, 10**6))
    told = chart_of(desk.session.market, FocusSymbol("AAPL", bar_seconds=60))
    assert told is not None
    assert len(told.bars) == BARS_SHOWN_MAX
    assert told.bars[-1].begin + 60 * NANOS_PER_SECOND > at >= told.bars[-1].begin
    assert len(msgspec.msgpack.encode(told)) <= 32_000
