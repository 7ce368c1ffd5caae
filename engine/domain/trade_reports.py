"""What a venue's claims about trades mean: fills, busts and corrections, each booked once."""

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.amendments import LEAVES_UNSAID
from engine.domain.answers import (
    beyond_books,
    find_order_of_any_date,
    nudged,
    orphaned,
    repeated,
)
from engine.domain.answers import lowered as lowered_symbol
from engine.domain.bounds import fits_books
from engine.domain.commands import Origin, Outcome
from engine.domain.contingent.terms import average_of
from engine.domain.good_faith import good_faith
from engine.domain.ledger.fees import order_fee
from engine.domain.ledger.fill_memory import BookedFill
from engine.domain.ledger.positions import Position, fill_effect
from engine.domain.lifecycle import DONE
from engine.domain.orders import Order
from engine.domain.quotes import Market
from engine.domain.rebooking import Rebooking
from engine.domain.reducing import closing_quantities
from engine.domain.state import State
from engine.domain.submission import quote_seen
from engine.domain.venue_reports import restated_as
from engine.values import Nanos, Price, Quantity

NO_TRADE = "is no trade that can be"
OF_ANOTHER = "names a trade of another order"
TOLD_OTHERWISE = "was booked with another price or size, which stands: ask the venue"


def venue_filled(
    state: State, report: rep.VenueFilled, market: Market, now: Nanos
) -> list[ev.Event]:
    """Applied once per execution id; late and excess fills are applied too: the venue is right."""
    order = find_order_of_any_date(state, report.client_order_id)
    if report.execution_id in state.executions:
        again = repeated(report.execution_id, "execution", now)
        return again if order is None else [*again, *_told_otherwise(state, order, report, now)]
    if order is None:
        text = f"filled {report.quantity} at {report.price} ({report.execution_id})"
        return orphaned(report.client_order_id, text, now)
    if what := report.misfit or _impossible(report):
        return beyond_books(state, order, _said(state, order, report), now, what)
    if order.manual:
        return _instead_of_manual(state, order, report, market, now)
    fill = _booked_fill(state, order, report, market, now)
    if not fits_books(state, order, fill):
        return beyond_books(state, order, _said(state, order, report), now)
    happened: list[ev.Event] = [fill]
    if state.accounts[order.order.account].margin.funded:
        happened += good_faith(state, order, fill, now)
    if fill.resurrected or fill.overfill:
        happened += _alarms(state, order, fill, now)
    if state.flattening:
        happened += nudged(state, order, now)
    return happened


def _impossible(report: rep.VenueFilled | rep.VenueTradeCorrected) -> str:
    """Why nobody traded that, whatever the venue says; empty where it can be."""
    return "" if report.quantity > 0 and report.price > 0 else NO_TRADE


def _is_of_another(state: State, order: Order, execution_id: str) -> bool:
    return state.executions.get(execution_id, order.order_id) != order.order_id


def _told_otherwise(
    state: State, order: Order, report: rep.VenueFilled, now: Nanos
) -> list[ev.Event]:
    """The same trade with another price or size, or of another order, and no correction: the first
    word stands."""
    if _is_of_another(state, order, report.execution_id):
        return beyond_books(state, order, _said(state, order, report), now, OF_ANOTHER)
    booked = _booked(state, order, report.execution_id, Price(0), Quantity(0))
    if booked is None or state.amended.get(report.execution_id, 0):
        return []
    if (booked.price, abs(booked.quantity)) == (report.price, report.quantity):
        return []
    text = f"order {order.label}: {_said(state, order, report)} {TOLD_OTHERWISE}"
    return _lowered(state, order, ev.TradingState.REDUCING, text, now)


def _instead_of_manual(
    state: State, order: Order, report: rep.VenueFilled, market: Market, now: Nanos
) -> list[ev.Event]:
    """The venue tells of its own trade: what a person had stated gives way, share by share."""
    rebooking = Rebooking(state, order, market, now)
    happened, fill = _in_its_place(state, order, rebooking, report, 0, now)
    if fill is None:
        return beyond_books(state, order, _said(state, order, report), now)
    if fill.overfill:
        happened += _alarms(state, order, fill, now)
    return happened + nudged(state, order, now)


def _in_its_place(
    state: State,
    order: Order,
    rebooking: Rebooking,
    report: rep.VenueFilled,
    revision: int,
    now: Nanos,
) -> tuple[list[ev.Event], ev.OrderFilled | None]:
    """(what happens, the venue's trade): of what a person had stated the rest stays booked; without
    such a statement the trade alone. No trade where the books could not hold it."""
    name = order.manual
    stated = _booked(state, order, name, Price(0), Quantity(0)) if name else None
    happened: list[ev.Event] = []
    if stated is not None:
        text = "the venue told of the trade itself"
        happened.append(rebooking.reverse(name, stated, ev.BUSTED, text, report.at))
    fill = rebooking.book(report, revision=revision)
    if not fits_books(state, order, fill):
        return [], None
    happened.append(fill)
    left = abs(stated.quantity) - report.quantity if stated is not None else 0
    if stated is not None and left > 0:
        rest, outcome = f"{name}-{report.execution_id}", Outcome.FILLED
        known = state.instruments[order.order.symbol]
        why = f"what is left of {known.format_quantity(abs(stated.quantity))} stated by hand"
        quantity = Quantity(left)
        happened.append(
            ev.OrderResolved(
                now, order.order_id, outcome, quantity, stated.price, why, Origin.DESK, rest
            )
        )
        again = rep.VenueFilled(
            report.client_order_id, rest, stated.price, quantity, report.liquidity, why, stated.at
        )
        happened.append(rebooking.book(again, revision=0))
    return happened, fill


