"""Words of the order language become numbers of this desk and this market."""

import pytest

from engine.domain.commands import (
    CancelMany,
    CancelOrder,
    CancelScope,
    Flatten,
    Halt,
    Kill,
    ReplaceOrder,
    Resume,
    Reverse,
    TightenLimit,
)
from engine.runtime.resolve import UnresolvedError
from engine.values import Instruction, OrderType, TimeInForce
from tests.harness import DeskBench
from tests.unit.runtime.desk import commands, meant, say


@pytest.fixture
def bench() -> DeskBench:
    """AAPL 190.00 / 190.05, last 190.05; GOOG silent."""
    bench = DeskBench()
    bench.quotes("AAPL", 1_900_000, 1_900_500)
    say(bench, "buy 1 AAPL mkt")
    say(bench, "sell 1 AAPL 190.00")
    return bench


@pytest.mark.parametrize(
    ("price", "buys_at", "sells_at"),
    [
        ("190.03", 1_900_300, 1_900_300),
        ("@190.03", 1_900_300, 1_900_300),
        ("bid", 1_900_000, 1_900_000),
        ("ask", 1_900_500, 1_900_500),
        ("bid+0.01", 1_900_100, 1_900_100),
        ("ask-2t", 1_900_300, 1_900_300),
        ("+0.01", 1_900_100, 1_900_600),
        ("-0.01", 1_899_900, 1_900_400),
        ("mid", 1_900_200, 1_900_300),
        ("bid+0.5%", 1_909_500, 1_909_500),
        ("last", 1_900_000, 1_900_000),
    ],
)
def test_a_price_is_rounded_to_the_passive_tick(
    bench: DeskBench, price: str, buys_at: int, sells_at: int
) -> None:
    assert meant(bench, f"buy 5 AAPL {price}").price == buys_at
    assert meant(bench, f"short 5 AAPL {price}").price == sells_at


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("buy 5 GOOG bid", "no bid for GOOG"),
        ("buy 5 GOOG pc", "no pc for GOOG"),
        ("buy $10k GOOG mkt", "no ask for GOOG"),
        ("buy 5 AAPL bid-200", "to zero or below"),
        ("buy 5 AAPL 190.00001", "more than 4 decimal places"),
        ("buy half AAPL bid", "you hold no AAPL"),
        ("buy $1 AAPL 190.00", "no share of AAPL"),
        ("close AAPL", "nothing to close"),
        ("buy 5 . 190.00", "no symbol on a screen"),
        ("buy 5 AAPL 190.00 acct OTHER", "no account OTHER"),
        ("buy 5 AAPL 190.00 via ib", "no venue ib"),
        ("cancel 99", "no order 99"),
        ("cancel 50-60", "no orders 50 to 60"),
        ("replace 99 qty 5", "no order 99"),
        ("cancel 99.2", "no order 99.2"),
        ("at 09:31:00", "belongs in a script"),
    ],
)
def test_what_means_nothing_here_and_now_is_said_in_one_sentence(
    bench: DeskBench, line: str, problem: str
) -> None:
    with pytest.raises(UnresolvedError, match=problem):
        commands(bench, line)


@pytest.mark.parametrize(
    ("line", "quantity"),
    [
        ("buy 1,000 AAPL 190.00", 1_000),
        ("buy 2k AAPL 190.00", 2_000),
        ("buy $10k AAPL 190.00", 52),
        ("buy $10k AAPL mkt", 52),
        ("buy 1% AAPL 100.00", 99),
    ],
)
def test_a_size_in_money_or_percent_is_what_it_buys(
    bench: DeskBench, line: str, quantity: int
) -> None:
    assert meant(bench, line).quantity == quantity


def test_a_size_of_the_position_follows_what_is_held(bench: DeskBench) -> None:
    say(bench, "buy 101 AAPL 190.05")
    assert meant(bench, "sell pos AAPL 190.00").quantity == 101
    assert meant(bench, "sell half AAPL 190.00").quantity == 50
    assert meant(bench, "sell 25% AAPL 190.00").quantity == 25
    assert meant(bench, "sell max AAPL 190.00").quantity == 101
    close = meant(bench, "close AAPL half")
    assert (close.instruction, close.quantity) == (Instruction.SELL, 50)
    assert close.reduce_only and close.type is OrderType.MARKET
    say(bench, "flatten AAPL")
    say(bench, "short 10 AAPL 190.00")
    assert meant(bench, "close AAPL").instruction is Instruction.COVER


def test_max_is_the_largest_size_that_no_rule_questions(bench: DeskBench) -> None:
    order = meant(bench, "buy max AAPL 190.00")
    assert (
        order.quantity == 249_999_000_000 // 190_000_000
    )  # a quarter of what the account is worth
    assert type(bench.submit(order)[0]).__name__ == "OrderReleased"


def test_clauses_reach_the_order(bench: DeskBench) -> None:
    order = meant(
        bench, 'sell 5 AAPL stp 189.00 lmt 188.50 gtc ro tag exit note "out" override "y"'
    )
    assert (order.type, order.stop, order.price) == (OrderType.STOP_LIMIT, 1_890_000, 1_885_000)
    assert order.time_in_force is TimeInForce.GTC and order.reduce_only
    assert (order.tag, order.note, order.override) == ("exit", "out", "y")
    assert meant(bench, "buy 5 AAPL 190.00 post").post_only
    assert meant(bench, "buy 5 . 190.00", "AAPL").symbol == "AAPL"
    assert meant(bench, "buy 5 XNAS:AAPL 190.00").symbol == "AAPL"


def test_acts_are_the_commands_that_they_name(bench: DeskBench) -> None:
    say(bench, "buy 5 AAPL 189.00")
    number = max(bench.state.orders)
    expected = {
        f"cancel {number}": CancelOrder(number),  # type: ignore[arg-type]
        "cancel AAPL exits": CancelMany("PAPER", "AAPL", CancelScope.EXITS),
        "cancel *": CancelMany("PAPER"),
        f"replace {number} qty 7": ReplaceOrder(number, quantity=7),  # type: ignore[arg-type]
        f"replace {number} price bid": ReplaceOrder(number, 1_900_000),  # type: ignore[arg-type]
        "flatten *": Flatten("PAPER"),
        "flatten AAPL": Flatten("PAPER", "AAPL"),
        "reverse AAPL": Reverse("PAPER", "AAPL"),
        'halt "news"': Halt("PAPER", "news"),
        'resume "over"': Resume("PAPER", "over"),
        "kill": Kill("PAPER"),
        "set order_quantity_max 10": TightenLimit("PAPER", "order_quantity_max", "10"),
    }
    for line, command in expected.items():
        was = meant(bench, line)
        assert type(was) is type(command), line
        for field in was.__struct_fields__:
            if field != "origin":
                assert getattr(was, field) == getattr(command, field), line


def test_a_symbol_that_nobody_knows_still_becomes_an_order_to_be_denied(bench: DeskBench) -> None:
    order = meant(bench, "buy 5 ZZZZ 10.00")
    assert (order.symbol, order.price) == ("ZZZZ", 100_000)
