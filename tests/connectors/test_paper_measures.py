"""What the paper venue measures beside the trading: mids around fills, and the tape."""

from engine.domain import events as ev
from engine.domain.apply import state_hash
from engine.domain.commands import CancelOrder, Origin, SubmitOrder
from engine.domain.measures import Mark
from engine.domain.quotes import Phase
from engine.values import Instruction, Nanos, OrderType, Price, Quantity, Side, TimeInForce
from tests.harness import DeskBench, SetDelays

BID, ASK = 1_000_000, 1_000_200


def buy(number: int, quantity: int, price: int) -> SubmitOrder:
    return SubmitOrder(
        f"T{number}", "PAPER", "AAPL", Instruction.BUY, Quantity(quantity), OrderType.LIMIT,
        Price(price), origin=Origin.LINE,
    )  # fmt: skip


def marks(bench: DeskBench) -> list[Mark]:
    told = [event for event in bench.journal.events() if isinstance(event, ev.FillsMarked)]
    return [mark for event in told for mark in event.marks]


def tape(bench: DeskBench) -> ev.TapeMeasured:
    return [event for event in bench.journal.events() if isinstance(event, ev.TapeMeasured)][-1]


def market(latency: int = 0) -> DeskBench:
    bench = DeskBench(latency=(lambda request: Nanos(latency)) if latency else None)
    bench.quotes("AAPL", BID, ASK)
    return bench


def test_the_mid_is_taken_before_a_fill_and_one_ten_and_sixty_seconds_after_it() -> None:
    bench = market()
    bench.submit(buy(1, 1_000, ASK))  # takes the whole ask: the bid stands alone
    bench.other(Side.SELL, 500, "AAPL", ASK + 200)
    bench.pass_time(1)
    bench.other(Side.BUY, 500, "AAPL", BID + 100)
    bench.pass_time(9.5)
    bench.other(Side.BUY, 500, "AAPL", BID + 200)
    bench.pass_time(60)
    bench.host.leave()
    assert [(m.execution_id, m.seconds, m.twice_mid) for m in marks(bench)] == [
        ("P-1", 0, BID + ASK),
        ("P-1", 1, BID + ASK + 200),
        ("P-1", 10, BID + 100 + ASK + 200),
        ("P-1", 60, BID + 200 + ASK + 200),
    ]


def test_a_mark_is_unknown_where_nobody_quotes_both_sides_or_the_market_is_not_open() -> None:
    bench = market()
    bench.submit(buy(1, 100, ASK))
    bench.pass_time(5)
    bench.others_leave("AAPL")
    bench.pass_time(10)
    bench.quotes("AAPL", BID, ASK)
    bench.enters("*", Phase.HALTED)
    bench.pass_time(60)
    bench.host.leave()
    assert [mark.seconds for mark in marks(bench)] == [0, 1]


def test_marks_that_are_due_after_a_crash_stay_unknown() -> None:
    bench = market()
    bench.submit(buy(1, 100, ASK))
    bench.pass_time(2)
    bench.host.leave()
    bench.restart()
    bench.quotes("AAPL", BID, ASK)
    bench.pass_time(100)
    bench.host.leave()
    assert [mark.seconds for mark in marks(bench)] == [0, 1]


def test_no_mark_is_journaled_before_the_fill_that_it_belongs_to() -> None:
    two_seconds = 2_000_000_000
    bench = DeskBench(
        latency=SetDelays(lambda request: Nanos(0), lambda report: Nanos(two_seconds))
    )
    bench.quotes("AAPL", BID, ASK)
    bench.submit(buy(1, 100, ASK))
    bench.pass_time(1.5)  # the venue has filled it, and nobody has told the desk yet
    bench.host.leave()
    assert not bench.state.executions_seen
    assert marks(bench) == []
    bench.pass_time(1)
    bench.host.leave()
    assert bench.state.executions_seen == 1
    assert [mark.seconds for mark in marks(bench)] == [0, 1]


def test_the_tape_counts_every_print_and_the_traders_part_of_it() -> None:
    bench = market()
    bench.submit(buy(1, 300, ASK))
    bench.other(Side.BUY, 200, "AAPL", ASK, time_in_force=TimeInForce.IOC)
    bench.quotes("MSFT", BID, ASK)
    bench.other(Side.BUY, 50, "MSFT", ASK, time_in_force=TimeInForce.IOC)
    bench.host.leave()
    told = {row.symbol: (row.volume, row.trades, row.own_volume) for row in tape(bench).tape}
    assert told == {"AAPL": (500, 2, 300), "MSFT": (50, 1, 0)}
    assert tape(bench).displaced is None


def test_what_was_measured_before_is_not_told_again() -> None:
    bench = market()
    bench.submit(buy(1, 300, ASK))
    bench.host.leave()
    before = len(bench.journal.events())
    bench.host.leave()
    kinds = [type(event) for event in bench.journal.events()[before:]]
    assert kinds == [ev.VenueCheckpointed]


def test_measuring_changes_no_money_and_replays_to_the_same_state() -> None:
    bench = market()
    bench.submit(buy(1, 300, ASK))
    bench.pass_time(61)
    cash = bench.state.accounts["PAPER"].cash
    bench.host.leave()
    assert bench.state.accounts["PAPER"].cash == cash
    assert bench.replayed_hash() == state_hash(bench.state)


def left(bench: DeskBench) -> list[int]:
    """Twice the mid at which each unfilled remainder left the market."""
    kinds = ev.OrderCancelled | ev.OrderExpired
    return [event.twice_mid for event in bench.journal.events() if isinstance(event, kinds)]


def test_the_mid_at_a_cancel_is_told_with_the_cancel() -> None:
    bench = market()
    (order_id,) = [e.order_id for e in bench.submit(buy(1, 100, BID)) if hasattr(e, "order_id")][:1]
    bench.other(Side.BUY, 500, "AAPL", BID + 100)
    bench.submit(CancelOrder(order_id))
    assert left(bench) == [BID + 100 + ASK]


def test_what_the_close_ends_is_judged_by_the_last_trade() -> None:
    bench = market()
    bench.submit(buy(1, 100, BID - 500))
    bench.submit(buy(2, 100, ASK))
    bench.enters("*", Phase.CLOSED)
    bench.host.settle()
    assert left(bench) == [2 * ASK]


def test_where_nobody_quotes_the_mid_at_a_cancel_is_not_known() -> None:
    bench = market()
    (order_id,) = [e.order_id for e in bench.submit(buy(1, 100, BID)) if hasattr(e, "order_id")][:1]
    bench.others_leave("AAPL")
    bench.submit(CancelOrder(order_id))
    assert left(bench) == [0]
