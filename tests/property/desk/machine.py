"""Traders, other participants and a calendar, driven by a seed, and what must hold meanwhile."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from connectors.paper.latency import Delays, Latency
from connectors.paper.orders import OwnOrder
from engine.domain import events as ev
from engine.domain.apply import apply, state_hash
from engine.domain.commands import (
    CancelMany,
    CancelOrder,
    CancelScope,
    ExitsOnKill,
    Flatten,
    Halt,
    Kill,
    Origin,
    ReplaceOrder,
    Resume,
    Reverse,
    SubmitOrder,
)
from engine.domain.decide import decide
from engine.domain.lifecycle import Status
from engine.domain.orders import Order
from engine.domain.outbox import request_of
from engine.domain.quotes import Phase
from engine.domain.records import Inbound, decode_records
from engine.domain.reducing import exits_of
from engine.domain.reports import TradeDateRolled
from engine.domain.requests import NewOrderRequest, ReplaceRequest
from engine.domain.risk.exposure import open_quantities
from engine.domain.state import State, flatten_key
from engine.domain.strategy_facts import strategy_of
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)
from tests.harness import OPENING_CASH, TRADE_DATE, DeskBench, SetDelays
from tests.property.desk.shuffling_venue import ShufflingVenue
from tests.property.desk.stubborn_venue import StubbornVenue

SYMBOLS = ("AAPL", "GOOG")
MID = 1_900_000
TICK = 100
CLOSING = (Instruction.SELL, Instruction.COVER)
ACCOUNT = "PAPER"

KINDS = (OrderType.LIMIT,) * 6 + (OrderType.MARKET,) * 3 + (OrderType.STOP,)
FORCES = (TimeInForce.DAY,) * 4 + (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)


def price_at(tick: int) -> Price:
    return Price(MID + tick * TICK)


class DeskMachine:
    """Everything a desk can be asked, in order, over a venue that answers late but in order."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.bench = DeskBench(
            symbols=SYMBOLS,
            fee_table="us_retail",
            latency=self.delays(),
            wrap=lambda venue: self.link(venue, Random(seed)),
            limits={
                "repeated_execution_max": str(self.rng.choice([4, 10])),
                "message_rate_max": str(self.rng.choice([1, 2, 4, 10, 100])),
            },
        )
        self.left: list[int] = []
        """When messages left, of this pass of the market; …"""
        self.entries_left: list[int] = []
        """… and of those the ones that open."""
        self.log: list[str] = []
        """For a failure: what was done, in order."""
        self.tickets = 0
        self.sent: list[SubmitOrder] = []
        self.shadow = State(instance="TEST")
        self.blocks_seen = 0
        self.names_seen: set[str] = set()
        self.heard_seen = 0
        self.cash = int(OPENING_CASH)
        self.held = dict.fromkeys(SYMBOLS, 0)
        self.executions: set[str] = set()
        self.filled: dict[int, int] = {}
        self.date = TRADE_DATE
        self.today: Counter[str] = Counter()
        self.executed: dict[tuple[str, int], list[int]] = {}
        for symbol in SYMBOLS:
            self.bench.quotes(symbol, MID - TICK, MID + TICK, 200)
        moves = self.moves()
        self._moves, self._weights = list(moves), list(moves.values())

    def delays(self) -> Delays:
        latency = self.rng.choice([0, 2_000_000])
        return SetDelays(lambda request: Nanos(latency))

    def moves(self) -> dict[Callable[[], None], int]:
        """What can happen, and how often: trading far more than stopping it."""
        return {
            self.send: 30,
            self.other_rests_or_takes: 18,
            self.other_takes: 6,
            self.others_quote_afresh: 5,
            self.cancel: 8,
            self.replace: 10,
            self.time_passes: 14,
            self.send_a_ticket_again: 2,
            self.cancel_many: 2,
            self.flatten: 3,
            self.reverse: 2,
            self.halt: 1,
            self.resume: 8,
            self.kill: 1,
            self.phase_changes: 3,
            self.date_rolls: 1,
        }

    def step(self) -> None:
        """One thing happens, and every promise is looked at."""
        move = self.rng.choices(self._moves, self._weights)[0]
        self.log.append(move.__name__)
        move()
        self.every_promise_holds()

    def link(self, venue: Any, rng: Random) -> Any:
        return venue

    # ── what can happen ────────────────────────────────────────────────────────────────────────

    def ask(self, command: Inbound) -> list[ev.Event]:
        """I-30: deciding twice gives the same and changes nothing."""
        state, market, now = self.bench.state, self.bench.session.market, self.bench.session.now
        before = state_hash(state)
        first, second = decide(state, command, market, now), decide(state, command, market, now)
        assert first == second
        assert state_hash(state) == before
        return self.bench.submit(command)

    def symbol(self) -> str:
        return self.rng.choice(SYMBOLS)

    def price(self) -> Price:
        return price_at(self.rng.randint(-6, 6))

    def quantity(self) -> Quantity:
        return Quantity(self.rng.choice([1, 50, 100, 100, 200, self.rng.randint(1, 300)]))

    def other_rests_or_takes(self) -> None:
        side = self.rng.choice(list(Side))
        self.bench.other(side, self.quantity(), self.symbol(), self.price())

    def other_takes(self) -> None:
        self.bench.other(self.rng.choice(list(Side)), self.quantity(), self.symbol(), 0)

    def others_quote_afresh(self) -> None:
        symbol = self.symbol()
        self.bench.others_leave(symbol)
        self.bench.quotes(symbol, MID - TICK, MID + TICK, 100)

    def send(self) -> None:
        self.tickets += 1
        symbol, kind = self.symbol(), self.rng.choice(KINDS)
        held = self.bench.position(symbol)
        instruction = self.rng.choice(self.sensible(held))
        is_whole = held and instruction in CLOSING and self.rng.random() < 0.5
        force = self.rng.choice(FORCES)
        is_post = kind is OrderType.LIMIT and force is TimeInForce.DAY and self.rng.random() < 0.2
        order = SubmitOrder(
            f"t{self.tickets}",
            ACCOUNT,
            symbol,
            instruction,
            Quantity(abs(held)) if is_whole else self.quantity(),
            kind,
            self.price() if kind.has_limit else Price(0),
            self.price() if kind.has_stop else Price(0),
            force,
            post_only=is_post,
            reduce_only=self.rng.random() < 0.1,
            origin=Origin.SCRIPT,
            override="meant",
        )
        self.log[-1] += f" {order}"
        self.sent.append(order)
        self.ask(order)

    def sensible(self, held: int) -> tuple[Instruction, ...]:
        """Mostly what the position allows, sometimes what it does not."""
        if self.rng.random() < 0.15:
            return tuple(Instruction)
        if held > 0:
            return (Instruction.BUY, Instruction.SELL, Instruction.SELL)
        if held < 0:
            return (Instruction.SHORT, Instruction.COVER, Instruction.COVER)
        return (Instruction.BUY, Instruction.SHORT)

    def send_a_ticket_again(self) -> None:
        known = [o for o in self.sent if o.ticket in self.bench.state.tickets]
        if known:
            happened = self.ask(self.rng.choice(known))
            assert type(happened[0]) is ev.DuplicateIgnored
            assert not any(isinstance(event, ev.OrderReleased) for event in happened)

    def cancel(self) -> None:
        order = self.an_order()
        if order is None:
            return
        is_open = not order.is_done and not order.is_cancelling
        happened = self.ask(CancelOrder(order.order_id))
        # I-31: whatever the state of the desk, a cancel of something open leaves, or is the next to
        # leave; what never left is withdrawn.
        meant = (ev.CancelRequested, ev.MessageQueued, ev.OrderCancelled)
        assert isinstance(happened[0], meant if is_open else ev.CancelDenied)

    def replace(self) -> None:
        order = self.an_order()
        if order is None:
            return
        what = self.rng.randint(0, 2)
        price = self.price() if what != 1 else Price(0)
        total = Quantity(order.cumulative + self.quantity()) if what != 0 else Quantity(0)
        had = order.pending_replace is not None
        happened = self.ask(ReplaceOrder(order.order_id, price, total, override="meant"))
        # I-05: one change in flight an order.
        assert not (had and any(isinstance(event, ev.ReplaceRequested) for event in happened))

    def cancel_many(self) -> None:
        scope = self.rng.choice(list(CancelScope))
        self.ask(CancelMany(ACCOUNT, self.rng.choice(["*", *SYMBOLS]), scope))

    def flatten(self) -> None:
        self.ask(Flatten(ACCOUNT, self.rng.choice(["*", *SYMBOLS])))

    def reverse(self) -> None:
        self.ask(Reverse(ACCOUNT, self.symbol(), override="meant"))

    def halt(self) -> None:
        self.ask(Halt(ACCOUNT, "enough"))

    def resume(self) -> None:
        self.ask(Resume(ACCOUNT, "looked at it"))

    def kill(self) -> None:
        self.ask(Kill(ACCOUNT, self.rng.choice(list(ExitsOnKill)), "enough"))

    def time_passes(self) -> None:
        self.bench.pass_time(self.rng.choice([0.001, 0.002, 0.3, 4]))

    def phase_changes(self) -> None:
        self.bench.enters(self.symbol(), self.rng.choice([Phase.OPEN, Phase.OPEN, Phase.HALTED]))

    def date_rolls(self) -> None:
        self.date += 1
        self.bench.submit(TradeDateRolled(self.date, (("AAPL", Price(MID)),)))

    def an_order(self) -> Order | None:
        """Mostly one that works, sometimes one that is done."""
        state = self.bench.state
        known = list(state.live if state.live and self.rng.random() < 0.8 else state.orders)
        return state.orders[self.rng.choice(known)] if known else None

    # ── what must hold after every step ────────────────────────────────────────────────────────

    def every_promise_holds(self) -> None:
        self.the_journal_tells_the_same_state()
        self.every_name_left_once()
        self.quantities_add_up()
        self.money_adds_up()
        self.reserves_add_up()
        self.the_day_is_counted()
        self.live_lists_are_the_orders_that_live()

    def the_journal_tells_the_same_state(self) -> None:
        """I-35, I-36: replayed to here, bit for bit; and what is new in it is looked at."""
        for block in self.bench.journal.kept[self.blocks_seen :]:
            for record in decode_records(block.payload):
                if record.cause != record.sequence:
                    self.look_at(record.body)  # type: ignore[arg-type]
                    apply(self.shadow, record.body)  # type: ignore[arg-type]
                    self.look_at_rate(record.body)
        self.blocks_seen = len(self.bench.journal.kept)
        assert state_hash(self.shadow) == state_hash(self.bench.state)

    def look_at(self, event: ev.Event) -> None:
        """`shadow` is the state just before the event."""
        self.count(event)
        self.look_at_strategies(event)
        if isinstance(event, ev.OrderFilled):
            self.look_at_fill(event)
        elif isinstance(event, ev.OrderReleased):
            self.look_at_release(event)

    def count(self, event: ev.Event) -> None:
        match event:
            case ev.DateRolled():
                self.today = Counter()
            case ev.OrderReleased():
                self.today["orders"] += 1
            case ev.OrderFilled():
                self.today["fills"] += 1
                self.today["traded"] += event.quantity * event.price * 100
            case ev.ReplaceRequested():
                self.today["withdrawn"] += 1
            case ev.CancelRequested():
                is_first = self.shadow.orders[event.order_id].pending_cancel is None
                self.today["withdrawn"] += is_first

    def look_at_strategies(self, event: ev.Event) -> None:
        """I-34: what is lowered comes back by a person's word alone; I-33 for the executions of a
        strategy: in no window more than the limit, and nothing of it enters once it is disabled."""
        account, limits = self.shadow.accounts.get(ACCOUNT), self.shadow.limits
        if isinstance(event, ev.StrategyEnabled):
            assert event.origin is Origin.TICKET
            self.executed.clear()
        elif isinstance(event, ev.SessionStarted):
            # The still market begins its day anew: what lies ahead is of another pass.
            for times in self.executed.values():
                times[:] = [at for at in times if at <= event.at]
        elif isinstance(event, ev.TradingStateChanged) and account is not None:
            before = account.symbols.get(event.symbol, account.trading)
            assert event.state >= before.state or event.origin is Origin.TICKET
        elif isinstance(event, ev.OrderReleased) and strategy_of(event.order) and event.reserved:
            assert account is not None and not account.strategies
            times = self.executed.setdefault((event.order.symbol, event.order.instruction.side), [])
            times.append(event.at)
            since = event.at - limits.repeated_execution_window
            assert sum(at > since for at in times) <= limits.repeated_execution_max

    def look_at_rate(self, event: Any) -> None:
        """I-33: in no window more messages than the rate, nor entries than their share of it.
        `shadow` is the state just after the event."""
        if isinstance(event, ev.SessionStarted):
            self.left = [at for at in self.left if at <= event.at]
            self.entries_left = [at for at in self.entries_left if at <= event.at]
        request = request_of(event, self.shadow)
        if request is None:
            return
        rate, since = self.shadow.limits.message_rate_max, event.at - NANOS_PER_SECOND
        self.left.append(event.at)
        assert sum(at > since for at in self.left) <= rate
        can_open = isinstance(request, NewOrderRequest | ReplaceRequest)
        if can_open and self.shadow.orders[event.order_id].reserved_total:
            self.entries_left.append(event.at)
            assert sum(at > since for at in self.entries_left) <= rate * 7 // 10

    def look_at_fill(self, event: ev.OrderFilled) -> None:
        order = self.shadow.orders[event.order_id]
        symbol, side = order.order.symbol, order.side
        assert event.execution_id not in self.executions, "I-03: each execution once"
        self.executions.add(event.execution_id)
        before = self.held[symbol]
        self.held[symbol] += side * event.quantity
        if order.order.instruction in CLOSING:
            self.a_closing_order_never_crosses_zero(before, self.held[symbol])
        self.cash -= side * event.quantity * event.price * 100 + event.fee
        self.filled[event.order_id] = self.filled.get(event.order_id, 0) + event.quantity

    def a_closing_order_never_crosses_zero(self, before: int, after: int) -> None:
        """I-51."""
        assert before * after >= 0 and abs(after) < abs(before)

    def look_at_release(self, event: ev.OrderReleased) -> None:
        """I-08, I-11: below ACTIVE only what reduces leaves; I-51: a flatten, even at worst."""
        trading = self.shadow.accounts[ACCOUNT].trading.state
        if trading is not ev.TradingState.ACTIVE:
            assert self.held[event.order.symbol] * event.order.instruction.side < 0
        order = event.order
        if order.origin is Origin.DESK and order.instruction in CLOSING:
            buys, sells = open_quantities(self.shadow, ACCOUNT, order.symbol)
            others = buys if order.instruction.side > 0 else sells
            assert order.quantity + others <= abs(self.held[order.symbol])

    def every_name_left_once(self) -> None:
        """I-06: a client order id is used for one order or one change, and never again."""
        heard = self.bench.paper.heard
        for request in heard[self.heard_seen :]:
            name = ""
            if isinstance(request, NewOrderRequest):
                name = request.client_order_id
            elif isinstance(request, ReplaceRequest):
                name = request.new_client_order_id
            if name:
                assert name not in self.names_seen
                self.names_seen.add(name)
        self.heard_seen = len(heard)

    def quantities_add_up(self) -> None:
        """I-01, and I-02: what was applied is what the venue did."""
        roll = self.bench.paper._clerk.roll
        for order in self.bench.state.orders.values():
            if order.status is Status.DENIED:
                continue
            assert order.cumulative == self.filled.get(order.order_id, 0)
            if not order.is_overfilled and order.pending_replace is None:
                whole = order.cumulative + order.leaves + order.cancelled
                assert whole == order.quantity, f"{order}"
            known = roll.get(order.client_order_id)
            if known is None or known.client_order_id != order.client_order_id:
                continue
            self.desk_and_venue_agree(order, known)

    def desk_and_venue_agree(self, order: Order, known: OwnOrder) -> None:
        assert known.cumulative == order.cumulative
        if order.pending_new is None and order.pending_replace is None:
            assert known.is_live == (not order.is_done)
            assert not known.is_live or known.open_quantity == order.leaves

    def money_adds_up(self) -> None:
        """I-21, I-22: the ledger sums to zero; cash and positions follow from the fills."""
        account = self.bench.state.accounts[ACCOUNT]
        assert sum(account.ledger.values()) == 0
        assert account.ledger["cash"] == account.cash == Money(self.cash)
        for symbol in SYMBOLS:
            assert self.bench.position(symbol) == self.held[symbol]
            position = account.positions.get(symbol)
            if position is not None:
                assert sum(lot.quantity for lot in position.lots) == position.quantity
                assert sum(lot.cost for lot in position.lots) == position.cost

    def reserves_add_up(self) -> None:
        """I-25: never below zero, none without an open order, released exactly once."""
        state = self.bench.state
        assert all(order.reserved >= 0 for order in state.orders.values())
        assert all(not order.reserved for order in state.orders.values() if order.is_done)
        total = sum(state.orders[i].reserved for i in state.live)
        assert state.accounts[ACCOUNT].reserved == total
        assert all(not order.open_value for order in state.orders.values() if order.is_done)
        open_value = sum(state.orders[i].open_value for i in state.live)
        assert state.accounts[ACCOUNT].open_value == open_value

    def the_day_is_counted(self) -> None:
        """What left, what was withdrawn and what was traded today, recounted from the journal."""
        flow = self.bench.state.accounts[ACCOUNT].flow
        assert flow.orders == self.today["orders"] == sum(s.orders for s in flow.symbols.values())
        assert flow.traded == self.today["traded"]
        assert sum(s.fills for s in flow.symbols.values()) == self.today["fills"]
        assert sum(s.withdrawn for s in flow.symbols.values()) == self.today["withdrawn"]

    def live_lists_are_the_orders_that_live(self) -> None:
        state = self.bench.state
        live = [i for i, order in state.orders.items() if order.is_live]
        assert list(state.live) == live
        of_symbols = [i for ids in state.live_by_symbol.values() for i in ids]
        assert sorted(of_symbols) == live
        assert all(state.by_client_id[state.orders[i].client_order_id] == i for i in live)


