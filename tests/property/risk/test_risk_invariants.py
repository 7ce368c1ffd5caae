"""Random desks and orders: tighter never allows more, rooms are exact, exits never cross zero."""

from typing import Any

import msgspec
from hypothesis import event, given
from hypothesis import strategies as st

from engine.domain.commands import Origin, SubmitOrder
from engine.domain.events import TradingState
from engine.domain.ledger.positions import Lot, Position
from engine.domain.lifecycle import Status
from engine.domain.orders import Order
from engine.domain.quotes import Market, Phase, Quote, Source
from engine.domain.reasons import Verdict
from engine.domain.risk.controls import LimitKind
from engine.domain.risk.frame import EXIT_RULES, Assessment, evaluate
from engine.domain.risk.limits import SPECS_BY_KEY, Limits, tighten
from engine.domain.risk.proposal import propose
from engine.domain.risk.reserve import reserve_for
from engine.domain.risk.rules.flow import MINUTE, SECOND, is_rate_reached
from engine.domain.state import Account, State, Trading
from engine.instruments import Instrument, format_scaled
from engine.values import (
    Instruction,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Trigger,
)

NOW = Nanos(10**12)
SYMBOL = "GOOG"

quantities = st.one_of(st.integers(-5, 400), st.integers(400, 200_000))
prices = st.one_of(st.integers(9_000, 11_000), st.integers(0, 40_000)).map(
    lambda cents: cents * 100
)

orders = st.builds(
    SubmitOrder,
    ticket=st.sampled_from(["new", "sent"]),
    account=st.just("PAPER"),
    symbol=st.sampled_from([SYMBOL, SYMBOL, SYMBOL, SYMBOL, "ZZZZ"]),
    instruction=st.sampled_from(list(Instruction)),
    quantity=quantities,
    type=st.sampled_from(list(OrderType)),
    price=prices,
    stop=prices,
    trigger=st.sampled_from(list(Trigger)),
    reduce_only=st.booleans(),
    origin=st.sampled_from(list(Origin)),
    override=st.sampled_from(["", "because"]),
)

quotes = st.one_of(
    st.none(),
    st.builds(
        Quote,
        symbol=st.just(SYMBOL),
        bid=st.sampled_from([0, 980_000, 999_000, 1_010_000]),
        ask=st.sampled_from([0, 1_001_000, 1_005_000, 1_100_000]),
        last=st.sampled_from([0, 990_000, 1_000_000, 1_200_000]),
        source=st.sampled_from(list(Source)),
    ),
)

sound_orders = st.builds(
    SubmitOrder,
    ticket=st.just("new"),
    account=st.just("PAPER"),
    symbol=st.just(SYMBOL),
    instruction=st.sampled_from(list(Instruction)),
    quantity=st.integers(1, 400),
    type=st.sampled_from([OrderType.LIMIT, OrderType.MARKET]),
    price=st.sampled_from([995_000, 1_000_000, 1_004_000]),
    reduce_only=st.sampled_from([False, False, True]),
    origin=st.sampled_from([Origin.TICKET, Origin.SCRIPT]),
)
sound_quotes = st.just(
    Quote(SYMBOL, bid=Price(999_000), ask=Price(1_001_000), last=Price(1_000_000))
)

PINCHED = {
    "order_quantity_max": st.integers(0, 500),
    "position_max": st.integers(0, 3_000),
    "price_collar": st.integers(0, 400),
    "open_orders_max": st.integers(0, 6),
    "order_rate_max": st.integers(0, 6),
    "short_selling": st.booleans(),
}


