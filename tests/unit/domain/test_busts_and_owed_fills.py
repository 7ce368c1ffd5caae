"""Trades that a venue takes back, ends that come before fills, and fills that come a day late."""

import pytest

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.commands import CancelOrder, Flatten, ReplaceOrder, SubmitOrder
from engine.domain.ledger.fill_memory import HALF
from engine.domain.recon import ORDERS_TIMER
from engine.domain.records import Inbound
from engine.domain.requests import Request
from engine.domain.risk.exposure import open_quantities
from engine.values import Instruction, Liquidity, Nanos, OrderId, OrderType, Price, Quantity
from tests.harness import TRADE_DATE, DeskBench

FIRST, SECOND = "TEST-1-1-0", "TEST-1-2-0"
PRICE = Price(1_900_000)
MAKER = Liquidity.MAKER


def never(request: Request) -> Nanos:
    return Nanos(10**15)


def buy(ticket: str, quantity: int = 100) -> SubmitOrder:
    return SubmitOrder(
        ticket, "PAPER", "AAPL", Instruction.BUY, Quantity(quantity), OrderType.LIMIT, PRICE
    )


@pytest.fixture
def bench() -> DeskBench:
    """A buy of 100 works at a venue that the test speaks for."""
    bench = DeskBench(latency=never, fee_table="us_retail")
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    bench.submit(buy("t1"))
    bench.submit(rep.VenueAccepted(FIRST, "V1", 300))
    return bench


def fill(execution: str, quantity: int, name: str = FIRST, price: int = PRICE) -> rep.VenueFilled:
    return rep.VenueFilled(name, execution, Price(price), Quantity(quantity), MAKER)


def cancelled(cumulative: int) -> rep.VenueCancelled:
    return rep.VenueCancelled(FIRST, cumulative=Quantity(cumulative))


def told(bench: DeskBench, *reports: Inbound) -> list[str]:
    return [type(event).__name__ for event in bench.submit(*reports)]


def figures(bench: DeskBench) -> tuple[str, int, int, int]:
    order = bench.order(1)
    return order.status.name, order.cumulative, order.leaves, order.cancelled


def money(bench: DeskBench) -> tuple[int, int, int]:
    account = bench.state.accounts["PAPER"]
    return account.cash, account.reserved, account.month_volume


def test_a_busted_trade_leaves_nothing_but_its_trail(bench: DeskBench) -> None:
    before = money(bench)
    told(bench, fill("E1", 60))
    assert told(bench, rep.VenueTradeBusted(FIRST, "E1", text="clearly erroneous")) == [
        "FillReversed"
    ]
    assert figures(bench) == ("WORKING", 0, 100, 0)
    assert money(bench) == before and bench.position("AAPL") == 0
    assert sum(bench.state.accounts["PAPER"].ledger.values()) == 0
    assert (
        told(bench, fill("E1", 60), rep.VenueTradeBusted(FIRST, "E1")) == ["DuplicateIgnored"] * 2
    )


def test_a_filled_order_whose_trade_is_busted_counts_as_open_until_the_venue_says(
    bench: DeskBench,
) -> None:
    told(bench, fill("E1", 100), rep.VenueTradeBusted(FIRST, "E1"))
    assert figures(bench) == ("WORKING", 0, 100, 0)
    assert open_quantities(bench.state, "PAPER", "AAPL") == (100, 0)
    told(bench, rep.VenueCancelled(FIRST, cumulative=Quantity(0)))
    assert figures(bench) == ("CANCELLED", 0, 0, 100)


def test_an_order_that_counts_as_open_again_is_compared_although_nothing_else_is(
    bench: DeskBench,
) -> None:
    """Seed 29395 of the limits: it was found in a list, which says nothing of what is open, and
    with nothing else alive no books were compared any more."""
    bench.submit(fill("E1", 100))
    bench.pass_time(120)
    assert (bench.state.live, ORDERS_TIMER in bench.state.timers) == ({}, False)
    bench.submit(rep.VenueTradeCorrected(FIRST, "E1", 1, Price(PRICE), Quantity(40), MAKER))
    assert (bench.order(1).leaves, ORDERS_TIMER in bench.state.timers) == (60, True)


