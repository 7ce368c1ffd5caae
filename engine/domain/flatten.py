"""The flatten protocol: cancel, wait for the evidence, close what is left, until flat.

Exits go only once what they protect can be closed: until then the protocol waits for that.
"""

from msgspec import structs

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.closing_time import why_not_now
from engine.domain.commands import ALL_SYMBOLS, Origin, SubmitOrder
from engine.domain.contingent.groups import held_exits, withdrawal
from engine.domain.listing import is_listed, not_listed
from engine.domain.orders import Order
from engine.domain.quotes import Market
from engine.domain.reasons import Refusal
from engine.domain.reducing import exits_of
from engine.domain.risk.exposure import open_quantities
from engine.domain.state import FlattenRun, State, flatten_key, flatten_timer
from engine.domain.submission import cancel_of, submit
from engine.instruments import Instrument
from engine.values import (
    NANOS_PER_MILLISECOND,
    NANOS_PER_SECOND,
    Instruction,
    Nanos,
    OrderType,
    Quantity,
    TimeInForce,
)

EVIDENCE_WAIT = 3 * NANOS_PER_SECOND
"""How long the venue may take to prove a cancel before a person is asked."""
ROUND_PAUSE = 250 * NANOS_PER_MILLISECOND
"""Between two closing orders, so that the book can refill."""
ROUNDS_MAX = 40


def flatten(state: State, command: cmd.Flatten, market: Market, now: Nanos) -> list[ev.Event]:
    """Begins the protocol, or says that there is nothing to flatten."""
    refused = not_listed(state, "flatten", [command.symbol], now)
    if refused:
        return refused
    started = begin_flatten(state, command.account, command.symbol, command.origin, now)
    if started:
        return started
    key = flatten_key(command.account, command.symbol)
    is_running = key in state.flattening
    refusal = Refusal.FLATTEN_RUNNING if is_running else _nothing_held(state, command.symbol)
    return [ev.CommandRefused(now, "flatten", refusal, command.symbol)]


def _nothing_held(state: State, symbol: str) -> Refusal:
    """A slip of the finger in a symbol is told as one, and not as being flat."""
    is_known = symbol == ALL_SYMBOLS or symbol in state.instruments
    return Refusal.NO_POSITION if is_known else Refusal.UNKNOWN_SYMBOL


def reverse(state: State, command: cmd.Reverse, market: Market, now: Nanos) -> list[ev.Event]:
    """A flatten that opens the same size on the other side once the position is proved flat."""
    refused = not_listed(state, "reverse", [command.symbol], now)
    if refused:
        return refused
    held = _position(state, command.account, command.symbol)
    if held == 0:
        refusal = _nothing_held(state, command.symbol)
        return [ev.CommandRefused(now, "reverse", refusal, command.symbol)]
    if _is_running(state.flattening.get(flatten_key(command.account, command.symbol))):
        return [ev.CommandRefused(now, "reverse", Refusal.FLATTEN_RUNNING, command.symbol)]
    started = _begin_one(state, command.account, command.symbol, command.origin, now)
    return [_of_a_reverse(event, command, -held) for event in started]


def _of_a_reverse(event: ev.Event, command: cmd.Reverse, reopen: int) -> ev.Event:
    if isinstance(event, ev.FlattenStarted):
        return structs.replace(event, reopen=reopen, override=command.override)
    return structs.replace(event, reopen=reopen) if isinstance(event, ev.FlattenMoved) else event


def begin_flatten(
    state: State, account: str, symbol: str, origin: Origin, now: Nanos
) -> list[ev.Event]:
    """Starts the protocol for the symbol, or for everything held or working that is listed here."""
    symbols = [symbol] if symbol != ALL_SYMBOLS else _symbols_to_flatten(state, account)
    happened = not_listed(state, "flatten", symbols, now)
    for each in (s for s in symbols if is_listed(state, s)):
        happened += _begin_one(state, account, each, origin, now)
    return happened


