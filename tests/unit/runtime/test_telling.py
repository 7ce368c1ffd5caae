"""What the desk tells: JSON for programs, sentences for people, `why`, and the rows of a screen."""

import json
from typing import Any

import pytest

from engine.domain.apply import state_hash
from engine.domain.commands import CancelOrder
from engine.domain.quotes import Phase
from engine.domain.reports import SessionEnded, TradeDateRolled, VenueFilled
from engine.domain.views import Severity
from engine.ports import FocusSymbol
from engine.runtime.history import OrderHistory
from engine.runtime.interrupts import Interrupts
from engine.runtime.narration import Narrator
from engine.runtime.narration_words import sentence
from engine.runtime.view import ViewBuilder
from engine.runtime.why import explain
from engine.values import NANOS_PER_SECOND as SECOND
from engine.values import Liquidity, Nanos, OrderId, Price, Quantity
from tests.harness import DeskBench
from tests.unit.runtime.desk import say


class Told:
    """A desk whose every event is narrated as it becomes durable."""

    def __init__(self) -> None:
        self.bench = DeskBench(fee_table="us_retail")
        self.history = OrderHistory(self.bench.journal.blocks)
        self.rows: list[dict[str, Any]] = []
        self.narrator = Narrator(self.bench.state, lambda order: order.number)
        self.views = ViewBuilder(self.bench.session, self.bench.venue, "PAPER")
        self.bench.session.listen_to_steps(self.history.note_step)
        self.bench.session.listen(self._narrate)
        self.bench.quotes("AAPL", 1_900_000, 1_900_200, 300)

    def _narrate(self, record: Any) -> None:
        if record.cause != record.sequence:
            fields = self.narrator.tell(record.body)
            if fields is not None:
                self.rows.append(fields)

    def say(self, text: str) -> list[dict[str, Any]]:
        before = len(self.rows)
        say(self.bench, text)
        return self.rows[before:]

    def why(self, number: int) -> tuple[str, str]:
        order = self.bench.order(number)
        told = explain(order, self.history.of(number), self.bench.state)
        return told.title, "\n".join(told.lines)


@pytest.fixture
def desk() -> Told:
    return Told()


def test_a_fill_is_told_with_prices_and_money_as_text(desk: Told) -> None:
    sent, accepted, filled = desk.say("buy 100 AAPL 190.02")
    identity = {"at": "2026-01-05T14:30:00.000000000Z", "order": 1, "id": "20260105-1"}
    assert sent == {
        **identity,
        "event": "order_sent",
        "symbol": "AAPL",
        "side": "buy",
        "quantity": 100,
        "type": "LMT",
        "time_in_force": "DAY",
        "price": "190.02",
        "stop": None,
    }
    assert accepted == {**identity, "event": "order_accepted", "queue_ahead": None}
    assert filled == {
        **identity,
        "event": "order_filled",
        "symbol": "AAPL",
        "side": "buy",
        "quantity": 100,
        "price": "190.02",
        "filled": 100,
        "of": 100,
        "fee": "1.00",
        "currency": "USD",
        "liquidity": "taker",
        "realised": "0.00",
        "position": 100,
        "why": "took 100 at 190.02 from the ask, 1 order",
    }


def test_a_denial_is_told_with_every_rule_and_its_numbers(desk: Told) -> None:
    (denied,) = desk.say("buy 20000 AAPL 190.00")
    assert denied["event"] == "order_denied"
    assert denied["order"] == 1
    rules = {rule["rule"]: rule for rule in denied["rules"]}
    assert rules["R01"]["actual"] == "20,000"
    assert rules["R01"]["limit"] == "10,000"
    assert rules["R01"]["verdict"] == "deny"
    assert rules["R01"]["text"].endswith("(R01 order_quantity, risk.order_quantity_max).")