def test_a_bust_that_leaves_nothing_open_ends_the_order(bench: DeskBench) -> None:
    told(bench, fill("E1", 100))
    busted = rep.VenueTradeBusted(FIRST, "E1", leaves=Quantity(0))
    assert told(bench, busted) == ["FillReversed", "OrderCancelled"]
    assert figures(bench) == ("CANCELLED", 0, 0, 100)


def test_a_bust_that_leaves_nothing_open_ends_no_fills_that_are_still_to_be_told(
    bench: DeskBench,
) -> None:
    """The order was done with all of it gone, and the other fill came as one of a done order."""
    told(bench, fill("E1", 60), rep.VenueTradeBusted(FIRST, "E1", leaves=Quantity(0)))
    assert bench.order(1).owed == 40
    told(bench, fill("E2", 40))
    assert figures(bench) == ("CANCELLED", 40, 0, 60)
    assert not bench.order(1).is_resurrected


@pytest.mark.parametrize(
    ("cumulative", "owed", "cancelled"), [(-1, 66, 0), (94, 60, 6)], ids=["unsaid", "counted"]
)
def test_a_correction_that_overtakes_its_trade_ends_no_fills_that_are_still_to_be_told(
    bench: DeskBench, cumulative: int, owed: int, cancelled: int
) -> None:
    """Of 100 there had traded 60 and 40, and the 40 are 34 now; all that was missing was taken for
    gone, and the 60 were in nobody's risk until they were heard of."""
    corrected = rep.VenueTradeCorrected(
        FIRST,
        "E2",
        1,
        Price(PRICE),
        Quantity(34),
        MAKER,
        leaves=Quantity(0),
        cumulative=Quantity(cumulative),
    )
    told(bench, corrected)
    order = bench.order(1)
    assert (order.cumulative, order.owed, order.cancelled) == (34, owed, cancelled)
    assert open_quantities(bench.state, "PAPER", "AAPL") == (owed, 0)
    told(bench, fill("E1", 60))
    assert (order.cumulative, order.owed) == (94, owed - 60)
    assert order.is_done is (cumulative > 0)
    assert bench.replayed_hash() == state_hash(bench.state)


def test_what_a_bust_takes_off_a_working_order_is_not_open_any_more(bench: DeskBench) -> None:
    told(bench, fill("E1", 60), rep.VenueTradeBusted(FIRST, "E1", leaves=Quantity(40)))
    assert figures(bench) == ("WORKING", 0, 40, 0)
    assert bench.order(1).quantity == 40


def test_a_bust_told_before_other_fills_proves_nothing_of_what_is_open(bench: DeskBench) -> None:
    """30 more were filled before it: how much is gone is not known, and the worse case counts."""
    told(bench, fill("E1", 60), rep.VenueTradeBusted(FIRST, "E1", leaves=Quantity(10)))
    assert figures(bench) == ("WORKING", 0, 100, 0)


def test_a_bust_that_overtakes_its_trade_keeps_it_out(bench: DeskBench) -> None:
    assert told(bench, rep.VenueTradeBusted(FIRST, "E1")) == ["FillReversed"]
    assert told(bench, fill("E1", 60)) == ["DuplicateIgnored"]
    assert bench.position("AAPL") == 0


def test_only_the_newest_revision_of_a_trade_counts(bench: DeskBench) -> None:
    told(bench, fill("E1", 60))
    second = rep.VenueTradeCorrected(FIRST, "E1", 2, Price(1_900_100), Quantity(40), MAKER)
    first = rep.VenueTradeCorrected(FIRST, "E1", 1, Price(1_899_900), Quantity(50), MAKER)
    assert told(bench, second) == ["FillReversed", "OrderFilled"]
    assert told(bench, first, second) == ["DuplicateIgnored"] * 2
    assert figures(bench) == ("PARTIAL", 40, 60, 0)
    position = bench.state.accounts["PAPER"].positions["AAPL"]
    assert position.cost == 40 * 1_900_100 * 100
    assert [lot.quantity for lot in position.lots] == [40]


