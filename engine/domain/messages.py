"""R13: what the venue's rate has no room for waits here, never lost, cancels and exits first."""

from collections.abc import Iterable

from engine.domain import events as ev
from engine.domain.doubt import not_replaced
from engine.domain.lifecycle import DONE
from engine.domain.message_counts import (
    entry_rate,
    message_rate,
    room_now,
    turn_comes_at,
)
from engine.domain.message_facts import (
    MESSAGES_TIMER,
    Message,
    Turn,
    Waiting,
    message_key,
)
from engine.domain.orders import NEVER_REACHED, Order
from engine.domain.quotes import Market
from engine.domain.state import State
from engine.values import NANOS_PER_SECOND, Instruction, Nanos, OrderId

LINK_WAIT = NANOS_PER_SECOND
"""How long an exit waits before it looks again whether the link is back."""


def in_turn(state: State, events: list[ev.Event], now: Nanos) -> list[ev.Event]:
    """The same events, with a word before each whose message has to wait.

    Only where something is counted: see `is_unlimited`.
    """
    rate = message_rate(state)
    wanted = [event for event in events if type(event) in _MESSAGES]
    messages = state.messages
    room = room_now(messages.sent, rate, now)
    for_entries = min(room, room_now(messages.entries, entry_rate(state), now))
    if not wanted or (not messages.waiting and len(wanted) <= for_entries):
        return events
    return _held_back(state, events, room, for_entries, now)


def _held_back(
    state: State, events: list[ev.Event], room: int, for_entries: int, now: Nanos
) -> list[ev.Event]:
    happened: list[ev.Event] = []
    taken: set[str] = set(state.messages.waiting)
    ahead = min((w.turn for w in state.messages.waiting.values() if not w.behind), default=None)
    for event in events:
        if type(event) is ev.MessageQueued:
            taken.add(message_key(event.message, event.order_id, event.asked))
        elif type(event) in _MESSAGES:
            message, order_id, turn, asked = _told(state, event)
            key = message_key(message, order_id, asked)
            if key not in taken:
                fits = room > 0 and (turn is not Turn.ENTRY or for_entries > 0)
                if fits and (ahead is None or turn < ahead):
                    room -= 1
                    for_entries -= turn is Turn.ENTRY
                else:
                    taken.add(key)
                    happened.append(ev.MessageQueued(now, order_id, message, turn, (), asked))
        happened.append(event)
    return happened


def _told(
    state: State,
    event: ev.Event,
) -> tuple[Message, OrderId, Turn, ev.StatementAsked | None]:
    """What an event asks of the venue, and whose turn that is."""
    match event:
        case ev.OrderReleased():
            turn = Turn.ENTRY if event.reserved else Turn.EXIT
            return Message.NEW, event.order_id, turn, None
        case ev.ReplaceRequested():
            opens = event.reserved > 0 and not _only_shrinks(state, event)
            turn = Turn.ENTRY if opens else Turn.EXIT
            return Message.REPLACE, event.order_id, turn, None
        case ev.StatusRequested():
            return Message.STATUS, event.order_id, Turn.QUESTION, None
        case ev.StatementAsked():
            return Message.STATEMENT, OrderId(0), Turn.QUESTION, event
        case _:
            assert isinstance(event, ev.CancelRequested), "nothing else asks anything of a venue"
            return Message.CANCEL, event.order_id, Turn.CANCEL, None


_MESSAGES = frozenset(
    {
        ev.OrderReleased,
        ev.CancelRequested,
        ev.ReplaceRequested,
        ev.StatusRequested,
        ev.StatementAsked,
    }
)


def _only_shrinks(state: State, event: ev.ReplaceRequested) -> bool:
    """Less of what closes: it leaves as an exit does, also where more than is held stood there."""
    order = state.orders[event.order_id]
    is_closing = order.order.instruction in (Instruction.SELL, Instruction.COVER)
    return is_closing and event.quantity < order.quantity