@st.composite
def desks(draw: st.DrawFn, *, sound: bool = False) -> tuple[State, Market]:
    """A desk with one symbol and some working orders; unless `sound`, in any state at all."""
    state, market = State(mode="paper", trade_date=20120621), Market()
    market.feed_heard_at = Nanos(NOW - draw(st.sampled_from([0, 4, 6])) * 1_000_000_000)
    quote = draw(sound_quotes if sound else quotes)
    if quote is not None:
        market.quotes[SYMBOL] = quote
    lot_size = Quantity(1 if sound else draw(st.sampled_from([1, 1, 100])))
    state.instruments[SYMBOL] = Instrument(SYMBOL, lot_size=lot_size)
    phase = Phase.OPEN if sound else draw(st.sampled_from([Phase.OPEN, Phase.HALTED, None]))
    if phase is not None:
        state.phases[SYMBOL] = phase
    cash = Money(draw(st.integers(200_000 if sound else 0, 2_000_000)) * 1_000_000)
    trading = Trading(TradingState.ACTIVE if sound else draw(st.sampled_from(list(TradingState))))
    account = Account("PAPER", "USD", cash, "us_retail", {}, {}, trading, {})
    state.accounts["PAPER"] = account
    hold(state, draw(st.sampled_from([0, 0, 100, 300, -100, -300])))
    pinched = {} if sound else PINCHED
    changes = {name: draw(values) for name, values in pinched.items() if draw(st.booleans())}
    state.limits = msgspec.structs.replace(Limits(), **changes)
    state.tickets["sent"] = 1
    state.order_attempts = [NOW] * draw(st.integers(0, 4 if sound else 12))
    for _ in range(draw(st.integers(0, 4))):
        add_working(state, draw(st.sampled_from(list(Instruction))), draw(st.integers(1, 200)))
    return state, market


def hold(state: State, held: int) -> None:
    positions = state.accounts["PAPER"].positions
    positions.pop(SYMBOL, None)
    if held:
        cost = Money(held * 100_000_000)
        lot = Lot(1, NOW, Quantity(held), cost)
        positions[SYMBOL] = Position(SYMBOL, Quantity(held), cost, [lot], 2)


def add_working(state: State, instruction: Instruction, quantity: int) -> None:
    order_id = OrderId(state.order_next)
    state.order_next += 1
    command = SubmitOrder(
        f"w{order_id}",
        "PAPER",
        SYMBOL,
        instruction,
        Quantity(quantity),
        OrderType.LIMIT,
        Price(1_000_000),
    )
    reserved = Money(quantity * 100_000_000 if instruction is Instruction.BUY else 0)
    state.orders[order_id] = Order(
        order_id,
        20120621,
        int(order_id),
        command,
        instruction.side,
        Status.WORKING,
        command.quantity,
        command.price,
        Price(0),
        Price(0),
        NOW,
        NOW,
        reserved_total=reserved,
        reserved=reserved,
    )
    account = state.accounts["PAPER"]
    account.reserved = Money(account.reserved + reserved)
    state.live[order_id] = None
    state.live_by_symbol.setdefault(SYMBOL, {})[order_id] = None


situations = st.one_of(
    st.tuples(desks(sound=True), sound_orders),
    st.tuples(desks(), sound_orders),
    st.tuples(desks(sound=True), orders),
    st.tuples(desks(), orders),
)


def judge(state: State, market: Market, order: SubmitOrder) -> Assessment:
    return evaluate(propose(order, state, market), state, market, NOW)


Situation = tuple[tuple[State, Market], SubmitOrder]


def with_limits(state: State, limits: Limits) -> State:
    return msgspec.structs.replace(state, limits=limits)


@st.composite
def tightenings(draw: st.DrawFn) -> tuple[str, str]:
    """(key, text) of some value; only those that tighten are used."""
    key = draw(st.sampled_from(list(SPECS_BY_KEY)))
    kind = SPECS_BY_KEY[key].kind
    if kind is LimitKind.SWITCH:
        return key, draw(st.sampled_from(["on", "off"]))
    if kind is LimitKind.CHOICE:
        return key, draw(st.sampled_from(SPECS_BY_KEY[key].choices))
    number = draw(st.one_of(st.integers(0, 60), st.integers(0, 300_000)))
    return key, format_scaled(number, 2) if kind is LimitKind.PERCENT else str(number)


@given(situations, tightenings())
def test_tightening_a_limit_never_turns_a_denial_into_a_pass(
    situation: Situation, change: tuple[str, str]
) -> None:
    (state, market), order = situation
    tighter = tighten(state.limits, *change)
    if not isinstance(tighter, Limits):
        return
    before = judge(state, market, order)
    after = judge(with_limits(state, tighter), market, order)
    assert before.is_allowed or not after.is_allowed
    # Rule by rule: none becomes milder.
    # The worst of each: a rule of several checks can say more than one thing.
    said = {
        found.rule: found.verdict for found in sorted(after.findings, key=lambda one: one.verdict)
    }
    for found in before.findings:
        assert said.get(found.rule, Verdict.PASS) >= found.verdict


