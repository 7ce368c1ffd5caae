"""Several currencies in one account: rupees bought, borrowed and squared, without a residual."""

import msgspec
import pytest

from engine.domain.apply import state_hash
from engine.domain.cost_facts import FxRate
from engine.domain.events import CommandRefused, CurrencyConverted, OrderDenied, OrderFilled
from engine.domain.ledger.figures import account_figures
from engine.domain.reasons import Refusal
from engine.domain.reports import FxRatesSet, InstrumentsListed, TradeDateRolled
from engine.domain.risk.margin import buying_power
from engine.instruments import Instrument, TickBand, parse_money
from engine.runtime.history import OrderHistory
from engine.runtime.narration import Narrator
from engine.runtime.narration_words import sentence
from engine.runtime.preview_acts import preview_act, preview_any
from engine.runtime.preview_words import preview_fields
from engine.runtime.why import explain
from engine.values import Price
from tests.harness import DeskBench
from tests.unit.runtime.desk import context_of, play, read, say

RELIANCE = Instrument(
    "RELIANCE", mic="XNSE", currency="INR", tick_bands=(TickBand(Price(0), Price(500)),)
)
RATES = FxRatesSet(
    "USD", (FxRate(20251201, "INR", 11_000_000), FxRate(20260106, "INR", 11_500_000))
)


@pytest.fixture
def bench() -> DeskBench:
    """RELIANCE is 1,500.00 bid and 1,500.05 offered; a rupee is 0.011 USD, 0.0115 tomorrow."""
    bench = DeskBench(symbols=("AAPL", "RELIANCE"), fee_table="us_retail")
    opening = msgspec.structs.replace(bench.opening(), fee_tables=(("INR", "india_intraday"),))
    bench.submit(opening, InstrumentsListed((Instrument("AAPL"), RELIANCE)), RATES)
    market(bench, 15_000_000)
    return bench


def market(bench: DeskBench, bid: int) -> None:
    bench.others_leave("RELIANCE")
    bench.quotes("RELIANCE", bid, bid + 500, 10_000)


def figures(bench: DeskBench):  # type: ignore[no-untyped-def]
    return account_figures(bench.state.accounts["PAPER"], bench.state, bench.session.market)


def cash(bench: DeskBench, currency: str) -> int:
    return bench.state.accounts["PAPER"].cash_in(currency)


def ledgers(bench: DeskBench) -> list[dict]:
    account = bench.state.accounts["PAPER"]
    return [account.ledger, *(purse.ledger for purse in account.purses.values())]


def test_a_rupee_round_trip_leaves_no_residual(bench: DeskBench) -> None:
    say(bench, "buy 100 RELIANCE 1500.05")
    # 150,005.00 and the charges of the purchase are owed in rupees; no dollar moved.
    # Brokerage 20.00, exchange 4.46, SEBI 0.15, GST 4.43, stamp duty 4.50.
    assert cash(bench, "INR") == -parse_money("150038.54")
    assert cash(bench, "USD") == parse_money("1000000")
    market(bench, 15_200_000)
    say(bench, "sell 100 RELIANCE 1520.00")
    # 152,000.00 less 20.00, 4.51, 0.15, 4.44 and STT 38.00.
    assert cash(bench, "INR") == parse_money("1894.36")
    say(bench, "convert all INR USD")
    assert cash(bench, "INR") == 0
    # 1,894.36 × 0.011 = 20.83796, and 2.00 for the conversion.
    assert cash(bench, "USD") == parse_money("1000018.83796")
    assert [sum(ledger.values()) for ledger in ledgers(bench)] == [0, 0]
    told = figures(bench)
    assert (told.day, told.rate_day) == (parse_money("18.83796"), 0)
    assert told.price_day == told.day
    assert told.equity == cash(bench, "USD")
    assert bench.replayed_hash() == state_hash(bench.state)


