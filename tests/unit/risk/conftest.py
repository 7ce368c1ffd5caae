"""A small desk for the rules: one account, one quoted symbol, everything else said by the test."""

from typing import Any

import msgspec
import pytest

from engine.domain.breaker_memory import MarketHalt, Slow
from engine.domain.breaker_memory import Restriction as ShortRestriction
from engine.domain.commands import Origin, SubmitOrder
from engine.domain.cost_facts import BorrowTerms, Dividend, FxRate
from engine.domain.day_flow import SymbolFlow
from engine.domain.events import FlattenStep, TradingState
from engine.domain.ledger.positions import Lot, Position
from engine.domain.lifecycle import Certainty, Status
from engine.domain.margin_kept import Settling
from engine.domain.message_facts import Message, Turn, Waiting
from engine.domain.moves import revalue
from engine.domain.orders import Order, Pending, open_value_of, reserve_of
from engine.domain.quotes import Market, Phase, Quote, Source
from engine.domain.reasons import Finding, Verdict
from engine.domain.reference_facts import AverageVolume, Earnings, Restriction
from engine.domain.reports import LinkState
from engine.domain.risk.frame import Assessment, evaluate
from engine.domain.risk.limits import Limits, default_pairs
from engine.domain.risk.opening import opening_of, tally_opening
from engine.domain.risk.proposal import Proposal, propose, propose_replace
from engine.domain.risk.regimes import Regime
from engine.domain.risk.reserve import reserve_for
from engine.domain.risk.rules.conduct import price_print
from engine.domain.risk.self_match import SelfMatchMode
from engine.domain.state import Account, Arming, FlattenRun, State, Trading
from engine.domain.strategy_facts import StrategyHold
from engine.instruments import Instrument, parse_money
from engine.runtime.market_time import at_time_of_day
from engine.values import (
    MONEY_SCALE,
    Instruction,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
)

SECOND = 1_000_000_000
NOW = Nanos(1_000 * SECOND)


