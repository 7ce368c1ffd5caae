"""Groups of exits: who belongs to one, how much it protects, and when it is looked at again."""

from collections.abc import Iterable, Iterator

from engine.domain import events as ev
from engine.domain.commands import ALL_SYMBOLS
from engine.domain.contingent.terms import KINDS
from engine.domain.identity import LEGS_MAX, group_of, leg_of
from engine.domain.orders import Order
from engine.domain.reports import LinkState
from engine.domain.state import Bracket, State, bracket_timer
from engine.values import Nanos, OrderId, OrderType, Quantity

WITHDRAWN = "withdrawn before it was sent"
_MOVES_ROOM = (ev.OrderFilled, ev.OrderCancelled, ev.OrderExpired, ev.OrderRejected)
"""After these more may be left for an exit to close, or less, whoever's order it was."""


def legs_of(state: State, group: int) -> list[Order]:
    """Every exit of a group, the oldest first; none where there is no such group."""
    bracket = state.brackets.get(group)
    if bracket is None:
        return []
    return [state.orders[i] for i in bracket.legs if i in state.orders]


def held_exits(state: State, account: str, symbol: str) -> list[Order]:
    """Exits of the account that wait here, of one symbol or of all."""
    return [
        leg
        for group, bracket in state.brackets.items()
        if bracket.account == account and symbol in (ALL_SYMBOLS, bracket.symbol)
        for leg in legs_of(state, group)
        if leg.is_held
    ]


def withdrawal(order: Order, now: Nanos) -> ev.OrderCancelled:
    """Somebody wants an exit away that was never sent: it goes without a word to the venue."""
    assert order.is_held, "what was sent is the venue's to end"
    return ev.OrderCancelled(now, order.order_id, order.leaves, WITHDRAWN, True)


def no_more_needed(order: Order, now: Nanos, text: str) -> ev.OrderCancelled:
    """The same where nobody asked: should its entry come to life again, so does the exit."""
    assert order.is_held, "what was sent is the venue's to end"
    return ev.OrderCancelled(now, order.order_id, order.leaves, text, False)


def covered_by(state: State, group: int, bracket: Bracket) -> Quantity:
    """What the exits of a group are for: the fills of their entry, or a part of a position.

    Together groups are for no more than is held: where that is less than all of them want, what the
    newest wants is theirs, and the oldest gives way first. The newest exits are the last word on
    what is held; an old group can want what was closed by another way long ago.
    """
    most, legs = _wanted(state, group, bracket), legs_of(state, group)
    filled = sum(leg.cumulative for leg in legs)
    if not legs or most <= filled:
        return most
    # An entry can have closed something first, and a position can lose shares that its exits were
    # for, when a trade of it is taken back.
    held = state.accounts[bracket.account].positions.get(bracket.symbol)
    there = -legs[0].side * held.quantity if held is not None else 0
    there -= sum(_claims_of_newer(state, group, bracket, legs[0].side)) if there > 0 else 0
    return Quantity(min(most, max(0, there) + filled))


def _wanted(state: State, group: int, bracket: Bracket) -> Quantity:
    entry = state.orders.get(group)
    return bracket.quantity if entry is None else entry.cumulative


def _claims_of_newer(state: State, group: int, bracket: Bracket, side: int) -> Iterator[int]:
    """What exits of newer groups, that stand or may still come, would close of the same position;
    exits that a hand took back want nothing."""
    for other, theirs in state.brackets.items():
        if other <= group or theirs.symbol != bracket.symbol or theirs.account != bracket.account:
            continue
        legs = legs_of(state, other)
        left = _wanted(state, other, theirs) - sum(leg.cumulative for leg in legs)
        newest_legs = (newest(legs, kind) for kind in KINDS) if left > 0 else ()
        if any(leg and leg.side == side and may_close(theirs, leg) for leg in newest_legs):
            yield left


def shares_at_venue(state: State, legs: Iterable[Order]) -> bool:
    """The venue takes what one exit fills off the other. Not where one of them was sent as an order
    of its own, to a venue that had no groups then: until it is gone they stand one at a time."""
    return state.has_oca and all(leg.oca_group for leg in legs if leg.is_live)


def newest(legs: list[Order], kind: OrderType) -> Order | None:
    """The last exit of a kind: it may have taken the place of one that was spent."""
    return next((leg for leg in reversed(legs) if leg.order.type is kind), None)


def may_close(bracket: Bracket, leg: Order) -> bool:
    """The exit stands, waits here, or another one will come in its place."""
    return leg.is_held or leg.is_live or has_successor(bracket, leg)


def has_successor(bracket: Bracket, leg: Order) -> bool:
    """It is done without anybody having wanted that: what is left goes to a new leg.

    An exit that a person took back, or that was refused, stays away.
    """
    if not leg.is_done or max(leg_of(i) for i in bracket.legs) + len(KINDS) > LEGS_MAX:
        return False
    return leg.is_spent or leg.is_lost or leg.order_id in bracket.taken_back


def let_go_in_a_row(legs: list[Order], kind: OrderType) -> int:
    """How many exits of a kind the venue let go in a row without a fill, the newest included;
    without the first, whose reason may have been a passing one.

    What its sibling of the same time filled is a reason of its own: the row ends there.
    """
    row = 0
    for leg in reversed(legs):
        if leg.cumulative or (leg.order.type is kind and not leg.let_go):
            break
        row += leg.order.type is kind
    return max(0, row - 1)


def filled_by(state: State, group: int) -> Quantity:
    """What the exits of a group have filled together, on whatever day."""
    return Quantity(sum(leg.cumulative for leg in legs_of(state, group)))