def test_the_day_splits_into_price_and_rate_exactly(bench: DeskBench) -> None:
    say(bench, "convert 2000 USD INR")
    assert cash(bench, "INR") == parse_money("181818.181818")
    say(bench, "buy 100 RELIANCE 1500.05")
    bench.submit(TradeDateRolled(20260106, (("RELIANCE", Price(15_000_000)),)))
    # Overnight: cash 31,779.641818 and shares of 150,000.00, each worth 0.0005 more.
    told = figures(bench)
    assert told.rate_day == parse_money("90.889821")
    market(bench, 15_100_000)
    told = figures(bench)
    # 100 × (1,510.025 − 1,500.00) × 0.0115
    assert told.price_day == parse_money("11.52875")
    assert told.rate_day == parse_money("90.889821")
    assert told.day == told.price_day + told.rate_day
    # Equity began the day at (31,779.641818 + 150,000.00) × 0.011 and what is left in dollars.
    began = parse_money("997998") + parse_money("1999.57606")
    assert told.equity is not None
    assert told.day == told.equity - began


def test_rupees_that_are_owed_cost_more_when_the_rupee_rises(bench: DeskBench) -> None:
    say(bench, "buy 100 RELIANCE 1500.05")
    market(bench, 15_000_000)
    say(bench, "sell 100 RELIANCE 1500.00")
    owed = cash(bench, "INR")
    bench.submit(TradeDateRolled(20260106, ()))
    assert figures(bench).rate_day == round(owed * 5 / 10_000)
    say(bench, "convert all INR USD")
    assert cash(bench, "INR") == 0
    assert sum(ledgers(bench)[1].values()) == 0


def test_buying_power_is_one_figure_in_the_accounts_currency(bench: DeskBench) -> None:
    account = bench.state.accounts["PAPER"]

    def power() -> int | None:
        return buying_power(account, bench.state, bench.session.market)

    say(bench, "buy 100 RELIANCE 1490.00")
    # (149,000.00 + 33.47 of charges) × 0.011
    assert account.reserved == parse_money("1639.36817")
    assert power() == parse_money("1000000") - account.reserved
    say(bench, "cancel *")
    say(bench, "buy 100 RELIANCE 1500.05")
    assert power() == parse_money("1000000") - parse_money("1650.42394")


def test_a_limit_of_value_counts_dollars_not_rupees(bench: DeskBench) -> None:
    # 20,000 × 1,500.05 × 0.011 is 330,011 dollars: above 250,000; 10,000 shares are 165,005.50.
    happened = say(bench, "buy 20000 RELIANCE 1500.05")
    (denied,) = [event for event in happened if isinstance(event, OrderDenied)]
    said = {finding.rule: finding for finding in denied.findings}
    assert said["R02"].actual == "330,011.00"
    assert not [e for e in say(bench, "buy 10000 RELIANCE 1500.05") if isinstance(e, OrderDenied)]


def test_without_a_rate_nothing_is_bought_and_nothing_is_converted() -> None:
    bench = DeskBench(symbols=("RELIANCE",))
    bench.submit(InstrumentsListed((RELIANCE,)))
    market(bench, 15_000_000)
    (denied,) = [e for e in say(bench, "buy 1 RELIANCE 1500.05") if isinstance(e, OrderDenied)]
    assert denied.findings[0].sentence == (
        "There is no exchange rate for INR in USD on 20260105: add a row to fx_rates.csv in the "
        "home (R38 stale_rate)."
    )
    (refused,) = say(bench, "convert 100 USD INR")
    assert isinstance(refused, CommandRefused)
    assert refused.refusal is Refusal.NO_RATE


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("convert 2000000 USD INR", Refusal.NOT_ENOUGH_CASH),
        ("convert 999999 USD INR", Refusal.NOT_ENOUGH_CASH),  # the fee is not covered
        ("convert 1 INR USD", Refusal.NOT_ENOUGH_CASH),
        ("convert all INR USD", Refusal.NOT_ENOUGH_CASH),
        ("convert 1 EUR INR", Refusal.NOT_THROUGH_BASE),
        ("convert 1 USD USD", Refusal.NOT_THROUGH_BASE),
        ("convert 1 EUR USD", Refusal.NO_RATE),
    ],
)
def test_a_conversion_that_cannot_be_is_refused_by_name(
    bench: DeskBench, line: str, refusal: Refusal
) -> None:
    (refused,) = say(bench, line)
    assert isinstance(refused, CommandRefused)
    assert refused.refusal is refusal
    assert cash(bench, "USD") == parse_money("1000000")


