"""Names, ids, trades, depth and numbers of the IB connector, each by itself."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connectors.ib.codes import REFUSALS, WARNINGS, Kind, kind_of
from connectors.ib.depth import ASK, BID, Depth
from connectors.ib.library import decimal_of
from connectors.ib.listing import mic_of
from connectors.ib.numbers import digits_of, is_number, scaled
from connectors.ib.outgoing import framed, unframed
from connectors.ib.roll import Roll, Standing, ref_of
from connectors.ib.safety import is_paper, masked, objection
from connectors.ib.store import Ids, Store
from connectors.ib.trades import Trade, Trades, base_of
from engine.domain.risk.rules.restrictions import OVER_THE_COUNTER
from engine.errors import MachineError
from engine.values import Instruction, Liquidity, Nanos, OrderType, Price, Quantity, TimeInForce
from tui.clock import zone_of


def standing(name: str = "SEED-1-7-0") -> Standing:
    return Standing(
        ref=ref_of(name),
        name=name,
        symbol="AAPL",
        instruction=Instruction.BUY,
        type=OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        quantity=Quantity(100),
    )


# ── names ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("SEED-1-7-0", "SEED-1-7-0"),
        ("SEED-1-7-3", "SEED-1-7-0"),
        ("AB12-2-1Z-A", "AB12-2-1Z-0"),
        ("A", "A"),
        ("THEIRS-1", "THEIRS-1"),
        ("P1928374651", "P1928374651"),
    ],
)
def test_an_order_keeps_the_reference_that_it_was_born_with(name: str, ref: str) -> None:
    assert ref_of(name) == ref


def test_an_order_id_means_nothing_in_the_next_connection() -> None:
    order = standing()
    roll = Roll((order,))
    roll.stands_as(order, 501, 1)
    assert roll.of_id(1) is order and roll.of_perm(501) is order
    roll.ids_forgotten()
    assert roll.of_id(1) is None and roll.of_perm(501) is order and order.order_id == 0
    roll.stands_as(order, 501, 9)
    assert roll.of_id(9) is order and order.handles == {501: 9}


def test_an_order_that_is_over_has_no_id_to_cancel_somebody_else_by() -> None:
    order = standing()
    roll = Roll((order,))
    roll.stands_as(order, 501, 1)
    roll.done(order)
    roll.ids_forgotten()
    assert order.order_id == 0 and order.handles == {501: 0}


def test_a_second_perm_id_of_a_reference_is_noticed() -> None:
    order = standing()
    roll = Roll((order,))
    assert not roll.stands_as(order, 501, 1)
    assert not roll.stands_as(order, 501, 1)
    assert roll.stands_as(order, 502, 2) and order.live_handles == {501: 1, 502: 2}


# ── ids ────────────────────────────────────────────────────────────────────────────────────────


def test_an_id_is_above_all_that_was_used_seen_or_promised(tmp_path: Path) -> None:
    ids = Ids(Store(tmp_path / "ib.db"), 0)
    ids.promised(10)
    assert ids.take("A") == 10
    ids.seen(40)
    ids.promised(5)
    assert ids.take("B") == 41
    ids.seen(-7)
    assert ids.take("C") == 42


def test_ids_outlive_the_process_and_a_gateway_that_rolls_them_back(tmp_path: Path) -> None:
    ids = Ids(Store(tmp_path / "ib.db"), 3)
    ids.promised(10)
    ids.take("A")
    ids.commit(0)
    later = Ids(Store(tmp_path / "ib.db"), 3)
    later.promised(1)
    assert later.take("B") == 11 and later.ref_of(10) == "A"
    assert Ids(Store(tmp_path / "ib.db"), 4).next == 1, "each client has ids of its own"


def test_a_disk_that_takes_no_more_stops_what_is_new(tmp_path: Path) -> None:
    store = Store(tmp_path / "ib.db")
    ids = Ids(store, 0)
    ids.take("A")
    store.close()
    with pytest.raises(MachineError, match="see to the disk"):
        ids.commit(0)
    assert ids.is_broken


# ── trades ─────────────────────────────────────────────────────────────────────────────────────


def trade(exec_id: str, quantity: int) -> Trade:
    base, revision = base_of(exec_id)
    return Trade(
        base,
        revision,
        "A",
        "AAPL",
        Instruction.BUY,
        Price(1),
        Quantity(quantity),
        Liquidity.TAKER,
        Nanos(0),
        "DU1",
        exec_id,
    )


def test_a_correction_takes_the_place_of_what_it_corrects_in_any_order() -> None:
    for order in ((1, 2, 3), (3, 2, 1), (2, 1, 3), (3, 1, 2)):
        trades = Trades()
        for number in order:
            trades.is_news(trade(f"0000e0d5.65a1.01.{number:02d}", number * 10))
        assert trades.told_of("A") == 30


def test_the_same_report_is_no_news() -> None:
    trades = Trades()
    assert trades.is_news(trade("x.01.01", 10)) and not trades.is_news(trade("x.01.01", 10))


@pytest.mark.parametrize(
    ("exec_id", "base"),
    [
        ("0000e0d5.65a1b2c3.01.01", ("0000e0d5.65a1b2c3.01", 0)),
        ("0000e0d5.65a1b2c3.01.12", ("0000e0d5.65a1b2c3.01", 11)),
        ("plain", ("plain", 0)),
        ("odd.x", ("odd.x", 0)),
    ],
)
def test_the_number_behind_the_last_dot_is_the_revision(
    exec_id: str, base: tuple[str, int]
) -> None:
    assert base_of(exec_id) == base


# ── depth ──────────────────────────────────────────────────────────────────────────────────────


def prices(depth: Depth, side: int) -> list[int]:
    return [row.price for row in depth.rows(side, 10, {})]


def test_an_insert_in_the_middle_moves_what_lies_below() -> None:
    depth = Depth()
    for position, price in enumerate((100, 98, 97)):
        depth.change(position, 0, BID, price, 5)
    depth.change(1, 0, BID, 99, 7)
    assert prices(depth, BID) == [100, 99, 98, 97] and not depth.is_doubtful
    depth.change(0, 2, BID, 0, 0)
    assert prices(depth, BID) == [99, 98, 97]


@pytest.mark.parametrize("row", [(5, 0), (5, 1), (0, 2), (-1, 0)])
def test_a_row_out_of_step_is_doubted_and_breaks_nothing(row: tuple[int, int]) -> None:
    depth = Depth()
    depth.change(row[0], row[1], ASK, 100, 5)
    assert depth.is_doubtful
    depth.clear()
    assert not depth.is_doubtful and depth.is_empty


def test_several_makers_at_a_price_are_one_row() -> None:
    depth = Depth()
    for position, size in enumerate((5, 7)):
        depth.change(position, 0, ASK, 101, size)
    (row,) = depth.rows(ASK, 5, {101: 3})
    assert (row.quantity, row.orders, row.own) == (12, 2, 3)


@given(
    some.lists(
        some.tuples(
            some.integers(-2, 60), some.integers(-1, 3), some.integers(0, 2), some.integers(0, 9)
        ),
        max_size=60,
    )
)
def test_no_stream_of_rows_breaks_a_book(rows: list[tuple[int, int, int, int]]) -> None:
    depth = Depth()
    for position, operation, side, price in rows:
        depth.change(position, operation, side, price, 1)
    assert len(depth.rows(BID, 100, {})) <= 50


# ── numbers, codes, safety ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "expected"),
    [(190.12, 1_901_200), ("0.1", 1_000), (1.797e308, 0), ("", 0), (None, 0), (float("nan"), 0)],
)
def test_doubles_become_exact_integers_or_nothing(value: object, expected: int) -> None:
    assert scaled(value, 4).value == expected


@given(some.integers(-(10**12), 10**12), some.integers(0, 8))
def test_numbers_leave_in_their_shortest_text_and_come_back(value: int, digits: int) -> None:
    text = str(decimal_of(value, digits))
    assert scaled(text, digits) == (value, True)
    assert not (("." in text) and text.endswith("0"))


def test_increments_say_how_many_digits_a_price_has() -> None:
    assert [digits_of(each) for each in (0.01, 0.005, 1, 0.00005, 1.797e308)] == [2, 3, 0, 5, 0]
    assert not is_number(1.7976931348623157e308)


def test_no_code_is_a_warning_and_a_refusal() -> None:
    assert not WARNINGS & REFUSALS
    assert kind_of(202) is Kind.CANCEL_CONFIRMED and kind_of(123_456) is Kind.UNKNOWN


@given(some.lists(some.text(min_size=1).filter(lambda t: "\0" not in t), max_size=5))
def test_staged_bytes_are_the_texts_that_leave(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    assert unframed(framed(texts)) == texts


@pytest.mark.parametrize(
    ("account", "paper"),
    [("DU1234567", True), ("DF765432", True), ("U1234567", False), ("DUMMY", False), ("", False)],
)
def test_only_a_paper_accounts_name_is_one(account: str, paper: bool) -> None:
    assert is_paper(account) == paper


def test_one_live_account_among_paper_ones_is_enough_to_refuse() -> None:
    assert "live account" in objection(("DU1234567", "U1234567"), "DU1234567", is_live=False)
    assert "paper account" in objection(("DU1234567", "U1234567"), "U1234567", is_live=True)
    assert objection(("U1234567",), "U1234567", is_live=True) == ""
    assert objection((), "", is_live=False)


def test_an_account_is_shown_by_its_last_digits() -> None:
    assert (masked("U1234567"), masked("DU1234567")) == ("U•••567", "DU•••567")


@pytest.mark.parametrize(
    ("exchange", "mic"),
    [
        ("NASDAQ", "XNAS"),
        ("ARCA", "ARCX"),
        ("NSE", "XNSE"),
        ("PINK", "OTCM"),
        ("ASX", "ASX"),
        ("NASDAQ.NMS", "XNAS"),
    ],
)
def test_exchanges_are_told_by_their_market_identifier(exchange: str, mic: str) -> None:
    assert mic_of(exchange) == mic


def test_what_trades_over_the_counter_at_ib_is_known_as_such_by_the_rules() -> None:
    assert mic_of("PINK") in OVER_THE_COUNTER and zone_of(mic_of("NYSE")) == "America/New_York"