class Desk:
    """GOOG trades at 99.90 / 100.10, last 100.00; the account holds 1,000,000 in cash."""

    def __init__(self) -> None:
        self.now = NOW
        self.market = Market()
        self.market.feed_heard_at = NOW
        self.state = State(mode="paper", trade_date=20120621)
        self.account = Account(
            account="PAPER",
            currency="USD",
            cash=parse_money("1000000"),
            fee_table="us_retail",
            ledger={},
            positions={},
            trading=Trading(),
            symbols={},
        )
        self.state.accounts["PAPER"] = self.account
        self.lists("GOOG")
        self.quote("GOOG")

    # ── what is given ──────────────────────────────────────────────────────────────────────────

    def lists(self, symbol: str, **fields: Any) -> None:
        self.state.instruments[symbol] = Instrument(symbol, **fields)
        self.state.phases[symbol] = Phase.OPEN

    def quote(
        self,
        symbol: str = "GOOG",
        bid: str = "99.90",
        ask: str = "100.10",
        last: str = "100.00",
        source: Source = Source.SYNTHETIC,
        **fields: Any,
    ) -> None:
        instrument = self.state.instruments[symbol]
        bid_price, ask_price, last_price = (
            instrument.parse_price(text) if text else Price(0) for text in (bid, ask, last)
        )
        self.market.quotes[symbol] = Quote(
            symbol, bid=bid_price, ask=ask_price, last=last_price, source=source, **fields
        )

    def band(self, low: str, high: str, *, pauses: bool = False) -> None:
        """What the venue tells of GOOG's limits up and down."""
        quote, instrument = self.market.quotes["GOOG"], self.state.instruments["GOOG"]
        quote.band_low, quote.band_high = instrument.parse_price(low), instrument.parse_price(high)
        quote.pauses_at = Nanos(self.now + SECOND if pauses else 0)

    def restricts(self, trade_date: int = 20120621) -> None:
        """Rule 201 holds for GOOG since that date."""
        self.state.breakers.restricted["GOOG"] = ShortRestriction(NOW, trade_date, False, "it fell")

    def market_halts(self, seconds: int, *, rest_of_day: bool = False) -> None:
        """The index fell so long ago that trading stops for so many seconds more."""
        until, date = Nanos(self.now + seconds * SECOND), self.state.trade_date
        self.state.index = "GOOG"
        self.state.breakers.market = MarketHalt(Nanos(0), date, 1, until, rest_of_day, "it fell")

    def slows(self, millis_ago: int) -> None:
        """Desk yellow; the last order left so long ago."""
        self.state.breakers.slow = Slow(NOW, "12 of 20 rejected", "60 %", "50 %")
        self.state.breakers.activity.last_order_at = Nanos(self.now - millis_ago * SECOND // 1_000)

    def knows(
        self,
        volumes: dict[str, tuple[int, int]] | None = None,
        sectors: dict[str, str] | None = None,
        restricted: dict[str, bool] | None = None,
        earnings: dict[str, tuple[int, int]] | None = None,
    ) -> None:
        """Tables: (shares, as of) by symbol, sectors, whether only watched, (date, as of)."""
        reference = self.state.reference
        if volumes is not None:
            rows = {s: AverageVolume(s, as_of, shares) for s, (shares, as_of) in volumes.items()}
            reference = msgspec.structs.replace(reference, volumes=rows)
        if sectors is not None:
            reference = msgspec.structs.replace(reference, sectors=sectors)
        if restricted is not None:
            listed = {s: Restriction(s, watched, "talks") for s, watched in restricted.items()}
            reference = msgspec.structs.replace(reference, restricted=listed)
        if earnings is not None:
            dates = {s: (Earnings(s, as_of, date),) for s, (date, as_of) in earnings.items()}
            reference = msgspec.structs.replace(reference, earnings=dates)
        self.state.reference = reference

    def borrows(self, symbol: str, *, easy: bool, rate: int = 180_000_000) -> None:
        self.state.borrow[symbol] = BorrowTerms(symbol, rate, Quantity(10_000), easy)

    def goes_ex(self, symbol: str, date: int) -> None:
        self.state.dividends = (Dividend(symbol, date, parse_money("0.24")),)

    def clock(self, hours: int, minutes: int, trade_date: int = 20120621) -> None:
        """The time on the exchange's wall."""
        seconds = 3600 * hours + 60 * minutes
        self.now = at_time_of_day(trade_date, seconds * SECOND)

    def named(self, account: str) -> None:
        """The account goes by another name."""
        self.account.account = account
        self.state.accounts[account] = self.account

    def no_quote(self, symbol: str = "GOOG") -> None:
        self.market.quotes.pop(symbol, None)

    def rate(self, currency: str, rate: int) -> None:
        self.state.fx_base = "USD"
        self.state.fx_rates[currency] = (FxRate(20120101, currency, rate),)

    def breaks(self) -> None:
        """The line broke and is back: nothing was heard of a quote since, but of others."""
        self.market.doubted_at = self.market.quotes["GOOG"].at
        self.market.feed_heard_at = self.now

    def silence(self, seconds: float) -> None:
        self.market.feed_heard_at = Nanos(self.now - int(seconds * SECOND))

    def limit(self, **values: Any) -> None:
        self.state.limits = msgspec.structs.replace(self.state.limits, **values)

    def cash(self, text: str) -> None:
        self.account.cash = parse_money(text)

    def hold(self, quantity: int, symbol: str = "GOOG", price: str = "100.00") -> None:
        instrument = self.state.instruments[symbol]
        cost = instrument.notional(instrument.parse_price(price), Quantity(quantity))
        lot = Lot(1, NOW, Quantity(quantity), cost)
        self.account.positions[symbol] = Position(symbol, Quantity(quantity), cost, [lot], 2)

    def works(self, quantity: int, price: str = "100.00", **fields: Any) -> Order:
        """An order that is live; `unknown` makes its outcome so, `to` a replace in flight."""
        unknown, to = fields.pop("unknown", False), fields.pop("to", 0)
        command = self.order(quantity=quantity, price=price, **fields)
        order_id = OrderId(self.state.order_next)
        self.state.order_next += 1
        order = Order(
            order_id=order_id,
            trade_date=20120621,
            number=int(order_id),
            order=command,
            side=command.instruction.side,
            status=Status.WORKING,
            quantity=command.quantity,
            price=command.price,
            stop=command.stop,
            protection=Price(0),
            created_at=NOW,
            changed_at=NOW,
        )
        if unknown:
            order.status = Status.SENT
            order.pending_new = Pending(NOW, Certainty.UNKNOWN)
            self.state.in_doubt[order_id] = None
        order.reserved_total = reserve_for(self.proposal(command))
        if to:
            order.pending_replace = Pending(NOW, quantity=Quantity(to))
        opening = opening_of(self.state, self.account, order, order.worst_leaves)
        tally_opening(self.account, order, opening)
        order.reserved = reserve_of(order)
        self.account.reserved = Money(self.account.reserved + order.reserved)
        revalue(self.state, order, order.price or order.stop)
        order.open_value = open_value_of(order)
        self.account.open_value = Money(self.account.open_value + order.open_value)
        self.state.orders[order_id] = order
        self.state.live[order_id] = None
        self.state.live_by_symbol.setdefault(command.symbol, {})[order_id] = None
        return order

    def doubts(self, quantity: int, **fields: Any) -> None:
        """An order of which nobody knows whether it stands."""
        self.works(quantity, unknown=True, **fields)

    def attempts(self, count: int, seconds_ago: float) -> None:
        at = Nanos(self.now - int(seconds_ago * SECOND))
        self.state.order_attempts = sorted([*self.state.order_attempts, *[at] * count])

    def presses(self, count: int, seconds_ago: float) -> None:
        """The same on the armed ladder."""
        at = Nanos(self.now - int(seconds_ago * SECOND))
        self.state.ladder_attempts = sorted([*self.state.ladder_attempts, *[at] * count])

    def today(self, *, orders: int = 0, cancels: int = 0, fills: int = 0, traded: int = 0) -> None:
        """What GOOG has seen today; `traded` in whole units of the account's currency."""
        flow = self.account.flow
        flow.orders, flow.traded = orders, Money(traded * MONEY_SCALE)
        flow.symbols["GOOG"] = SymbolFlow(orders, cancels, fills)

    def repeats(self, count: int, seconds_ago: float, strategy: str = "script") -> None:
        """Purchases of GOOG that a strategy has sent."""
        at = Nanos(self.now - int(seconds_ago * SECOND))
        self.state.repeats[f"PAPER|{strategy}|GOOG|1"] = [at] * count

    def self_match(self, mode: str) -> None:
        self.limit(self_match=SelfMatchMode[mode.upper()] + 0)

    def mine(
        self, price: str, *, account: str = "PAPER", to_price: str = "", **fields: Any
    ) -> None:
        """50 short that rest, of this account or another of the owner's; `to_price`: on its way."""
        if account not in self.state.accounts:
            other = Account(account, "USD", self.account.cash, "", {}, {}, Trading(), {})
            self.state.accounts[account] = other
        order = self.works(50, price, **{"instruction": Instruction.SHORT, **fields})
        order.order = msgspec.structs.replace(order.order, account=account)
        if to_price:
            to = self.state.instruments["GOOG"].parse_price(to_price)
            order.pending_replace = Pending(NOW, price=to, quantity=Quantity(50))

    def sizes(self, size: int) -> None:
        """What the touch of GOOG shows on both sides."""
        quote = self.market.quotes["GOOG"]
        sized = {"bid_size": size, "ask_size": size}
        self.market.quotes["GOOG"] = msgspec.structs.replace(quote, **sized)

    def waits(self) -> None:
        """A cancel waits for its turn."""
        waiting = Waiting(Message.CANCEL, OrderId(1), Turn.CANCEL, NOW)
        self.state.messages.waiting["2:1"] = waiting

    def disabled(self, strategy: str = "script") -> None:
        self.account.strategies[strategy] = StrategyHold(NOW, "more than 10 buys", "R1")

    def sent(self, seconds_ago: float, **order: Any) -> None:
        """An order that left, as the wash rule remembers it."""
        asked = self.order(**order)
        key = price_print(asked.symbol, asked.instruction.side, asked.quantity, asked.price)
        self.state.recent_prices[key] = Nanos(self.now - int(seconds_ago * SECOND))

    def flattens(
        self, symbol: str, step: FlattenStep = FlattenStep.CLOSING, reopen: int = 0
    ) -> None:
        run = FlattenRun(step, NOW, NOW, Origin.TICKET, reopen=reopen)
        self.state.flattening[f"PAPER/{symbol}"] = run

    def trading(self, state: TradingState, symbol: str = "*", reason: str = "") -> None:
        if symbol == "*":
            self.account.trading = Trading(state, reason=reason)
        else:
            self.account.symbols[symbol] = Trading(state, reason=reason)

    def live(self, *, armed: bool, until: int = 1, suspended: bool = False) -> None:
        """Trading for real; `until`: seconds from now."""
        self.state.mode = "LIVE"
        if armed:
            ends = Nanos(self.now + until * SECOND)
            dropped = Nanos(self.now if suspended else 0)
            account = self.account.account
            self.state.arming[account] = Arming(ends, "", "morning", dropped)

    def phase(self, phase: Phase | None, symbol: str = "GOOG") -> None:
        self.state.phases.pop(symbol, None)
        if phase is not None:
            self.state.phases[symbol] = phase

    def link(self, state: LinkState) -> None:
        """The link to the venue was down in this run, and is in this state now."""
        self.state.was_disconnected = True
        self.state.links["paper"] = state
        if state is not LinkState.UP:
            self.state.link_texts["paper"] = "quiet: the venue restarts at 23:45"

    def regime(self, regime: Regime, **limits: Any) -> None:
        """An account under another regime, on a date on which all of them are in force."""
        self.limit(margin_regime=int(regime), **limits)
        self.state.trade_date = 20260701
        self.account.day_open_equity = self.account.cash

    def unsettled(self, received: str, until: int = 20260702) -> None:
        """Of the cash, what the proceeds of sales on their way come to."""
        dates = self.account.margin.settling.setdefault("USD", {})
        dates[until] = Settling(received=parse_money(received))

    def traded_today(self, count: int, date: int = 20260701) -> None:
        self.account.margin.day_trades[date] = {OrderId(i): None for i in range(count)}

    # ── what is asked ──────────────────────────────────────────────────────────────────────────

    def order(
        self, quantity: int = 100, price: str = "", stop: str = "", **fields: Any
    ) -> SubmitOrder:
        instrument = self.state.instruments.get(fields.get("symbol", "GOOG"), Instrument("?"))
        kind = OrderType.LIMIT
        if not price and not stop:
            price = "100.00"
        elif stop:
            kind = OrderType.STOP_LIMIT if price else OrderType.STOP
        values: dict[str, Any] = {
            "ticket": "new",
            "account": "PAPER",
            "symbol": "GOOG",
            "instruction": Instruction.BUY,
            "quantity": Quantity(quantity),
            "type": kind,
            "price": instrument.parse_price(price) if price else Price(0),
            "stop": instrument.parse_price(stop) if stop else Price(0),
        }
        values.update(fields)
        if values["type"] is OrderType.MARKET:
            values["price"] = Price(0)
        return SubmitOrder(**values)

    def proposal(self, command: SubmitOrder) -> Proposal:
        return propose(command, self.state, self.market)

    def judge(self, **order: Any) -> Assessment:
        return evaluate(self.proposal(self.order(**order)), self.state, self.market, self.now)

    def replacement(
        self, order: Order, quantity: int = 0, price: str = "", override: str = ""
    ) -> Proposal:
        instrument = self.state.instruments[order.order.symbol]
        new_price = instrument.parse_price(price) if price else Price(0)
        return propose_replace(
            order, new_price, Quantity(quantity), override, self.state, self.market
        )

    def judge_replace(self, order: Order, **change: Any) -> Assessment:
        return evaluate(self.replacement(order, **change), self.state, self.market, self.now)

    def finding(self, rule: str, **order: Any) -> Finding | None:
        return next((f for f in self.judge(**order).findings if f.rule == rule), None)

    def verdict(self, rule: str, **order: Any) -> Verdict:
        found = self.finding(rule, **order)
        return Verdict.PASS if found is None else found.verdict


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    """Limits that never bind: a test tightens the one it is about."""
    desk.state.limits = Limits.from_pairs(default_pairs("load"))
    return desk