def is_entry_over(state: State, group: int) -> bool:
    """Nothing more can come of the entry by its own status; without one nothing ever does."""
    entry = state.orders.get(group)
    return entry is None or entry.is_done


def reductions(state: State, events: Iterable[ev.Event], now: Nanos) -> list[ev.Event]:
    """What fills of exits take off their siblings: the venue's groups do so in the same instant.

    A trade that is corrected had done so before; what a person had stated of it as well.
    """
    reduced: list[ev.Event] = []
    taken_back: dict[int, int] = {}
    corrected: set[str] = set()
    for event in events:
        if type(event) is ev.FillReversed:
            taken_back[event.order_id] = taken_back.get(event.order_id, 0) + event.quantity
            corrected.add(event.execution_id)
        elif type(event) is ev.OrderFilled:
            # What was counted already is not taken again.
            counted = min(event.quantity, taken_back.get(event.order_id, 0))
            if event.execution_id in corrected:
                counted = event.quantity
            elif counted:
                taken_back[event.order_id] -= counted
            reduced += _off_siblings(state, event, event.quantity - counted, now)
    return reduced


def _off_siblings(state: State, fill: ev.OrderFilled, quantity: int, now: Nanos) -> list[ev.Event]:
    # A late fill can be of an order that an earlier trade date has taken away.
    order = state.orders.get(fill.order_id) or state.past_orders.get(fill.order_id)
    if order is None or not order.oca_group or not quantity:
        return []
    happened: list[ev.Event] = []
    for sibling in legs_of(state, order.group):
        if sibling is order or sibling.oca_group != order.oca_group:
            continue
        # A larger quantity may be on its way: what is shared is the larger one then.
        room = sibling.worst_quantity - sibling.cumulative - sibling.taken
        taken = Quantity(max(0, min(quantity, room)))
        if taken:
            completes = taken == room and _filled_after(sibling, fill, state)
            reduced = ev.ExitReduced(now, sibling.order_id, taken, order.order_id, completes)
            happened.append(reduced)
    return happened


def counts_too_much(legs: Iterable[Order], oca_group: str) -> bool:
    """A trade in this group was taken back, or corrected to less: more was taken off some exit than
    its siblings have filled, and no venue gives that back."""
    members = [leg for leg in legs if leg.oca_group == oca_group]
    filled = sum(leg.cumulative for leg in members)
    return any(leg.taken > filled - leg.cumulative for leg in members)


def _filled_after(sibling: Order, fill: ev.OrderFilled, state: State) -> bool:
    """Its own last fill left nothing of the group, and this one, though told later, was before it.

    The other way round the venue ends it with a word of its own, and where the venue's clock
    cannot tell that word is waited for: an order that stands there must not be over here.
    """
    if sibling.has_ended or not sibling.cumulative or sibling.worst_quantity > sibling.quantity:
        return False
    is_before = 0 < fill.venue_at < sibling.filled_at
    return is_before or (
        0 < fill.venue_at == sibling.filled_at and not state.patience.whole_seconds
    )


def nudges(state: State, events: Iterable[ev.Event], now: Nanos) -> list[ev.Event]:
    """Looks at every group again, once and at once, of whose orders something became true.

    A timer and not a decision here: what to do follows from the state with the events in it, and
    ten fills of one batch are one look.
    """
    groups: dict[OrderId, None] = {}
    for event in events:
        order_id = getattr(event, "order_id", None)
        if order_id is not None:
            groups[group_of(order_id)] = None
            if type(event) is ev.FillReversed:
                groups.update(dict.fromkeys(_of_symbol_of(state, order_id)))
            elif type(event) in _MOVES_ROOM:
                open_ones = [g for g in _of_symbol_of(state, order_id) if _may_have_work(state, g)]
                groups.update(dict.fromkeys(open_ones))
        elif type(event) is ev.PhaseEntered:
            groups.update(dict.fromkeys(_waiting_in(state, event.symbol)))
        elif type(event) is ev.LinkMoved and event.state is LinkState.UP:
            groups.update(dict.fromkeys(OrderId(group) for group in state.brackets))
    return [
        ev.TimerSet(now, bracket_timer(group), now)
        for group in groups
        if group in state.brackets and state.timers.get(bracket_timer(group), now + 1) > now
    ]


def _may_have_work(state: State, group: OrderId) -> bool:
    """An exit of it stands at the venue, and follows what is held, down to nothing; or its entry
    has filled more than its exits, and what is held of that may come to be known only now."""
    is_owing = _wanted(state, group, state.brackets[group]) > filled_by(state, group)
    return is_owing or any(leg.is_live for leg in legs_of(state, group))


def _of_symbol_of(state: State, order_id: int) -> list[OrderId]:
    """Groups that protect what this order traded in: less of it may be held now."""
    order = state.orders.get(order_id) or state.past_orders.get(order_id)
    if order is None:
        return []
    asked = order.order
    return [
        OrderId(group)
        for group, bracket in state.brackets.items()
        if (bracket.account, bracket.symbol) == (asked.account, asked.symbol)
    ]


def _waiting_in(state: State, symbol: str) -> list[OrderId]:
    """Groups with an exit that waits here, maybe for this symbol's session; also one that is to
    take another's place and has no order yet."""
    return [
        OrderId(group)
        for group, bracket in state.brackets.items()
        if symbol in (ALL_SYMBOLS, bracket.symbol)
        and (any(leg.is_held for leg in legs_of(state, group)) or _is_left(state, group, bracket))
    ]


def _is_left(state: State, group: int, bracket: Bracket) -> bool:
    return covered_by(state, group, bracket) > filled_by(state, group)