def test_a_conversion_names_its_rate_and_its_fee(bench: DeskBench) -> None:
    (converted,) = say(bench, "convert 110000 USD INR")
    assert isinstance(converted, CurrencyConverted)
    assert converted.bought_amount == parse_money("10000000")
    assert converted.fee == parse_money("2.20")  # 0.2 of a basis point of 110,000
    account = bench.state.accounts["PAPER"]
    assert account.ledger["exchange"] == parse_money("110000")
    assert account.purses["INR"].ledger["exchange"] == -parse_money("10000000")


def test_a_script_expects_cash_and_fees_in_money(bench: DeskBench) -> None:
    result = play(
        bench,
        "convert 2000 USD INR",
        "buy 100 RELIANCE 1500.05",
        "expect cash > 31000 INR",
        "expect cash = 997998",
        "expect fees = 2.36894",
    )
    assert result.problem == ""
    wrong = play(bench, "expect cash = 0 INR")
    assert wrong.problem == "line 1: expected cash = 0 INR: cash is 31779.641818 INR"
    wrong = play(bench, "expect fees <= 2")
    assert wrong.problem == "line 1: expected fees <= 2: fees are 2.36894"


def test_a_conversion_is_shown_before_it_is_done(bench: DeskBench) -> None:
    line = read("convert 2000 USD INR")
    told = preview_act(line, "", context_of(bench), bench.venue, bench.host.now)
    assert told.changes == ("2,000.00 USD to 181,818.18 INR at 0.011, fee 2.00",)
    too_much = read("convert 2000000 USD INR")
    told = preview_act(too_much, "", context_of(bench), bench.venue, bench.host.now)
    assert not told.is_valid
    assert told.problem == "There is not that much cash of it to convert, fee included."


def test_a_fill_names_the_currency_that_is_not_the_accounts_own(bench: DeskBench) -> None:
    history, narrator = (
        OrderHistory(bench.journal.blocks),
        Narrator(bench.state, lambda o: o.number),
    )
    bench.session.listen_to_steps(history.note_step)
    filled = [e for e in say(bench, "buy 100 RELIANCE 1500.05") if isinstance(e, OrderFilled)]
    told = narrator.tell(filled[0])
    assert told is not None
    assert (told["fee"], told["currency"]) == ("33.54", "INR")
    assert ", fee 33.54 INR, position +100" in sentence(told, "USD")
    assert ", fee 33.54, position +100" in sentence(told, "INR")
    why = explain(bench.order(1), history.of(1), bench.state)
    assert "fee 33.54 INR" in "\n".join(why.lines)
    assert "fees 33.54 INR (india_intraday)" in "\n".join(why.lines)
    assert why.summary["currency"] == "INR"


def test_a_preview_counts_and_names_the_money_of_the_symbol(bench: DeskBench) -> None:
    say(bench, "buy 100 RELIANCE 1500.05")
    bench.quotes("AAPL", 1_900_000, 1_900_200, 300)
    say(bench, "buy 100 AAPL 190.02")
    for line in ("flatten RELIANCE", "reverse RELIANCE"):
        told = preview_any(read(line), "", context_of(bench), bench.venue, bench.host.now)  # type: ignore[arg-type]
        assert told.cash_before == cash(bench, "INR")
    fields = preview_fields(told, RELIANCE, bench.host.now)
    assert fields["currency"] == "INR"
    assert f"cash after {fields['cash_after']} INR" in sentence(fields, "USD")
    told = preview_any(read("flatten *"), "", context_of(bench), bench.venue, bench.host.now)  # type: ignore[arg-type]
    assert told.changes[-2].startswith("worth 19,000.00, fee ")
    assert told.changes[-1].startswith("worth 150,000.00 INR, fee ")