def test_a_bust_restates_what_later_trades_realised(bench: DeskBench) -> None:
    """First in, first out: without the cheap lot the sale was of the dear one."""
    told(bench, fill("E1", 50, price=1_899_000), fill("E2", 50, price=1_900_000))
    sell = SubmitOrder(
        "t2", "PAPER", "AAPL", Instruction.SELL, Quantity(50), OrderType.LIMIT, PRICE
    )
    told(bench, sell, fill("E3", 50, SECOND, 1_900_000))
    position = bench.state.accounts["PAPER"].positions["AAPL"]
    assert position.realised == 50 * 1_000 * 100
    told(bench, rep.VenueTradeBusted(FIRST, "E1"))
    assert position.realised == 0 and position.quantity == 0 and position.lots == []


def test_a_trade_too_old_to_be_taken_out_is_booked_as_its_opposite(bench: DeskBench) -> None:
    bench.submit(buy("t2", 1_100))
    told(bench, fill("E1", 10))
    for number in range(2 * HALF):
        bench.submit(fill(f"F{number}", 1, SECOND))
    memory = bench.state.accounts["PAPER"].positions["AAPL"].memory
    assert memory.find("E1") is None and HALF <= len(memory.fills) < 2 * HALF
    assert told(bench, rep.VenueTradeBusted(FIRST, "E1")) == [
        "ReportOrphaned",
        "TradingStateChanged",
    ]
    cash = bench.state.accounts["PAPER"].cash
    told(bench, rep.VenueTradeBusted(FIRST, "E1", PRICE, Quantity(10)))
    assert bench.position("AAPL") == 2 * HALF
    assert bench.state.accounts["PAPER"].cash > cash


def test_a_bust_that_repeats_an_unheard_revision_takes_back_what_was_booked(
    bench: DeskBench,
) -> None:
    """The position was taken over, so its trades are not remembered one by one; the venue had
    corrected the trade to 4 before it took it back, and 96 of it stayed booked here."""
    told(bench, fill("E1", 100))
    bench.state.accounts["PAPER"].positions["AAPL"].memory.begin_again((), 2)
    other_price = Price(PRICE + 100)
    told(bench, rep.VenueTradeBusted(FIRST, "E1", other_price, Quantity(4), leaves=Quantity(0)))
    order = bench.order(1)
    assert (order.cumulative, order.value, bench.position("AAPL")) == (0, 0, 0)


def test_a_cancel_that_counts_more_than_is_known_owes_the_difference(bench: DeskBench) -> None:
    told(bench, CancelOrder(OrderId(1)))
    assert told(bench, cancelled(60)) == ["OrderCancelled"]
    assert figures(bench) == ("WORKING", 0, 60, 40)
    assert open_quantities(bench.state, "PAPER", "AAPL") == (60, 0)
    assert told(bench, CancelOrder(OrderId(1))) == ["CancelDenied"]
    assert told(bench, ReplaceOrder(OrderId(1), quantity=Quantity(70))) == ["ReplaceDenied"]
    assert told(bench, fill("E1", 20), fill("E2", 40)) == ["OrderFilled"] * 2
    assert figures(bench) == ("CANCELLED", 60, 0, 40)
    assert not bench.order(1).is_resurrected
    assert money(bench)[1] == 0
    assert bench.state.accounts["PAPER"].symbols == {}


