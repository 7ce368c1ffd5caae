"""What a fee is made of is told before the order leaves and after it was booked, the same way."""

from engine.domain.apply import state_hash
from engine.domain.desk_changes import MONTHS_KEPT_MAX
from engine.domain.ledger.fees import fee_parts
from engine.domain.reports import TradeDateRolled
from engine.instruments import parse_money
from engine.runtime.fee_words import parts_of
from engine.runtime.history import OrderHistory
from engine.runtime.preview import preview_line
from engine.runtime.why import explain
from engine.values import Quantity, Side
from tests.harness import DeskBench
from tests.unit.runtime.desk import context_of, read, say


def test_the_preview_names_every_charge_and_the_booked_parts_are_the_same() -> None:
    bench = DeskBench(fee_table="us_retail")
    bench.quotes("AAPL", 1_900_000, 1_900_200, 300)
    line = read("short 100 AAPL 190.00")
    told = preview_line(line, "", context_of(bench), bench.venue, bench.host.now)  # type: ignore[arg-type]
    say(bench, "short 100 AAPL 190.00")
    booked = [(part.name, part.amount, part.note) for part in parts_of(bench.order(1))]
    assert [(row.name, row.amount, row.note) for row in told.fee_parts] == booked
    assert [name for name, _, _ in booked] == ["commission", "TAF"]  # no Section 31 in January 2026
    assert told.fee == bench.order(1).fees


def test_why_lists_each_charge_of_the_order() -> None:
    bench = DeskBench(fee_table="us_retail")
    history = OrderHistory(bench.journal.blocks)
    bench.session.listen_to_steps(history.note_step)
    bench.quotes("AAPL", 1_900_000, 1_900_200, 300)
    say(bench, "short 100 AAPL 190.00")
    told = explain(bench.order(1), history.of(1), bench.state)
    assert any(
        "fees 1.02 (us_retail): commission 1.00 (minimum), TAF 0.02" in x for x in told.lines
    )


def test_an_order_keeps_the_table_and_the_month_that_it_left_under() -> None:
    bench = DeskBench(fee_table="us_tiered")
    bench.quotes("AAPL", 1_900_000, 1_900_200, 300)
    say(bench, "buy 100 AAPL 190.01")
    bench.other(Side.SELL, 40, "AAPL", 1_900_100)
    account = bench.state.accounts["PAPER"]
    assert account.month_volume == 40
    account.fee_table = "zero"  # what a later session might say
    bench.other(Side.SELL, 60, "AAPL", 1_900_100)
    order = bench.order(1)
    assert (order.fee_table, order.month_volume) == ("us_tiered", 0)
    assert order.fees == parse_money("0.37")  # the minimum, and 100 × 0.0002
    whole = fee_parts("us_tiered", 20260105, order.order.instruction, order.quantity, order.value)
    assert parts_of(order) == whole


def test_a_new_month_counts_its_volume_from_nothing() -> None:
    bench = DeskBench(fee_table="us_tiered")
    bench.quotes("AAPL", 1_900_000, 1_900_200, 300)
    say(bench, "buy 100 AAPL 190.02")
    assert bench.state.accounts["PAPER"].month_volume == 100
    bench.submit(bench.opening(20260106))
    assert bench.state.accounts["PAPER"].month_volume == 100
    bench.submit(bench.opening(20260202))
    assert bench.state.accounts["PAPER"].month_volume == 0


def test_a_visit_to_another_month_leaves_the_volume_of_this_one() -> None:
    bench = DeskBench(fee_table="us_tiered")
    bench.quotes("AAPL", 1_900_000, 1_900_200, 300)
    say(bench, "buy 100 AAPL 190.02")
    bench.submit(bench.opening(20120621))
    account = bench.state.accounts["PAPER"]
    assert account.month_volume == 0
    say(bench, "sell 40 AAPL 190.00")
    bench.submit(bench.opening(20260105))
    assert account.month_volume == 100
    bench.submit(bench.opening(20120622))
    assert account.month_volume == 40
    assert bench.replayed_hash() == state_hash(bench.state)


def test_the_months_that_an_account_remembers_are_bounded() -> None:
    bench = DeskBench(fee_table="us_tiered")
    account = bench.state.accounts["PAPER"]
    for month in range(1, 150):
        account.month_volume = Quantity(month)  # what trading would have made of it
        bench.submit(
            TradeDateRolled((2000 + month // 12) * 10_000 + (month % 12 + 1) * 100 + 3, ())
        )
    assert len(account.other_months) == MONTHS_KEPT_MAX
    assert min(account.other_months) > 200_200