def _said(state: State, order: Order, report: rep.VenueFilled | rep.VenueTradeCorrected) -> str:
    known = state.instruments[order.order.symbol]
    size, price = known.format_quantity(report.quantity), known.format_price(report.price)
    return f"a trade of {size} at {price} ({report.execution_id})"


def _booked_fill(
    state: State, order: Order, report: rep.VenueFilled, market: Market, now: Nanos
) -> ev.OrderFilled:
    asked, price, quantity = order.order, report.price, report.quantity
    symbol, execution_id, side = asked.symbol, report.execution_id, order.side
    position = state.accounts[asked.account].positions.get(symbol) or Position(symbol)
    made_at = report.at or now
    if not position.memory.is_in_order(made_at, execution_id):
        # It was made before others that were heard first: lots follow the venue's order.
        rebooking = Rebooking(state, order, market, now)
        return rebooking.book(report, revision=0)
    instrument = state.instruments[symbol]
    effect = fill_effect(position, side, price, quantity, instrument, made_at)
    value, cumulative = effect.value, order.cumulative + quantity
    # Fees count per order over its cumulative fills: a fill pays the difference it makes.
    owed = order_fee(
        order.fee_table,
        order.trade_date,
        asked.instruction,
        cumulative,  # type: ignore[arg-type]  # a sum of quantities is one, here and below
        order.value + value,  # type: ignore[arg-type]  # and so with money
        order.month_volume,
    )
    fee = owed - order.fees_by_table
    return ev.OrderFilled(
        now,
        order.order_id,
        execution_id,
        price,
        quantity,
        report.liquidity,
        fee,  # type: ignore[arg-type]
        effect.realised,
        -side * value - fee,  # type: ignore[arg-type]
        effect.position_after,
        effect.lots,
        quote_seen(market.quotes.get(symbol)),
        report.explanation,
        order.status in DONE,
        cumulative + order.taken > order.quantity
        and cumulative + order.taken > order.worst_quantity,
        cumulative,  # type: ignore[arg-type]
        report.at,
    )


def _alarms(state: State, order: Order, fill: ev.OrderFilled, now: Nanos) -> list[ev.Event]:
    """A fill that should not be lowers the symbol's trading state until a person has looked."""
    what = "filled beyond its quantity" if fill.overfill else "filled after it was done"
    lowered = ev.TradingState.HALTED if fill.overfill else ev.TradingState.REDUCING
    return _lowered(state, order, lowered, f"order {order.label} was {what}", now)


def _lowered(
    state: State, order: Order, lowered: ev.TradingState, text: str, now: Nanos
) -> list[ev.Event]:
    return lowered_symbol(state, order.order.account, order.order.symbol, lowered, text, now)


def venue_trade_busted(
    state: State, report: rep.VenueTradeBusted, market: Market, now: Nanos
) -> list[ev.Event]:
    """The trade is taken back, also before it was heard of: then it will never be booked."""
    order = find_order_of_any_date(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, f"busted {report.execution_id}", now)
    if _is_of_another(state, order, report.execution_id):
        return beyond_books(state, order, f"a bust of {report.execution_id}", now, OF_ANOTHER)
    if state.amended.get(report.execution_id, 0) >= ev.BUSTED:
        return repeated(report.execution_id, "bust of", now)
    rebooking = Rebooking(state, order, market, now)
    booked = _booked(state, order, report.execution_id, report.price, report.quantity)
    if booked is None and report.execution_id in state.executions:
        return _not_remembered(state, order, report.execution_id, "busted", now)
    text = report.text or "the venue took the trade back"
    reverse = rebooking.reverse(report.execution_id, booked, ev.BUSTED, text, report.at)
    happened: list[ev.Event] = [reverse]
    less = abs(booked.quantity) if booked is not None else report.quantity or None
    happened += _less_open(state, order, rebooking, report, less, market, now)
    happened += _exits_beyond(state, order, reverse.position_after, now)
    return happened + nudged(state, order, now)