def test_flatten_waits_for_fills_that_a_cancel_says_are_owed(bench: DeskBench) -> None:
    """A closing order before them would cross zero when they come (I-51)."""
    told(bench, fill("E1", 10), Flatten("PAPER", "AAPL"))
    told(bench, cancelled(60))
    assert len(bench.state.orders) == 1, "nothing closes before the 50 that are owed have come"
    told(bench, fill("E2", 50))
    close = bench.order(2).order
    assert (close.instruction, close.quantity) == (Instruction.SELL, 60)


def test_an_order_that_owes_fills_does_not_stand_in_the_market_after_a_restart(
    bench: DeskBench,
) -> None:
    told(bench, cancelled(60))
    bench.restart()
    assert bench.paper._clerk.roll.live() == []
    assert bench.order(1).owed == 60


def test_a_fill_that_comes_on_the_next_date_is_booked_and_lowers_the_symbol(
    bench: DeskBench,
) -> None:
    told(bench, fill("E1", 10), rep.VenueExpired(FIRST))
    told(bench, rep.TradeDateRolled(TRADE_DATE + 1, (("AAPL", PRICE),)))
    assert 1 not in bench.state.orders
    assert told(bench, fill("E1", 10)) == ["DuplicateIgnored"]
    assert told(bench, fill("E2", 30)) == ["OrderFilled", "TradingStateChanged"]
    assert bench.order(1).is_resurrected and bench.position("AAPL") == 40
    assert figures(bench) == ("EXPIRED", 40, 0, 60)
    assert told(bench, fill("E2", 30)) == ["DuplicateIgnored"]


def test_a_trade_of_yesterday_can_be_busted(bench: DeskBench) -> None:
    before = money(bench)
    told(bench, fill("E1", 10), rep.VenueExpired(FIRST))
    told(bench, rep.TradeDateRolled(TRADE_DATE + 1, (("AAPL", PRICE),)))
    told(bench, rep.VenueTradeBusted(FIRST, "E1"))
    assert bench.position("AAPL") == 0 and money(bench)[0] == before[0]


def test_what_the_venue_changes_by_itself_is_in_force(bench: DeskBench) -> None:
    restated = rep.VenueRestated(FIRST, Price(1_899_000), Quantity(80), "repriced", Nanos(20))
    older = rep.VenueRestated(FIRST, Price(1_898_000), Quantity(90), "repriced", Nanos(10))
    assert told(bench, restated, older) == ["OrderRestated", "DuplicateIgnored"]
    order = bench.order(1)
    assert (order.price, order.quantity) == (1_899_000, 80)
    assert order.reserved == order.reserved_total > 80 * 1_899_000 * 100
    told(bench, fill("E1", 80))
    assert figures(bench) == ("FILLED", 80, 0, 0)


def test_every_change_comes_back_from_the_journal(bench: DeskBench) -> None:
    corrected = rep.VenueTradeCorrected(FIRST, "E1", 1, Price(1_900_100), Quantity(40), MAKER)
    told(bench, fill("E1", 60), corrected, fill("E2", 30), rep.VenueTradeBusted(FIRST, "E2"))
    told(bench, rep.VenueRestated(FIRST, PRICE, Quantity(90)), cancelled(70))
    assert bench.replayed_hash() == state_hash(bench.state)
    assert isinstance(bench.journal.events()[-1], ev.OrderCancelled)


def test_an_exit_of_a_hand_that_a_bust_leaves_too_large_makes_a_person_look(
    bench: DeskBench,
) -> None:
    told(bench, fill("E1", 100))
    exit_of_all = SubmitOrder(
        "x", "PAPER", "AAPL", Instruction.SELL, Quantity(100), OrderType.LIMIT, Price(1_910_000)
    )
    bench.submit(exit_of_all, rep.VenueAccepted(SECOND, "V2"))
    told(bench, rep.VenueTradeBusted(FIRST, "E1", leaves=Quantity(0)))
    symbol = bench.state.accounts["PAPER"].symbols["AAPL"]
    assert symbol.state is ev.TradingState.REDUCING
    assert symbol.reason.endswith("orders that close 100 work against 0 held")