def _symbols_to_flatten(state: State, account: str) -> list[str]:
    held = {s for s, p in state.accounts[account].positions.items() if p.quantity}
    working = {state.orders[i].order.symbol for i in _live(state, account, state.live)}
    return sorted(held | working)


def _is_running(run: FlattenRun | None) -> bool:
    return run is not None and run.step is not ev.FlattenStep.ASKING


def _live(state: State, account: str, ids: dict[int, None]) -> list[int]:
    return [i for i in ids if state.orders[i].order.account == account]


def _begin_one(
    state: State, account: str, symbol: str, origin: Origin, now: Nanos
) -> list[ev.Event]:
    run = state.flattening.get(flatten_key(account, symbol))
    live = _live(state, account, state.live_by_symbol.get(symbol, {}))
    # A flatten is the last word over a reverse that runs: nothing opens again afterwards.
    is_flattening = run is not None and run.reopen == 0 and _is_running(run)
    if is_flattening or not (live or _position(state, account, symbol)):
        return []
    why = _why_it_waits(state, account, symbol)
    if not why:
        cleared = _cleared(state, account, symbol, origin, now)
        return [ev.FlattenStarted(now, account, symbol, origin), *cleared]
    exits = exits_of(state, account, symbol)
    entries = [i for i in live if i not in exits]
    text = f"exits stay until it can be closed: {why}"
    return [
        ev.FlattenStarted(now, account, symbol, origin, waits=True),
        ev.FlattenMoved(now, account, symbol, ev.FlattenStep.WAITING, text),
        *_cancels(state, entries, origin, now),
    ]


def _cancels(state: State, live: list[int], origin: Origin, now: Nanos) -> list[ev.Event]:
    orders = (state.orders[i] for i in live)
    return [cancel_of(order, state, origin, now) for order in orders if not order.is_cancelling]


def _cleared(state: State, account: str, symbol: str, origin: Origin, now: Nanos) -> list[ev.Event]:
    """All that works is asked to go, exits too, and the evidence is waited for."""
    live = _live(state, account, state.live_by_symbol.get(symbol, {}))
    cancels = _cancels(state, live, origin, now)
    # Exits that wait here would leave with a late fill of their entry: what that brings is closed.
    cancels += [withdrawal(order, now) for order in held_exits(state, account, symbol)]
    due = Nanos(now + EVIDENCE_WAIT) if live else now
    return [*cancels, ev.TimerSet(now, flatten_timer(account, symbol), due)]


def _why_it_waits(state: State, account: str, symbol: str) -> str:
    """What is held could not be closed at this moment; empty where it could, or nothing is."""
    held = _position(state, account, symbol)
    if not held:
        return ""
    return why_not_now(state, closing_order(account, symbol, held, "", ""))


def _position(state: State, account: str, symbol: str) -> int:
    position = state.accounts[account].positions.get(symbol)
    return position.quantity if position else 0


def nudge_flatten(state: State, account: str, symbol: str, now: Nanos) -> list[ev.Event]:
    """After every venue report of a symbol being flattened: look again at once."""
    if flatten_key(account, symbol) not in state.flattening:
        return []
    return [ev.TimerSet(now, flatten_timer(account, symbol), now)]