@given(situations)
def test_judging_is_pure_and_never_fails(situation: Situation) -> None:
    (state, market), order = situation
    before = msgspec.msgpack.encode(state)
    first = judge(state, market, order)
    assert judge(state, market, order) == first
    assert msgspec.msgpack.encode(state) == before
    for found in first.findings:
        assert found.verdict > Verdict.OFF
        assert found.sentence.endswith(".") and found.rule in found.sentence


@given(situations)
def test_an_allowed_order_had_everything_it_needs(
    situation: Situation,
) -> None:
    (state, market), order = situation
    assessment = judge(state, market, order)
    event(f"allowed: {assessment.is_allowed}")
    if not assessment.is_allowed:
        return
    proposal = propose(order, state, market)
    assert proposal.instrument is not None and proposal.account is not None
    assert state.phases.get(SYMBOL) is Phase.OPEN
    assert order.quantity > 0
    if not proposal.is_exit:
        assert proposal.account.trading.state is TradingState.ACTIVE
        if order.type in (OrderType.LIMIT, OrderType.MARKET):
            quote = proposal.quote
            assert quote is not None and (quote.bid or quote.ask)
            assert quote.source not in (Source.DELAYED, Source.FROZEN)


@given(desks(sound=True), sound_orders, st.sampled_from([100, 300, -100, -300]), st.booleans())
def test_nothing_that_reduces_can_cross_zero_whatever_fills(
    desk: tuple[State, Market], order: SubmitOrder, held: int, marked: bool
) -> None:
    """I-51: if everything that reduces fills and nothing else does, zero is not crossed."""
    state, market = desk
    hold(state, held)
    closing = Instruction.SELL if held > 0 else Instruction.COVER
    opening = Instruction.SHORT if held > 0 else Instruction.BUY
    order = msgspec.structs.replace(order, instruction=closing if marked else opening)
    assessment = judge(state, market, order)
    event(f"allowed: {assessment.is_allowed}")
    if not assessment.is_allowed:
        return
    assert order.instruction is not Instruction.SHORT
    side = order.instruction.side
    working = sum(other.leaves for other in state.orders.values() if other.side == side)
    assert working + order.quantity <= abs(held)


@given(situations)
def test_the_room_passes_and_one_lot_more_does_not(
    situation: Situation,
) -> None:
    (state, market), order = situation
    assessment = judge(state, market, order)
    room = assessment.room_quantity
    if room < 0 or order.quantity <= 0 or order.symbol != SYMBOL:
        return
    lot = state.instruments[SYMBOL].lot_size

    def findings(quantity: int) -> Any:
        return judge(state, market, msgspec.structs.replace(order, quantity=quantity)).findings

    if room:
        assert findings(room) == ()
    assert findings(room + lot) != ()


@given(situations, st.data())
def test_an_exit_is_denied_only_by_the_rules_of_its_lane(
    situation: Situation, data: st.DataObject
) -> None:
    (state, market), order = situation
    position = state.accounts["PAPER"].positions.get(SYMBOL)
    if position is None or order.symbol != SYMBOL:
        return
    closing = Instruction.SELL if position.quantity > 0 else Instruction.COVER
    whole = msgspec.structs.replace(order, instruction=closing, quantity=Quantity(1))
    room = propose(whole, state, market).exit_room
    if room == 0:
        return
    exit_order = msgspec.structs.replace(whole, quantity=Quantity(data.draw(st.integers(1, room))))
    proposal = propose(exit_order, state, market)
    assert proposal.is_exit
    assert reserve_for(proposal) == 0
    lane = {rule.name.id for rule in EXIT_RULES}
    assert {found.rule for found in judge(state, market, exit_order).findings} <= lane


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=80),
    st.integers(0, 6),
    st.integers(0, 20),
)
def test_in_no_window_do_more_orders_leave_than_the_rate_allows(
    gaps: list[int], per_second: int, per_minute: int
) -> None:
    """I-33, with denied attempts counted: what leaves within a second or a minute is bounded."""
    attempts: list[Nanos] = []
    left: list[int] = []
    now = int(NOW)
    for gap in gaps:
        now += gap * 5_000_000
        fast = is_rate_reached(attempts, per_second, now - SECOND)
        slow = is_rate_reached(attempts, per_minute, now - MINUTE)
        if not fast and not slow:
            left.append(now)
        attempts.append(Nanos(now))
    for start in left:
        assert sum(start <= at < start + SECOND for at in left) <= per_second
        assert sum(start <= at < start + MINUTE for at in left) <= per_minute
