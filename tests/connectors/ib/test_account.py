"""The account as IB counts it, beside the desk's own figures."""

from collections.abc import Callable
from types import SimpleNamespace

from engine.hosted import VenueFigure
from engine.runtime.venue_figures import figure_lines
from engine.values import MONEY_SCALE, NANOS_PER_SECOND, Money, Nanos
from tests.connectors.contract.conftest import new
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.gateway.faults import lose

Desk = Callable[..., IbEnd]


def figures(end: IbEnd) -> dict[str, VenueFigure]:
    return {each.words: each for each in end.ib.figures()}


def _day(end: IbEnd) -> Money:
    told = figures(end).get("P&L of the day")
    return told.amount if told is not None else Money(0)


def test_what_ib_says_is_kept_with_when_it_said_so(desk: Desk) -> None:
    end = desk()
    end.gateway.set_account("NetLiquidation", "1000123.45")
    end.until(lambda: figures(end)["net liquidation"].amount == Money(1_000_123_450_000))
    told = figures(end)["net liquidation"]
    assert told.key == "equity" and 0 <= end.ib.now - told.at < 10 * NANOS_PER_SECOND


def test_profits_of_the_day_come_by_their_own_subscription(desk: Desk) -> None:
    end = desk()
    end.gateway.set_pnl("12.5", "10.25", "2.25")
    end.until(lambda: _day(end) == Money(12_500_000))
    end.gateway.set_pnl("1.7976931348623157E308", "10.25", "2.25")
    end.hear()
    assert _day(end) == Money(12_500_000), "unset is no figure"


def test_commissions_are_provisional_until_every_trade_has_one(desk: Desk) -> None:
    end = desk()
    end.send(new("A"))
    end.hear()
    end.fill("A", 40)
    end.hear()
    assert figures(end)["commissions"].text == "of 1 trades"
    end.gateway.script(lose("commissionReport"))
    end.fill("A", 60)
    end.hear()
    told = figures(end)["commissions"]
    assert (told.amount, told.text) == (Money(MONEY_SCALE), "of 2 trades, 1 not charged yet")


def test_lines_say_both_figures_how_far_apart_and_how_old() -> None:
    account = SimpleNamespace(
        account="DU1", currency="USD", cash=Money(1_000 * MONEY_SCALE), positions={}, purses={},
        day_carry={}, day_conversion_fees=0,
    )  # fmt: skip
    live = SimpleNamespace(
        figures=lambda: (
            VenueFigure("cash", "cash", Money(998 * MONEY_SCALE), "USD", Nanos(0)),
            VenueFigure("", "buying power", Money(4_000 * MONEY_SCALE), "USD", Nanos(0)),
        )
    )
    session = SimpleNamespace(
        # A home that has traded on paper before.
        state=SimpleNamespace(
            accounts={"PAPER": SimpleNamespace(), "DU1": account}, account="DU1", instruments={}
        ),
        market=None,
    )
    host = SimpleNamespace(
        venue=SimpleNamespace(live=live), session=session, now=Nanos(7 * NANOS_PER_SECOND)
    )
    assert figure_lines(host)[2:] == [  # type: ignore[arg-type]
        "  cash: 1,000.00 here, 998.00 USD there, −2.00 apart, told 7 s ago",
        "  buying power: 4,000.00 USD, told 7 s ago",
    ]