def advance_flatten(
    state: State, account: str, symbol: str, market: Market, now: Nanos
) -> list[ev.Event]:
    """The next step of a running protocol, decided from what the venue has proved."""
    run = state.flattening.get(flatten_key(account, symbol))
    if run is None or state.is_read_only:
        return []
    if run.step is ev.FlattenStep.WAITING:
        return _go_on(state, run, account, symbol, now)
    live = [state.orders[i] for i in _live(state, account, state.live_by_symbol.get(symbol, {}))]
    if any(_is_awaited(order) for order in live):
        return _wait_for_evidence(state, run, account, symbol, live, now)
    held, known = _position(state, account, symbol), state.instruments[symbol]
    is_asking = run.step is ev.FlattenStep.ASKING
    if held == 0 and not live:
        reopen = 0 if is_asking else run.reopen
        finished = ev.FlattenFinished(now, account, symbol, "flat", reopen)
        again = [] if is_asking else _reopen(state, run, account, symbol, market, now)
        return [finished, *again]
    if is_asking:
        # A person was asked and has not answered: what trades here since may be theirs.
        return []
    own = [order for order in live if _is_own(order, run, account, symbol)]
    if own:
        return _wait_for_the_closing_order(run, own, known, now)
    buys, sells = open_quantities(state, account, symbol)
    room = abs(held) - (sells if held > 0 else buys)
    if room <= 0:
        return _ask(run, account, symbol, _what_stays(live, held, known), now)
    if run.step is ev.FlattenStep.CLOSING and now < run.moved_at + ROUND_PAUSE:
        due = Nanos(run.moved_at + ROUND_PAUSE)
        return [ev.TimerSet(now, flatten_timer(account, symbol), due)]
    if run.rounds >= ROUNDS_MAX:
        left_over = known.format_quantity(held, signed=True)
        text = f"{left_over} {symbol} left after {run.rounds} closing orders"
        return _ask(run, account, symbol, text, now)
    why = _why_it_waits(state, account, symbol)
    if why:
        text = f"closes what is left when it can: {why}"
        return [ev.FlattenMoved(now, account, symbol, ev.FlattenStep.WAITING, text, run.reopen)]
    # Orders that the venue keeps may fill before this one or after it: what closes beside them
    # is so little that all of them together only just reach zero.
    left = room if held > 0 else -room
    return _close_what_is_left(state, run, account, symbol, left, market, now)


def _go_on(state: State, run: FlattenRun, account: str, symbol: str, now: Nanos) -> list[ev.Event]:
    """It had waited: where it could close now, exits go, and it is a flatten like any other."""
    if _why_it_waits(state, account, symbol):
        return []
    text = f"{symbol} can be closed now: what works there goes first"
    step = ev.FlattenStep.CANCELLING
    moved = ev.FlattenMoved(now, account, symbol, step, text, run.reopen)
    return [moved, *_cleared(state, account, symbol, run.origin, now)]


def _is_awaited(order: Order) -> bool:
    """The venue owes an answer about it, or fills that it has counted and not told.

    What it has answered, a refusal too, is evidence.
    """
    return (
        order.ending != 0
        or order.pending_new is not None
        or order.pending_cancel is not None
        or order.pending_replace is not None
    )


def _is_own(order: Order, run: FlattenRun, account: str, symbol: str) -> bool:
    """It closes for this run; that of an earlier run is an order like any other."""
    is_closing = order.order.ticket.startswith(_ticket_start(account, symbol))
    return is_closing and order.created_at >= run.started_at


def _ticket_start(account: str, symbol: str) -> str:
    return f"flatten-{account}-{symbol}-"


def _ask(run: FlattenRun, account: str, symbol: str, text: str, now: Nanos) -> list[ev.Event]:
    return [ev.FlattenMoved(now, account, symbol, ev.FlattenStep.ASKING, text, run.reopen)]


def _wait_for_evidence(
    state: State, run: FlattenRun, account: str, symbol: str, live: list[Order], now: Nanos
) -> list[ev.Event]:
    deadline = Nanos(run.moved_at + EVIDENCE_WAIT)
    if now < deadline:
        return [ev.TimerSet(now, flatten_timer(account, symbol), deadline)]
    if run.step is ev.FlattenStep.ASKING:
        return []
    awaited = [order for order in live if _is_awaited(order)]
    if any(_is_own(order, run, account, symbol) for order in awaited):
        text = f"the venue did not answer the closing order of {symbol} within 3 s"
    else:
        text = f"{len(awaited)} order(s) of {symbol} not proved cancelled within 3 s"
    kept = [order for order in live if order not in awaited]
    kept = [order for order in kept if not _is_own(order, run, account, symbol)]
    known = state.instruments[symbol]
    told = [text, *(_kept_in_words(order, known) for order in kept)]
    return _ask(run, account, symbol, "; ".join(told), now)


