"""Coins are traded in parts: sizes in words, in JSON, in the ledger and at the limits."""

import msgspec
import pytest

from connectors.feeds.binance.pairs import PAIRS
from engine.domain.apply import state_hash
from engine.domain.cost_facts import FxRate
from engine.domain.events import OrderDenied, OrderFilled
from engine.domain.ledger.figures import account_figures
from engine.domain.reports import FxRatesSet
from engine.instruments import parse_money
from engine.runtime.history import OrderHistory
from engine.runtime.narration import Narrator
from engine.runtime.narration_words import sentence
from engine.runtime.preview_acts import preview_any
from engine.runtime.preview_words import preview_fields
from engine.runtime.resolve import UnresolvedError
from engine.runtime.why import explain
from tests.harness import DeskBench
from tests.unit.runtime.desk import context_of, meant, play, read, say

BTC = PAIRS["BTCUSDT"]
COIN = 10**8


@pytest.fixture
def bench() -> DeskBench:
    """BTCUSDT is 61,000.00 bid and 61,000.01 offered, 0.5 on each side; a USDT is a dollar."""
    bench = DeskBench(symbols=("AAPL", BTC), fee_table="us_retail")
    opening = msgspec.structs.replace(bench.opening(), fee_tables=(("USDT", "binance_spot"),))
    bench.submit(opening, FxRatesSet("USD", (FxRate(20200101, "USDT", 10**9),)))
    bench.quotes("BTCUSDT", 6_100_000, 6_100_001, COIN // 2)
    return bench


def filled(events: list) -> OrderFilled:  # type: ignore[type-arg]
    (event,) = [event for event in events if isinstance(event, OrderFilled)]
    return event


def denial(events: list) -> str:  # type: ignore[type-arg]
    (event,) = [event for event in events if isinstance(event, OrderDenied)]
    return " ".join(finding.sentence for finding in event.findings)


def narrated(bench: DeskBench, event: object) -> dict:  # type: ignore[type-arg]
    told = Narrator(bench.state, lambda order: order.number).tell(event)  # type: ignore[arg-type]
    assert told is not None
    return told


def test_a_coin_is_bought_in_parts_and_its_value_is_rounded_once(bench: DeskBench) -> None:
    event = filled(say(bench, "buy 0.01513 BTCUSDT 61000.01"))
    # 0.01513 × 61,000.01 = 922.9301513, to the sixth digit 922.930151; 0.1 % of it 0.922930.
    assert event.quantity == 1_513_000
    assert event.cash_delta == -parse_money("923.853081")
    assert event.fee == parse_money("0.922930")
    account = bench.state.accounts["PAPER"]
    assert account.cash_in("USDT") == -parse_money("923.853081")
    assert account.cash == parse_money("1000000")
    assert account.month_volume == 0


def test_halves_of_a_money_unit_go_away_from_zero_on_both_sides() -> None:
    assert BTC.notional(1, 5_000) == 1  # type: ignore[arg-type]  # 0.5 of a money unit
    assert BTC.notional(1, -5_000) == -1  # type: ignore[arg-type]
    assert BTC.notional(1, 4_999) == BTC.notional(-1, 4_999) == 0  # type: ignore[arg-type]


def test_a_round_trip_in_pieces_leaves_no_residual(bench: DeskBench) -> None:
    for size in ("0.00333", "0.00777", "0.01001"):
        say(bench, f"buy {size} BTCUSDT 61000.01")
    for size in ("0.00512", "0.01"):
        say(bench, f"sell {size} BTCUSDT 61000.00")
    say(bench, "sell pos BTCUSDT 61000.00")
    account = bench.state.accounts["PAPER"]
    position = account.positions["BTCUSDT"]
    assert (position.quantity, position.cost, position.lots) == (0, 0, [])
    assert [sum(ledger.values()) for ledger in (account.ledger, account.purses["USDT"].ledger)] == [
        0,
        0,
    ]
    assert account.cash_in("USDT") == position.realised - position.fees
    assert account_figures(account, bench.state, bench.session.market).day == account.cash_in(
        "USDT"
    )
    assert bench.replayed_hash() == state_hash(bench.state)


def test_words_and_json_carry_decimals_and_shares_stay_numbers(bench: DeskBench) -> None:
    history = OrderHistory(bench.journal.blocks)
    bench.session.listen_to_steps(history.note_step)
    event = filled(say(bench, "buy 0.015 BTCUSDT 61000.01"))
    told = narrated(bench, event)
    assert (told["quantity"], told["filled"], told["of"], told["position"]) == ("0.015",) * 4
    words = sentence(told, "USD")
    assert "buy 0.015 BTCUSDT at 61000.01, 0.015/0.015 filled, fee 0.915 USDT" in words
    assert "position +0.015" in words
    assert "took 0.015 at 61000.01 from the ask" in words
    bench.quotes("AAPL", 1_900_000, 1_900_100, 500)
    shares = narrated(bench, filled(say(bench, "buy 100 AAPL 190.01")))
    assert (shares["quantity"], shares["position"]) == (100, 100)
    order = bench.order(1)
    why = explain(order, history.of(order.order_id), bench.state)
    assert why.title.startswith("Order 20260105-1: buy 0.015 BTCUSDT LMT 61000.01")
    assert why.summary["filled"] == "0.015"


@pytest.mark.parametrize(
    ("size", "units"),
    [
        ("0.015", 1_500_000),
        (".015", 1_500_000),
        ("2", 2 * COIN),
        ("0.0001k", 10_000_000),
        ("$10k", 16_393_000),
        ("1%", 16_393_000),
    ],
)
def test_sizes_are_read_in_the_scale_of_the_coin(bench: DeskBench, size: str, units: int) -> None:
    assert meant(bench, f"buy {size} BTCUSDT 61000").quantity == units


def test_what_is_worked_out_comes_in_whole_lots(bench: DeskBench) -> None:
    say(bench, "buy 0.01001 BTCUSDT 61000.01")
    assert meant(bench, "sell half BTCUSDT 61000").quantity == 500_000
    assert meant(bench, "sell 33% BTCUSDT 61000").quantity == 330_000
    assert meant(bench, "sell max BTCUSDT 61000").quantity == 1_001_000
    room = meant(bench, "buy max BTCUSDT 61000").quantity
    assert room % BTC.lot_size == 0
    # R02: a quarter of what the account is worth, some cents under a million, at 61,000.00.
    assert room == 409_835_000
    with pytest.raises(UnresolvedError, match=r"less than 0\.00001 BTC, the least traded"):
        meant(bench, "buy $0.5 BTCUSDT 61000")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("buy 20000 BTCUSDT 61000", "Quantity 20,000 is above your limit of 10,000 BTC (R01"),
        ("buy 5 BTCUSDT 61000", "above your limit of 250,000.00, which allows 4.09836 BTC (R02"),
        ("buy 0.000015 BTCUSDT 61000", "Quantity 0.000015 is no multiple of the lot of 0.00001"),
        ("buy 0.00005 BTCUSDT 61000", "0.00005 BTC are worth 3.05 USDT, and the venue takes 5.00"),
        ("sell 0.1 BTCUSDT 61000", "You hold no BTCUSDT, and on the spot nothing else can be sold"),
        ("short 0.1 BTCUSDT 61000", "BTCUSDT is traded on the spot: what you do not hold cannot"),
        ("buy 0.1 BTCUSDT 61000.005", ""),
    ],
)
def test_rules_speak_of_coins(bench: DeskBench, line: str, sentence: str) -> None:
    if not sentence:
        with pytest.raises(UnresolvedError, match="more than 2 decimal places"):
            say(bench, line)
        return
    assert sentence in denial(say(bench, line))