class OrderlyDesk(DeskMachine):
    """What only a venue that answers in order can promise."""

    answers_within = 1.0
    """Seconds in which every answer has come."""

    def moves(self) -> dict[Callable[[], None], int]:
        more = {
            self.kill_and_wait: 1,
            self.flatten_in_a_deep_market: 2,
            self.the_process_dies: 2,
        }
        return {**super().moves(), **more}

    def kill_and_wait(self) -> None:
        """I-11: once the answers are in, nothing works that could open or increase."""
        exits = self.rng.choice(list(ExitsOnKill))
        self.bench.enters("*", Phase.OPEN)
        self.ask(Kill(ACCOUNT, exits, "enough"))
        self.bench.pass_time(self.answers_within + self.queue_takes())
        state = self.bench.state
        exits_left = {i for symbol in SYMBOLS for i in exits_of(state, ACCOUNT, symbol)}
        assert set(state.live) <= exits_left
        if exits is ExitsOnKill.CANCEL:
            # A flatten that was running goes on: it is an exit that a person asked for.
            origins = {state.orders[i].order.origin for i in state.live}
            assert origins <= {Origin.DESK}

    def queue_takes(self) -> float:
        """Seconds until what the message rate holds back has left, at the slowest of rates."""
        return 0 if self.bench.state.limits.message_rate_max >= 100 else 12

    def flatten_in_a_deep_market(self) -> None:
        """Nothing can keep a flatten from being flat when there is something to trade with, and
        when its cancels can leave: where they cannot, a person is asked after 3 s."""
        if self.queue_takes():
            return
        symbol = self.symbol()
        self.bench.enters("*", Phase.OPEN)
        self.bench.others_leave(symbol)
        self.bench.quotes(symbol, MID - TICK, MID + TICK, 1_000_000)
        if flatten_key(ACCOUNT, symbol) in self.bench.state.flattening:
            # One that already runs may be at its last closing order: it ends, or asks a person.
            self.bench.pass_time(10)
        self.ask(Flatten(ACCOUNT, symbol))
        self.bench.pass_time(10)
        assert self.bench.position(symbol) == 0
        assert not self.bench.state.live_by_symbol.get(symbol)

    def the_process_dies(self) -> None:
        """I-38: nothing is sent twice, and in the end nothing is left open."""
        self.bench.restart(self.date)
        self.bench.pass_time(self.answers_within + self.queue_takes())
        self.heard_seen = 0
        orders = [self.bench.order(OrderId(i)) for i in self.bench.state.live]
        assert all(o.pending_new is o.pending_cancel is o.pending_replace is None for o in orders)


class DistantDesk(OrderlyDesk):
    """The same over a line on which everything takes its time, both ways."""

    answers_within = 6.0

    def delays(self) -> Delays:
        return Latency(self.rng.choice(["retail", "mobile"]), self.rng.randrange(1_000))

    def desk_and_venue_agree(self, order: Order, known: OwnOrder) -> None:
        """The venue is ahead of what it has told, never behind."""
        assert known.cumulative >= order.cumulative
        assert not (known.is_live and order.is_done)


class ShuffledDesk(DeskMachine):
    """The same over a link that repeats and reorders what the venue says."""

    def link(self, venue: Any, rng: Random) -> Any:
        return ShufflingVenue(venue, rng)


class RepeatingDesk(DeskMachine):
    """The same over a link that keeps the order and says things twice."""

    def link(self, venue: Any, rng: Random) -> Any:
        return ShufflingVenue(venue, rng, is_orderly=True)


class StubbornDesk(DeskMachine):
    """The same with a venue that never gives some orders back, as before a closing cross."""

    def link(self, venue: Any, rng: Random) -> Any:
        return StubbornVenue(venue, rng)

    def moves(self) -> dict[Callable[[], None], int]:
        return {**super().moves(), self.flatten: 8, self.reverse: 4}