EVERYTHING = [
    "buy 100 AAPL 190.02",
    "buy 50 AAPL 190.00",
    "replace 2 qty 40",
    "replace 2 qty 40",
    "replace 2 price 180.00 qty 50000",
    "cancel 2",
    "cancel 2",
    "buy 10 AAPL 190.02 post",
    "buy 7 ZZZZ 5.00",
    "sell 100 AAPL stp 190.00",
    "short 10 GOOG mkt",
    "set order_quantity_max 500",
    'halt "news"',
    "halt",
    'resume "over"',
    "cancel *",
    "flatten AAPL",
    "kill",
]


def test_whatever_happens_is_told_in_one_shape(desk: Told) -> None:
    for line in EVERYTHING:
        desk.say(line)
    desk.bench.submit(SessionEnded("done", True))
    kinds = {row["event"] for row in desk.rows}
    assert kinds >= {
        "order_sent",
        "order_accepted",
        "order_filled",
        "order_replaced",
        "order_cancelled",
        "order_rejected",
        "order_denied",
        "replace_denied",
        "cancel_denied",
        "command_refused",
        "limit_tightened",
        "trading_state",
        "flatten_started",
        "flatten_finished",
    }
    for row in desk.rows:
        assert list(row)[:2] == ["at", "event"]
        assert "." not in json.dumps({k: v for k, v in row.items() if isinstance(v, float)})
        assert json.loads(json.dumps(row)) == row
        line = sentence(row, "USD")
        assert line.startswith("09:30:00.000  ")
        assert line.split(maxsplit=1)[1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("buy 100 AAPL 190.02", "#1 buy 100 AAPL at 190.02, 100/100 filled, fee 1.00"),
        ("buy 5 AAPL 190.00", "#1 working, 300 ahead in the queue"),
        ("buy 5 ZZZZ 1.00", "#1 buy 5 ZZZZ LMT 1.00 DAY denied\n    R39 Nobody knows ZZZZ"),
        ("flatten AAPL", "flatten refused (AAPL): There is no position to close."),
    ],
)
def test_people_read_sentences(desk: Told, line: str, words: str) -> None:
    assert words in "\n".join(sentence(row, "USD") for row in desk.say(line))


def test_a_halt_is_told_from_its_beginning_to_its_end_and_once(desk: Told) -> None:
    turns = [(Phase.OPEN, ""), (Phase.HALTED, "news"), (Phase.QUOTATION, "news"), (Phase.OPEN, "")]
    for phase, text in (*turns, (Phase.OPEN, "")):
        desk.bench.paper.entered_phase("AAPL", phase, text)
        desk.bench.host.settle()
    told = [row for row in desk.rows if row["event"].startswith("symbol_")]
    assert [row["event"] for row in told] == ["symbol_halted", "symbol_quotation", "symbol_open"]
    assert sentence(told[-1], "USD").endswith("AAPL trades again after its halt: news")
    assert desk.bench.state.halts == {}
    assert desk.bench.replayed_hash() == state_hash(desk.bench.state)


# ── why ────────────────────────────────────────────────────────────────────────────────────────


def test_why_tells_a_fill_with_its_reason(desk: Told) -> None:
    desk.say("buy 100 AAPL 190.02")
    title, lines = desk.why(1)
    assert title == "Order 20260105-1: buy 100 AAPL LMT 190.02 DAY — filled, 100/100 filled"
    assert "every rule let it pass" in lines
    assert "300 bid at 190.00, 300 offered at 190.02" in lines
    assert "filled 100 at 190.02 as taker" in lines
    assert "took 100 at 190.02 from the ask" in lines
    assert "not filled" not in lines


def test_why_tells_what_was_missing(desk: Told) -> None:
    desk.say("buy 100 AAPL 190.00")
    assert "100 not filled: 300 stood ahead of it on arrival" in desk.why(1)[1]
    desk.say("sell 5 AAPL stp 180.00")
    desk.say("buy 5 AAPL 190.01")
    desk.say("cancel 3")
    assert "5 not filled: nothing traded while it waited" in desk.why(3)[1]
    assert "cancel asked for by script" in desk.why(3)[1]


