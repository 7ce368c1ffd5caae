"""A session on minute bars, where an order meets the next open and not the quote of now."""

from pathlib import Path

import pytest

from tests.process.trader_process import Done, Trader

AAPL = Path("bars") / "us_minute" / "aapl_20140605_trade.zip"


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    return Trader(tmp_path / "home")


def played(trader: Trader, market_data: Path, *lines: str) -> Done:
    done = trader.exec(*lines, flags=("--market", market_data / AAPL))
    assert done.code == 0, done
    return done


def test_a_reverse_waits_for_the_bar_that_closes_and_then_opens(
    trader: Trader, market_data: Path
) -> None:
    done = played(
        trader,
        market_data,
        *("at 09:31:10", "buy 100 AAPL mkt", "at 09:32:30", "reverse AAPL", "at 09:36:00"),
    )
    steps = [line["event"] for line in done.lines if line.get("event", "").startswith("reverse_")]
    assert steps == ["reverse_started", "reverse_closing", "reverse_working", "reverse_flat"]
    assert done.events("reverse_working")[0]["text"] == "the closing order works: sell 100 AAPL"
    assert [fill["position"] for fill in done.events("order_filled")] == [100, 0, -100]


def test_why_names_the_bar_that_an_order_waited_for(trader: Trader, market_data: Path) -> None:
    played(
        trader,
        market_data,
        *("at 09:31:10", "buy 100 AAPL mkt", "cancel 1", "buy 100 AAPL 600", "cancel 2"),
        *("buy 100 AAPL 600 gtc", "buy 10 AAPL mkt gtc"),
    )
    told = trader.run("why", "all", "--json").lines
    assert [line["missing"] for line in told[:-1]] == [
        "100 not filled: it was cancelled before the open of the next bar",
        "100 not filled: no bar traded through its limit before it was cancelled",
        "100 not filled: it waits for a bar that trades through its limit",
        "10 not filled: it waits for the open of the next bar",
    ]


def test_what_other_readings_of_the_bars_would_have_given_is_told_beside_the_booked(
    trader: Trader, market_data: Path
) -> None:
    """The market order pays a tick of slip, which the optimistic reading does not."""
    done = played(trader, market_data, "at 09:31:10", "buy 100 AAPL mkt", "at 09:33")
    (fill,) = done.events("order_filled")
    assert fill["price"] == "647.46"
    assert fill["why"].endswith("path read worst_first: the open comes first in every reading")
    luck = done.result["luck"]
    assert (luck["booked"], luck["orders"], luck["differ"]) == ("worst_first", 1, 1)
    days = {name: float(day) for name, day in luck["day"].items()}
    assert days["bar_optimistic"] - days["worst_first"] == pytest.approx(1.00)
    assert days["bar_pessimistic"] == days["low_first"] == days["worst_first"]
    told = trader.run("why", "1").output
    assert "bar path booked: worst_first" in told
    assert "if bar_optimistic: as much at 647.45" in told
    rows = trader.run(
        "query", "--json", "select assumption, average_price, filled from assumed_fills"
    ).lines
    assert len([row for row in rows if row.get("filled") == 100]) == 5
    report = trader.run("report", "realism", "--json").result["groups"][0]["assumptions"]
    assert (report["booked"], report["orders"], report["differ"]) == ("worst_first", 1, 1)