def advance_messages(state: State, market: Market, now: Nanos) -> list[ev.Event]:
    """What may leave by now leaves, the most urgent first; what has become pointless does not."""
    messages, happened = state.messages, list[ev.Event]()
    dues: list[Nanos] = []
    room = room_now(messages.sent, message_rate(state), now)
    for_entries = min(room, room_now(messages.entries, entry_rate(state), now))
    for waiting in sorted(messages.waiting.values(), key=lambda each: each.turn):
        because = _why_not_any_more(state, waiting, now)
        if because:
            happened += _given_up(state, waiting, because, market, now)
            continue
        later = _not_before(state, waiting, now)
        is_entry = waiting.turn is Turn.ENTRY
        if later:
            dues.append(later)
        elif room > 0 and (not is_entry or for_entries > 0):
            room, for_entries = room - 1, for_entries - is_entry
            happened.append(ev.MessageSent(now, waiting.order_id, waiting.message, waiting.asked))
        else:
            dues.append(turn_comes_at(state, waiting.turn, now))
    if dues:
        happened.append(ev.TimerSet(now, MESSAGES_TIMER, min(dues)))
    return happened


def _not_before(state: State, waiting: Waiting, now: Nanos) -> Nanos:
    """When to look again at what cannot leave whatever the rate; 0 where nothing holds it."""
    deadline = Nanos(waiting.since + state.patience.ack)
    if state.links_down and waiting.turn is not Turn.CANCEL:
        return Nanos(now + LINK_WAIT)
    if now < deadline and any(_may_stand(state, order_id) for order_id in waiting.behind):
        return deadline
    return Nanos(0)


def _may_stand(state: State, order_id: OrderId) -> bool:
    order = state.orders.get(order_id)
    return order is not None and not order.has_ended


def _why_not_any_more(state: State, waiting: Waiting, now: Nanos) -> str:
    """Why an order that opens, or its change, does not leave at all; empty where it may.

    Nothing of this holds for what closes: it waits, and it leaves.
    """
    if waiting.turn is not Turn.ENTRY:
        return ""
    order = state.orders[waiting.order_id]
    account, symbol = state.accounts[order.order.account], order.order.symbol
    for trading in (account.trading, account.symbols.get(symbol)):
        if trading is not None and trading.state is not ev.TradingState.ACTIVE:
            return f"not sent: {trading.state.name} while it waited"
    if entry_rate(state) < 1:
        return "not sent: at this message rate nothing that opens can leave"
    if state.links_down:
        return "not sent: the link went down while it waited"
    for order_id in waiting.behind:
        if not _may_stand(state, order_id):
            continue
        other = state.orders[order_id]
        if other.pending_cancel is None:
            return f"not sent: your order {other.label} could not be cancelled ({other.text})"
        if now >= waiting.since + state.patience.ack:
            return f"not sent: nobody proved your order {other.label} cancelled"
    return ""


def _given_up(
    state: State, waiting: Waiting, because: str, market: Market, now: Nanos
) -> list[ev.Event]:
    """It never left, and so much is certain."""
    order = state.orders[waiting.order_id]
    if waiting.message is Message.REPLACE:
        return not_replaced(state, order, because, Nanos(0), market, now)
    return [never_sent(order, because, now)]


def never_sent(order: Order, because: str, now: Nanos, *, requested: bool = False) -> ev.Event:
    """The end of an order that waited here and that no venue has heard of."""
    return ev.OrderCancelled(now, order.order_id, order.leaves, because, requested)


def woken(state: State, events: Iterable[ev.Event], now: Nanos) -> list[ev.Event]:
    """Looks at what waits as soon as something is heard of the order that it waits for."""
    awaited = {i for waiting in state.messages.waiting.values() for i in waiting.behind}
    if not awaited or state.timers.get(MESSAGES_TIMER, now + 1) <= now:
        return []
    if any(getattr(event, "order_id", 0) in awaited for event in events):
        return [ev.TimerSet(now, MESSAGES_TIMER, now)]
    return []


def left_behind(state: State, market: Market, now: Nanos) -> list[ev.Event]:
    """A run begins: what waited when the last one ended has never left, and is not sent now."""
    happened: list[ev.Event] = []
    for waiting in state.messages.waiting.values():
        order = state.orders.get(waiting.order_id)
        if order is None or order.status in DONE:
            continue
        if waiting.message is Message.NEW:
            happened.append(ev.OrderRejected(now, order.order_id, NEVER_REACHED))
        elif waiting.message is Message.REPLACE:
            happened += not_replaced(state, order, NEVER_REACHED, Nanos(0), market, now)
    return happened