def test_why_tells_which_auction_an_order_waits_for(desk: Told) -> None:
    desk.say("buy 100 AAPL 190.00 cls")
    assert "100 not filled: it waits for the closing auction" in desk.why(1)[1]
    desk.say("cancel 1")
    assert "100 not filled: it was cancelled before the closing auction" in desk.why(1)[1]
    desk.say("buy 50 AAPL 189.00 cls")
    for phase in (Phase.AUCTION, Phase.CLOSED):
        desk.bench.enters("AAPL", phase)
    left = "50 not filled: nothing was paired in the closing auction"
    assert left in desk.why(2)[1]


def test_why_gives_the_venues_reason_for_what_was_let_go(desk: Told) -> None:
    desk.say("buy 400 AAPL 190.02 ioc")
    reason = "immediate or cancel: nothing more stood within the limit"
    assert f"100 not filled: {reason}" in desk.why(1)[1]


def test_why_tells_what_became_of_an_order_before_the_rules_that_had_nothing_to_say(
    desk: Told,
) -> None:
    desk.say("buy 100 AAPL 190.02")
    told = explain(desk.bench.order(1), desk.history.of(1), desk.bench.state)
    filled = next(place for place, line in enumerate(told.lines) if "filled 100" in line)
    passed = next(place for place, line in enumerate(told.lines) if "rules passed: " in line)
    off = next(place for place, line in enumerate(told.lines) if " off: " in line)
    assert filled < passed < off
    assert told.lines[passed].startswith("the check ")
    assert not any(line[:2].isdigit() for line in told.lines[passed:])
    assert "rules passed: " in told.facts[0]["text"], "the event's own fact keeps them"


@pytest.mark.parametrize(
    ("early", "said"),
    [
        (250_000_000, "it happened at 09:30:29.750; the report took 250.000 ms"),
        (3_000_000_000, "it happened at 09:30:27; the report took about 3 s"),
        (0, ""),
    ],
    ids=["to the nanosecond", "to the second", "at once"],
)
def test_why_tells_no_delay_that_the_venues_clock_does_not_tell(early: int, said: str) -> None:
    desk = Told()
    desk.say("buy 100 AAPL 189.00")
    desk.bench.pass_time(30 - desk.bench.host.now % (60 * SECOND) / SECOND)
    at, name = Nanos(desk.bench.host.now - early), desk.bench.order(1).client_order_id
    size = Quantity(100)
    desk.bench.submit(VenueFilled(name, "X1", Price(1_890_000), size, Liquidity.MAKER, at=at))
    lines = desk.why(1)[1]
    assert said in lines and ("the report took" in lines) is bool(said)


def test_why_tells_a_denial_by_its_rules(desk: Told) -> None:
    desk.say("buy 20000 AAPL 190.00")
    title, lines = desk.why(1)
    assert title.endswith("denied, 0/20,000 filled")
    assert "denied: it never left" in lines
    assert "R01 order_quantity denies: Quantity 20,000 is above your limit of 10,000" in lines
    assert "not filled" not in lines


def test_why_tells_a_stop_that_was_never_reached(desk: Told) -> None:
    desk.say("buy 10 AAPL 190.02")
    desk.say("sell 10 AAPL stp 189.00")
    assert "the market did not reach its stop 189.00" in desk.why(2)[1]


# ── the screen's rows ──────────────────────────────────────────────────────────────────────────