def _wait_for_the_closing_order(
    run: FlattenRun, own: list[Order], known: Instrument, now: Nanos
) -> list[ev.Event]:
    """Where orders meet the next bar, or a market that is halted, it works until it is filled.

    It is several where one would be beyond R02.
    """
    if run.step is ev.FlattenStep.WORKING:
        return []
    asked = own[0].order
    account, symbol = asked.account, asked.symbol
    deadline = Nanos(run.moved_at + EVIDENCE_WAIT)
    if now < deadline:
        return [ev.TimerSet(now, flatten_timer(account, symbol), deadline)]
    size = known.format_quantity(sum(order.leaves for order in own))
    text = f"the closing order works: {asked.instruction.word} {size} {symbol}"
    return [ev.FlattenMoved(now, account, symbol, ev.FlattenStep.WORKING, text, run.reopen)]


def _what_stays(kept: list[Order], held: int, known: Instrument) -> str:
    """Why the protocol ends before all is flat: what is left, and the orders left with it."""
    symbol = kept[0].order.symbol
    size = known.format_quantity(held, signed=True)
    left = f"{size} {symbol} left" if held else f"{symbol} is flat now"
    return "; ".join([left, *(_kept_in_words(order, known) for order in kept)])


def _kept_in_words(order: Order, known: Instrument) -> str:
    asked = order.order
    terms = f"{asked.instruction.word} {known.format_quantity(order.leaves)} {asked.type.code}"
    why = f": {order.text}" if order.text else ""
    return f"{terms} {asked.time_in_force.name} ({order.label}) stays at the venue{why}"


def _reopen(
    state: State, run: FlattenRun, account: str, symbol: str, market: Market, now: Nanos
) -> list[ev.Event]:
    """The second half of a reverse: a new order, judged by every rule."""
    if run.reopen == 0:
        return []
    ticket = f"reverse-{account}-{symbol}-{state.order_next}"
    order = opening_order(account, symbol, run.reopen, ticket, run.override)
    return submit(state, order, market, now)


def closing_order(account: str, symbol: str, held: int, ticket: str, note: str) -> SubmitOrder:
    """One reduce-only protected order for exactly what is held now: it cannot cross zero."""
    return SubmitOrder(
        ticket=ticket,
        account=account,
        symbol=symbol,
        instruction=Instruction.SELL if held > 0 else Instruction.COVER,
        quantity=Quantity(abs(held)),
        type=OrderType.MARKET,
        time_in_force=TimeInForce.IOC,
        reduce_only=True,
        origin=Origin.DESK,
        note=note,
    )


def opening_order(
    account: str, symbol: str, reopen: int, ticket: str, override: str
) -> SubmitOrder:
    """The second half of a reverse: `reopen` shares from flat, below zero a short sale."""
    return SubmitOrder(
        ticket=ticket,
        account=account,
        symbol=symbol,
        instruction=Instruction.BUY if reopen > 0 else Instruction.SHORT,
        quantity=Quantity(abs(reopen)),
        type=OrderType.MARKET,
        origin=Origin.DESK,
        note="reverse",
        override=override,
    )


def _close_what_is_left(
    state: State,
    run: FlattenRun,
    account: str,
    symbol: str,
    held: int,
    market: Market,
    now: Nanos,
) -> list[ev.Event]:
    ticket = f"{_ticket_start(account, symbol)}{state.order_next}"
    note = "reverse" if run.reopen else "flatten"
    close = closing_order(account, symbol, held, ticket, note)
    decided = submit(state, close, market, now)
    denied = next((e for e in decided if isinstance(e, ev.OrderDenied)), None)
    if denied is not None:
        text = denied.findings[0].sentence if denied.findings else "denied"
        return [*decided, *_ask(run, account, symbol, text, now)]
    timer = ev.TimerSet(now, flatten_timer(account, symbol), Nanos(now + EVIDENCE_WAIT))
    text = f"closing {state.instruments[symbol].format_quantity(abs(held))} {symbol}"
    moved = ev.FlattenMoved(now, account, symbol, ev.FlattenStep.CLOSING, text, run.reopen)
    return [moved, *decided, timer]
