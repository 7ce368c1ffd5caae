"""Over every limit there is: tighter never allows more, cancels always leave, what is missing stops
an order, and what the journal says of a decision is decided again from the journal alone."""

from itertools import groupby
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine.domain import events as ev
from engine.domain.apply import apply
from engine.domain.commands import CancelOrder, Origin, SubmitOrder, TightenLimit
from engine.domain.cost_facts import BorrowTerms, Dividend
from engine.domain.day_flow import SymbolFlow
from engine.domain.decide import decide
from engine.domain.events import TradingState
from engine.domain.quotes import Market, Phase, Quote, Source
from engine.domain.reasons import Verdict
from engine.domain.records import decode_records
from engine.domain.reference_facts import AverageVolume, Earnings, Reference, Restriction
from engine.domain.risk.controls import PROFILES, LimitKind, LimitSpec, Tighter
from engine.domain.risk.frame import Assessment, evaluate
from engine.domain.risk.limits import (
    LIMIT_VALUE_MAX,
    SPECS_BY_KEY,
    Limits,
    default_pairs,
    text_of,
)
from engine.domain.risk.proposal import propose
from engine.domain.risk.rules.conduct import price_print
from engine.domain.risk.rules.flow import fingerprint
from engine.domain.slices import slices_of, warning_of
from engine.domain.state import State, Trading
from engine.domain.strategy_facts import StrategyHold, repeats_key, strategy_of
from engine.runtime.recovery import is_event
from engine.values import (
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
from tests.harness import DeskBench
from tests.property.risk.test_risk_invariants import (
    NOW,
    SYMBOL,
    Situation,
    desks,
    judge,
    situations,
    sound_orders,
    with_limits,
)

KEYS = sorted(key for key, spec in SPECS_BY_KEY.items() if spec.tighter is not Tighter.NEITHER)
EXAMPLES = max(6, settings.default.max_examples // 10)
"""Of each limit: there are many."""


LISTS: dict[LimitKind, list[tuple[Any, ...]]] = {
    LimitKind.NAMES: [(), ("GOOG",), ("GOOG", "PAPER", "paper"), ("any",)],
    LimitKind.WINDOWS: [(), ((60, 61),), ((0, 30), (60, 90)), ((0, 1_440),)],
}
"""The shortest first; each holds all that the one before it holds."""


def ladder(spec: LimitSpec, default: Any) -> list[Any]:
    """Values from the loosest to the tightest: every small one, and ever larger steps beyond."""
    if spec.kind in LISTS:
        known = LISTS[spec.kind]
        has_any = spec.names is None or spec.names.has_any
        found = list(known if has_any else known[:-1])
        return found if spec.tighter is Tighter.HIGHER else found[::-1]
    if spec.kind is LimitKind.CHOICE:
        numbers = set(range(len(spec.choices)))
    elif spec.kind is LimitKind.SWITCH:
        numbers = {0, 1}
    else:
        shares = {default * part // 16 for part in range(1, 65)}
        numbers = {*range(8), *shares, *(10**power for power in range(1, 19))}
    ordered = sorted(numbers, reverse=spec.tighter is Tighter.LOWER)
    return [bool(each) for each in ordered] if spec.kind is LimitKind.SWITCH else ordered


def values(spec: LimitSpec, default: Any) -> st.SearchStrategy[Any]:
    """Around what a profile has, and at both ends."""
    if spec.kind in LISTS or spec.kind in (LimitKind.SWITCH, LimitKind.CHOICE):
        return st.sampled_from(ladder(spec, default))
    most = min(4 * max(default, 1), LIMIT_VALUE_MAX)
    ends = st.sampled_from([0, 1, default, LIMIT_VALUE_MAX])
    return st.one_of(st.integers(0, most), ends)


PROFILES_READ = [Limits.from_pairs(default_pairs(profile)) for profile in PROFILES]


@st.composite
def limits_with(draw: st.DrawFn, *keys: str) -> Limits:
    """A profile with these limits, and two more, anywhere."""
    limits = draw(st.sampled_from(PROFILES_READ))
    others = draw(st.lists(st.sampled_from(KEYS), min_size=2, max_size=2))
    changed = {}
    for key in (*keys, *others):
        spec = SPECS_BY_KEY[key]
        changed[spec.field] = draw(values(spec, getattr(PROFILES_READ[0], spec.field)))
    return msgspec.structs.replace(limits, **changed)


TABLES = st.builds(
    Reference,
    volumes=st.sampled_from(
        [None, {}, *({SYMBOL: AverageVolume(SYMBOL, 20120615, n)} for n in (0, 10_000, 10**7))]
    ),
    sectors=st.sampled_from([None, {}, {SYMBOL: "tech"}, {SYMBOL: "none"}]),
    restricted=st.sampled_from(
        [None, {}, *({SYMBOL: Restriction(SYMBOL, watched)} for watched in (True, False))]
    ),
    earnings=st.sampled_from(
        [None, {}, *({SYMBOL: (Earnings(SYMBOL, 20120615, date),)} for date in (0, 20120719))]
    ),
)


@st.composite
def lived_in(draw: st.DrawFn) -> Situation:
    """A desk that has a day behind it and tables of its own: what the rules of flow, of the day
    and of what is held look at."""
    (state, market), order = draw(situations)
    account, few = state.accounts["PAPER"], st.integers(0, 12)
    account.flow.orders = draw(st.integers(0, 70))
    account.flow.traded = Money(draw(st.integers(0, 40)) * 10**12)
    cancels, fills = draw(st.integers(0, 300)), draw(few)
    account.flow.symbols[SYMBOL] = SymbolFlow(account.flow.orders, cancels, fills)
    if draw(st.booleans()):
        account.strategies["script"] = StrategyHold(NOW, "too often", "R1")
    state.ladder_attempts = [NOW] * draw(few)
    strategy = strategy_of(order)
    ago = Nanos(NOW - draw(st.integers(0, 70)) * 1_000_000_000)
    state.repeats = {repeats_key(order, strategy, order.instruction.side): [ago] * draw(few)}
    opposite = price_print(order.symbol, -order.instruction.side, order.quantity, order.price)
    state.recent_prices = {opposite: ago}
    state.recent_orders = {fingerprint(order): ago}
    state.reference = draw(TABLES)
    if draw(st.booleans()):
        is_easy = draw(st.booleans())
        state.borrow[SYMBOL] = BorrowTerms(SYMBOL, 180_000_000, Quantity(draw(few) * 50), is_easy)
    if draw(st.booleans()):
        state.dividends = (Dividend(SYMBOL, 20120622, Money(240_000)),)
    lives = draw(st.sampled_from([TimeInForce.DAY, TimeInForce.GTC]))
    return (state, market), msgspec.structs.replace(order, time_in_force=lives)


def worst(found: Assessment) -> dict[str, Verdict]:
    """What each rule says at worst: one of several checks can say more than one thing."""
    said = dict[str, Verdict]()
    for one in found.findings:
        said[one.rule] = max(one.verdict, said.get(one.rule, Verdict.PASS))
    return said


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=EXAMPLES)
@given(situation=lived_in(), data=st.data())
def test_tightening_it_never_turns_a_reject_into_a_pass(
    key: str, situation: Situation, data: st.DataObject
) -> None:
    """I-28, step by step from the loosest to the tightest, with other limits anywhere."""
    (state, market), order = situation
    limits, spec = data.draw(limits_with()), SPECS_BY_KEY[key]
    default = getattr(PROFILES_READ[0], spec.field)
    was_allowed, was_said = True, dict[str, Verdict]()
    for value in ladder(spec, default):
        tighter = msgspec.structs.replace(limits, **{spec.field: value})
        found = judge(with_limits(state, tighter), market, order)
        said = worst(found)
        assert was_allowed or not found.is_allowed, f"{key} = {text_of(spec, value)}"
        # Its own rule never gets milder; another may leave the word to it, as R29 does to R10.
        own = was_said.get(spec.id, Verdict.PASS)
        assert said.get(spec.id, Verdict.PASS) >= own, f"{spec.id} at {text_of(spec, value)}"
        was_allowed, was_said = found.is_allowed, said
    event(f"bites: {not was_allowed}")


@given(lived_in(), limits_with(), st.sampled_from(list(TradingState)))
def test_a_cancel_leaves_whatever_the_limits_and_the_state_are(
    situation: Situation, limits: Limits, trading: TradingState
) -> None:
    """I-31: there only has to be something to cancel."""
    (state, market), _ = situation
    state = with_limits(state, limits)
    state.accounts["PAPER"].trading = Trading(trading, latched=True)
    for order_id in state.live:
        (happened,) = decide(state, CancelOrder(OrderId(order_id)), market, NOW)
        assert isinstance(happened, ev.CancelRequested)


# ── I-32: what is missing or stale stops what opens ──────────────────────────────────────────────


def _unquoted(state: State, market: Market) -> None:
    market.quotes.pop(SYMBOL, None)


def _one_sided(state: State, market: Market) -> None:
    market.quotes[SYMBOL] = Quote(SYMBOL, bid=Price(999_000))


def _silent(state: State, market: Market) -> None:
    market.quotes[SYMBOL].source = Source.LIVE
    market.feed_heard_at = Nanos(NOW - state.limits.quote_age_max - 1)


def _slept(state: State, market: Market) -> None:
    market.quotes[SYMBOL].source = Source.LIVE
    market.feed_heard_at = market.doubted_at = NOW


def _delayed(state: State, market: Market) -> None:
    market.quotes[SYMBOL].source = Source.DELAYED


def _frozen(state: State, market: Market) -> None:
    market.quotes[SYMBOL].source = Source.FROZEN


def _unentitled(state: State, market: Market) -> None:
    market.quotes[SYMBOL].source = Source.MISSING


def _phaseless(state: State, market: Market) -> None:
    state.phases.pop(SYMBOL, None)


def _unlisted(state: State, market: Market) -> None:
    state.instruments.pop(SYMBOL, None)
    state.accounts["PAPER"].positions.clear()  # what is held is always known


def _no_account(state: State, market: Market) -> None:
    state.accounts.clear()


MISSING = (
    *(_unquoted, _one_sided, _silent, _slept, _delayed, _frozen, _unentitled),
    *(_phaseless, _unlisted, _no_account),
)


@pytest.mark.parametrize("missing", MISSING, ids=lambda one: one.__name__.strip("_"))
@settings(max_examples=EXAMPLES)
@given(desk=desks(sound=True), order=sound_orders)
def test_what_opens_does_not_leave_without_what_it_is_judged_by(
    missing: Any, desk: tuple[State, Market], order: SubmitOrder
) -> None:
    state, market = desk
    order = msgspec.structs.replace(order, override="meant")
    proposal = propose(order, state, market)
    whole = evaluate(proposal, state, market, NOW)
    event(f"left before: {whole.is_allowed}")
    if proposal.is_exit:
        return
    missing(state, market)
    if missing is _one_sided and order.type is OrderType.LIMIT:
        market.quotes[SYMBOL].last = Price(0)
    assert not judge(state, market, order).is_allowed


# ── I-30: decided again from the journal alone ───────────────────────────────────────────────────


def _session(seed: int, steps: int = 40) -> DeskBench:
    """One symbol, some market around it, orders of every kind, limits tightened on the way."""
    rng, bench = Random(seed), DeskBench(symbols=(SYMBOL,), fee_table="us_retail")
    bench.quotes(SYMBOL, 999_000, 1_001_000, 5_000)
    for number in range(steps):
        act = rng.randrange(10)
        if act == 0:
            bench.other(rng.choice(list(Side)), rng.choice([10, 500]), SYMBOL)
        elif act == 1:
            bench.pass_time(rng.choice([0.2, 2, 15]))
        elif act == 2 and bench.state.live:
            bench.submit(CancelOrder(OrderId(rng.choice(list(bench.state.live)))))
        elif act == 3:
            key = rng.choice(KEYS)
            spec, limits = SPECS_BY_KEY[key], bench.state.limits
            is_counted = spec.kind not in (LimitKind.SWITCH, LimitKind.CHOICE)
            if is_counted and spec.kind not in LISTS:
                text = text_of(spec, getattr(limits, spec.field) * 3 // 4)
                bench.submit(TightenLimit("PAPER", key, text))
        else:
            bench.submit(_random_order(rng, number))
    return bench


def _random_order(rng: Random, number: int) -> SubmitOrder:
    type = rng.choice([OrderType.LIMIT, OrderType.LIMIT, OrderType.MARKET, OrderType.STOP])
    return SubmitOrder(
        ticket=f"t{rng.randrange(number + 1)}" if number % 9 == 0 else f"n{number}",
        account="PAPER",
        symbol=SYMBOL,
        instruction=rng.choice(list(Instruction)),
        quantity=Quantity(rng.choice([1, 10, 10, 300, 4_000, 20_000])),
        type=type,
        price=Price(rng.randrange(9_700, 10_300) * 100) if type is OrderType.LIMIT else Price(0),
        stop=Price(rng.randrange(9_700, 10_300) * 100) if type is OrderType.STOP else Price(0),
        reduce_only=rng.random() < 0.1,
        origin=rng.choice([Origin.TICKET, Origin.SCRIPT]),
        override=rng.choice(["", "meant"]),
    )


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 2**32))
def test_a_decision_is_decided_again_from_the_journal(seed: int) -> None:
    bench = _session(seed)
    state, decided = State(instance="TEST", epoch=1), 0
    for block in bench.journal.blocks():
        events = [record for record in decode_records(block.payload) if is_event(record)]
        # Everything that one thing caused was decided before any of it was true.
        for _, caused in groupby(events, key=lambda record: record.cause):
            bodies: list[Any] = [record.body for record in caused]
            judged = [b for b in bodies if isinstance(b, ev.OrderReleased | ev.OrderDenied)]
            decided += len(judged)
            _is_decided_again(judged, state)
            for body in bodies:
                apply(state, body)
    assert decided >= 5


def _is_decided_again(judged: list[ev.OrderReleased | ev.OrderDenied], state: State) -> None:
    """From the state that the journal brings back and the quote that stands in the event; orders
    of one cause are slices of one exit."""
    if not judged:
        return
    told, seen, market = judged[0], judged[0].quote, Market()
    market.quotes[SYMBOL] = Quote(
        SYMBOL,
        bid=seen.bid,
        bid_size=seen.bid_size,
        ask=seen.ask,
        ask_size=seen.ask_size,
        last=seen.last,
        source=state.source,
        phase=Phase.OPEN,
    )
    sizes = tuple(each.order.quantity for each in judged)
    whole = msgspec.structs.replace(told.order, quantity=Quantity(sum(sizes)))
    proposal = propose(whole, state, market)
    again = evaluate(proposal, state, market, told.at)
    sliced = slices_of(proposal) if again.is_allowed else ()
    assert sizes == (sliced or (whole.quantity,))
    assert told.findings == (
        (*again.findings, warning_of(proposal, sliced)) if sliced else again.findings
    )
    assert (again.passed_bits, again.off_bits) == (told.passed, told.off)
    assert again.is_allowed is isinstance(told, ev.OrderReleased)
    assert told.rules == state.limits_digest


# ── fat fingers, of any size ─────────────────────────────────────────────────────────────────────


@given(
    st.integers(100, 5_000_000).map(lambda cents: cents * 100),
    st.sampled_from([10, 100, 1_000]),
    st.booleans(),
    st.sampled_from([Instruction.BUY, Instruction.SHORT]),
)
def test_a_point_that_slipped_is_denied_at_every_price_and_no_reason_helps(
    mid: int, factor: int, up: bool, instruction: Instruction
) -> None:
    bench = DeskBench(symbols=(SYMBOL,))
    state, market = bench.state, bench.session.market
    market.quotes[SYMBOL] = Quote(SYMBOL, bid=Price(mid), ask=Price(mid + 100), last=Price(mid))
    typed = mid * factor if up else max(100, mid // factor // 100 * 100)
    order = SubmitOrder(
        ticket="t",
        account="PAPER",
        symbol=SYMBOL,
        instruction=instruction,
        quantity=Quantity(1),
        type=OrderType.LIMIT,
        price=Price(typed),
        override="meant",
    )
    assessment = judge(state, market, order)
    assert not assessment.is_allowed
    assert any(f.rule == "R04" and f.verdict is Verdict.DENY for f in assessment.findings)