def test_a_frame_shows_orders_fills_positions_and_money(desk: Told) -> None:
    desk.say("buy 100 AAPL 190.02")
    desk.say("sell 40 AAPL 195.00")
    desk.say("buy 20000 AAPL 190.00")
    desk.views.focus = FocusSymbol("AAPL")
    frame = desk.views.build(speed="×1", updates_per_second=7)
    assert [row.number for row in frame.orders] == [3, 2, 1]
    assert [row.state for row in frame.orders] == ["denied", "working", "filled"]
    assert frame.orders[0].findings[0].rule == "R01"
    assert frame.orders[1].queue_ahead == 0
    assert frame.orders[2].average == 1_900_200
    assert (frame.fills[0].quantity, frame.fills[0].position_after) == (100, 100)
    (position,) = frame.positions
    assert (position.quantity, position.exits) == (100, 40)
    account = desk.bench.state.accounts["PAPER"]
    assert frame.account.cash == account.cash
    assert frame.account.buying_power == account.cash - account.reserved
    assert (frame.denied, frame.attention, frame.trading_state) == (1, 0, "ACTIVE")
    assert frame.depth is not None
    own = [row for row in frame.depth.asks if row.own]
    assert [(row.price, row.own) for row in own] == [(1_950_000, 40)]
    quote = next(row for row in frame.quotes if row.symbol == "AAPL")
    assert (quote.bid, quote.position, quote.working) == (1_900_000, 100, 1)


def test_conditions_and_states_are_shown_side_by_side(desk: Told) -> None:
    desk.say("kill")
    frame = desk.views.build(speed="", updates_per_second=0)
    assert (frame.trading_state, frame.trading_reason) == ("KILLED", "kill switch")
    assert [(c.code, c.severity) for c in frame.conditions] == [("killed", Severity.ATTENTION)]
    assert frame.depth is None


def test_a_position_without_a_mark_is_unknown_and_not_nothing(desk: Told) -> None:
    desk.say("buy 100 AAPL 190.02")
    desk.bench.restart()
    views = ViewBuilder(desk.bench.session, desk.bench.venue, "PAPER")
    (position,) = views.build(speed="", updates_per_second=0).positions
    assert (position.quantity, position.market_value, position.unrealised) == (100, None, None)


def test_after_the_date_rolled_the_rows_of_earlier_days_are_gone_and_nothing_breaks(
    desk: Told,
) -> None:
    desk.say("buy 5 AAPL mkt")
    fills = [r for r in desk.bench.journal.records() if type(r.body).__name__ == "OrderFilled"]
    desk.bench.restart(trade_date=20260106)
    views = ViewBuilder(desk.bench.session, desk.bench.venue, "PAPER")
    views.remember(fills)
    assert views.build(speed="×1", updates_per_second=0).fills == ()
    assert len(fills) == 1


def test_an_order_of_an_earlier_day_is_told_with_its_day() -> None:
    bench = DeskBench()
    bench.quotes("AAPL", 1_899_000, 1_900_000)
    say(bench, "buy 5 AAPL 180 gtc")
    bench.submit(TradeDateRolled(20260106, (("AAPL", Price(1_899_500)),)))
    say(bench, "buy 5 AAPL 181")
    bench.submit(*(CancelOrder(OrderId(number)) for number in (1, 2)))
    interrupts = Interrupts(bench.state, "PAPER")
    notices = [n for n in map(interrupts.notice_of, bench.journal.records()) if n]
    gone = [n.text.split()[1] for n in notices if n.code == "order_cancelled"]
    assert gone == ["#0105-1", "#1"]


def test_an_order_waits_for_the_end_of_one_of_an_earlier_session_by_its_id(desk: Told) -> None:
    """It was told to wait for the end of `None`, because that session numbers its own orders."""
    desk.say("buy 100 AAPL 190.02")
    desk.say("buy 10 AAPL 190.00")
    desk.narrator = Narrator(desk.bench.state, lambda order: None)
    (queued, *_) = [row for row in desk.say("sell 10 AAPL mkt") if "behind" in row]
    assert (queued["event"], queued["behind"]) == ("order_queued", ["20260105-2"])
    assert "waits for the end of 20260105-2" in sentence(queued, "USD")