def test_a_part_of_a_share_is_refused_by_name(bench: DeskBench) -> None:
    with pytest.raises(UnresolvedError, match=r"AAPL is traded in whole shares: '1\.5'"):
        say(bench, "buy 1.5 AAPL 190")
    with pytest.raises(UnresolvedError, match="more than 8 decimal places"):
        say(bench, "buy 0.000000001 BTCUSDT 61000")
    with pytest.raises(UnresolvedError, match="a quantity is below 10,000,000,000"):
        say(bench, "buy 10000000001 BTCUSDT 61000")


def test_the_preview_says_what_the_script_expects(bench: DeskBench) -> None:
    told = preview_any(
        read("buy max BTCUSDT 61000"), "", context_of(bench), bench.venue, bench.host.now
    )
    assert told.resolved == "buy 4.09836 BTCUSDT 61000.00"
    assert told.outcome == "rests, 0.5 ahead"
    fields = preview_fields(told, BTC, bench.host.now)
    assert (fields["position_before"], fields["position_after"]) == ("0", "4.09836")
    assert (fields["room"], fields["currency"]) == ("4.09836", "USDT")
    assert "position +0 → +4.09836" in sentence(fields, "USD")


def test_expectations_and_changes_take_decimals(bench: DeskBench) -> None:
    result = play(
        bench,
        "buy 0.02 BTCUSDT 61000.01",
        "expect order 1 filled 0.02",
        "expect position BTCUSDT 0.02",
        "buy 0.3 BTCUSDT 60000",
        "replace 2 qty 0.25",
        "cancel 2",
        "expect order 2 cancelled 0",
        "expect position BTCUSDT 0.03",
    )
    assert result.problem == "line 8: expected position BTCUSDT 0.03: position is 0.02"
    assert bench.order(2).quantity == COIN // 4


def test_flatten_and_cancel_count_coins(bench: DeskBench) -> None:
    say(bench, "buy 0.25 BTCUSDT 61000.01")
    say(bench, "buy 0.1 BTCUSDT 60000")
    context = context_of(bench)
    told = preview_any(read("flatten BTCUSDT"), "", context, bench.venue, bench.host.now)
    assert told.changes == ("cancels 1 order: 1 buy, 0.1 BTC, then closes +0.25 at market",)
    say(bench, "flatten BTCUSDT")
    assert bench.position("BTCUSDT") == 0