def venue_trade_corrected(
    state: State, report: rep.VenueTradeCorrected, market: Market, now: Nanos
) -> list[ev.Event]:
    """What was booked of the trade is taken back, and the newest revision booked in its place."""
    name = report.execution_id
    order = find_order_of_any_date(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, f"corrected {name}", now)
    if _is_of_another(state, order, name):
        return beyond_books(state, order, f"a correction of {name}", now, OF_ANOTHER)
    if state.amended.get(name, 0) >= report.revision:
        return repeated(name, f"revision {report.revision} of", now)
    rebooking = Rebooking(state, order, market, now)
    happened: list[ev.Event] = []
    booked = _booked(state, order, name, Price(0), Quantity(0))
    if booked is not None:
        text = report.text or f"the venue corrected the trade (revision {report.revision})"
        happened.append(rebooking.reverse(name, booked, report.revision, text, report.at))
    elif name in state.executions:
        return _not_remembered(state, order, name, "corrected", now)
    made_at = report.at or (booked.at if booked is not None else now)
    fill = rep.VenueFilled(
        report.client_order_id,
        name,
        report.price,
        report.quantity,
        report.liquidity,
        report.text,
        made_at,
    )
    if what := _impossible(report):
        return beyond_books(state, order, _said(state, order, report), now, what)
    if booked is None:
        told, corrected = _in_its_place(state, order, rebooking, fill, report.revision, now)
        happened += told
    else:
        corrected = rebooking.book(fill, revision=report.revision)
        happened.append(corrected)
    if corrected is None or not fits_books(state, order, corrected):
        return beyond_books(state, order, _said(state, order, report), now)
    if corrected.resurrected or corrected.overfill:
        happened += _alarms(state, order, corrected, now)
    less = None if booked is None else abs(booked.quantity) - report.quantity
    happened += _less_open(state, order, rebooking, report, less, market, now)
    happened += _exits_beyond(state, order, corrected.position_after, now)
    return happened + nudged(state, order, now)


def _exits_beyond(state: State, order: Order, held: int, now: Nanos) -> list[ev.Event]:
    """Orders that close more than is left now could cross zero (I-51): a person has to look.

    Exits of a bracket follow by themselves; what a hand sent stays the hand's.
    """
    symbol = order.order.symbol
    sells, covers = closing_quantities(state, order.order.account, symbol)
    if sells <= max(0, held) and covers <= max(0, -held):
        return []
    size = state.instruments[symbol].format_quantity
    text = (
        f"order {order.label}: a trade was taken back; orders that close"
        f" {size(Quantity(max(sells, covers)))} work against {size(Quantity(abs(held)))} held"
    )
    return _lowered(state, order, ev.TradingState.REDUCING, text, now)


def _booked(
    state: State, order: Order, execution_id: str, price: Price, quantity: Quantity
) -> BookedFill | None:
    """The execution as the position has it, or as the venue repeats it; None where neither does.

    What the venue repeats may be a revision that was never heard: of an order's only fill the
    order itself knows what was booked.
    """
    if execution_id not in state.executions:
        return None
    position = state.accounts[order.order.account].positions.get(order.order.symbol)
    booked = position.memory.find(execution_id) if position is not None else None
    if booked is not None or not (price and quantity):
        return booked
    if order.fills == 1 and order.cumulative:
        quantity = order.cumulative
        price = average_of(order, state.instruments[order.order.symbol])
    return BookedFill(Nanos(0), execution_id, Quantity(order.side * quantity), price)


def _not_remembered(
    state: State, order: Order, execution_id: str, what: str, now: Nanos
) -> list[ev.Event]:
    """Too long ago to be taken back one by one: a person has to look, and nothing is guessed."""
    text = f"{what} {execution_id}, which is too old to be taken back by itself"
    orphan = ev.ReportOrphaned(now, order.client_order_id, text)
    why = f"order {order.label}: the venue {text}"
    return [orphan, *_lowered(state, order, ev.TradingState.REDUCING, why, now)]


def _less_open(
    state: State,
    order: Order,
    rebooking: Rebooking,
    report: rep.VenueTradeBusted | rep.VenueTradeCorrected,
    less: int | None,
    market: Market,
    now: Nanos,
) -> list[ev.Event]:
    """Where the venue says that less is open after it, or nothing, just as much is gone.

    What is missing besides are fills that nobody has told yet: they are owed. `less` is what is
    gone of the trade itself; None of one that was never heard of, where the venue's own count
    tells it, and without one all that is missing may be filled.
    """
    leaves, at = report.leaves, report.at
    missing = order.quantity - order.cancelled - rebooking.cumulative
    if less is None:
        untold = report.cumulative - rebooking.cumulative
        less = 0 if report.cumulative < 0 else missing - max(0, leaves) - max(0, untold)
    if leaves == LEAVES_UNSAID or missing <= leaves or order.is_gone:
        return []
    if order.ending:
        return []  # it ends otherwise, or ended before its trades were heard of and does so again
    text = "nothing stayed open after the venue took a trade back"
    if not leaves:
        left = Quantity(min(missing, max(0, less)))
        owed = Quantity(missing - left)
        return [ev.OrderCancelled(now, order.order_id, left, text, False, at, owed=owed)]
    if order.is_done or missing - leaves != less:
        return []  # more is on its way: what is open of it here is the worse case
    total, text = Quantity(order.quantity - less), "a trade of it was taken back"
    told = rep.VenueRestated(order.client_order_id, order.price, total, text, at)
    return restated_as(state, order, told, market, now)
