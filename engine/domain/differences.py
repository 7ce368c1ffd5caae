"""What is not the same here and at the venue: pure comparisons of the state with its statements."""

from collections.abc import Iterator

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.adopting import adopted_order, can_be_adopted
from engine.domain.bounds import BEYOND_BOOKS
from engine.domain.comparison import LOOK, NOBODY, UNSAID, Comparison, size_of
from engine.domain.doubt import in_flight
from engine.domain.lifecycle import Certainty
from engine.domain.modes import is_simulated
from engine.domain.orders import Order
from engine.domain.patience import stated_by
from engine.domain.quotes import Market
from engine.domain.recon import Run
from engine.domain.recon_events import DifferenceKind
from engine.domain.state import State
from engine.domain.statements import (
    Execution,
    OpenOrder,
    Statement,
    VenueCash,
    VenueExecutions,
    VenueOpenOrders,
    VenuePositions,
)
from engine.domain.venue_reports import restated_as, venue_accepted, venue_replaced
from engine.instruments import format_money
from engine.values import Money, Nanos, OrderType

# ── open orders ────────────────────────────────────────────────────────────────────────────────


def order_differences(
    state: State, report: VenueOpenOrders, market: Market, now: Nanos
) -> list[ev.Event]:
    """Every order that stands on one side alone, or not alike on both."""
    compared = Comparison(state, now, report.at)
    rows = {row.client_order_id: row for row in report.orders}
    for order_id in state.live:
        order = state.orders[order_id]
        if order.market != state.market or order.ending:
            continue
        if compared.is_older_than(order):
            rows = {n: row for n, row in rows.items() if state.by_client_id.get(n) != order_id}
            continue
        row = rows.pop(order.client_order_id, None)
        change = order.pending_replace
        if row is None and change is not None:
            row = rows.pop(change.client_order_id, None)
        elif row is None:
            row = _under_another_name(compared, order, rows, market)
        _compare_order(compared, order, row, market)
    _compare_others(compared, rows, market)
    for name in state.recon.foreign:
        if name not in rows:
            compared.found.append(ev.BreakEnded(now, f"foreign/{name}", "it is gone there"))
    return compared.found


def _under_another_name(
    compared: Comparison, order: Order, rows: dict[str, OpenOrder], market: Market
) -> OpenOrder | None:
    """It stands there by a change of which a person had said that it never came."""
    state = compared.state
    name = next((each for each in rows if state.by_client_id.get(each) == order.order_id), "")
    row = rows.pop(name, None)
    if row is not None:
        told = rep.VenueReplaced(
            order.client_order_id, name, row.price, row.quantity, at=compared.as_of, stop=row.stop
        )
        compared.found += venue_replaced(state, told, market, compared.now)
    return row


def _compare_order(
    compared: Comparison, order: Order, row: OpenOrder | None, market: Market
) -> None:
    state, now, key = compared.state, compared.now, f"order/{order.order_id}"
    known = state.instruments[order.order.symbol]
    is_quiet = order.changed_at <= compared.run.asked_at and not any(in_flight(order))
    if row is None:
        if is_quiet:
            _not_open_there(compared, order, key)
        elif _is_forgotten(order, compared.run.asked_at):
            _doubted_there(compared, order)
        return
    if order.pending_new is not None:
        # It stands there: that is the answer that was missing.
        stands = rep.VenueAccepted(row.client_order_id, row.venue_order_id)
        compared.found += venue_accepted(state, stands, market, now)
    if row.cumulative > order.cumulative:
        is_stated = Statement.EXECUTIONS in stated_by(state.venue)
        action = "asked for its executions" if is_stated else f"it states no trades: {LOOK}"
        is_break = compared.seen_before(key) > (1 if is_stated else 0)
        _fills_differ(compared, order, row, action, is_break=is_break)
        if is_stated and Statement.EXECUTIONS not in compared.run.awaiting:
            run = compared.run
            asked = ev.StatementAsked(now, run.query, Statement.EXECUTIONS, run.account)
            compared.found.append(asked)
    elif row.cumulative < order.cumulative and is_quiet:
        _fills_differ(compared, order, row, LOOK, is_break=True)
    elif is_quiet and _is_changed(order, row):
        _taken_over(compared, order, row, market)
    elif is_quiet and row.stop and row.stop != order.stop:
        compared.differs(
            DifferenceKind.ORDER,
            symbol=order.order.symbol,
            ours=f"stop {known.format_price(order.stop)}",
            venues=f"stop {known.format_price(row.stop)}",
            action=LOOK,
            is_break=True,
            order_id=order.order_id,
        )
    else:
        compared.agrees(key, "both sides agree about it again")


def _fills_differ(
    compared: Comparison, order: Order, row: OpenOrder, action: str, *, is_break: bool
) -> None:
    size = compared.state.instruments[order.order.symbol].format_quantity
    compared.differs(
        DifferenceKind.FILL,
        symbol=order.order.symbol,
        ours=f"{size(order.cumulative)} filled",
        venues=f"{size(row.cumulative)} filled",
        action=action,
        is_break=is_break,
        order_id=order.order_id,
    )


def _taken_over(compared: Comparison, order: Order, row: OpenOrder, market: Market) -> None:
    """The venue is right: it was asked after all that had been heard, so this is newer."""
    known = compared.state.instruments[order.order.symbol]
    size, money = known.format_quantity, known.format_price
    compared.differs(
        DifferenceKind.ORDER,
        symbol=order.order.symbol,
        ours=f"{size(order.quantity)} at {money(order.price)}",
        venues=f"{size(row.quantity)} at {money(row.price)}",
        action="taken over: the venue is right",
        is_break=False,
        order_id=order.order_id,
    )
    text = "so it stood at the venue when both were compared"
    told = rep.VenueRestated(row.client_order_id, row.price, row.quantity, text, compared.as_of)
    compared.found += restated_as(compared.state, order, told, market, compared.now)


def _is_forgotten(order: Order, asked_at: int) -> bool:
    """All that is in flight was given up as unknown before the books were asked for."""
    pending = [each for _, each in in_flight(order)]
    is_old = order.changed_at <= asked_at
    return is_old and all(each.certainty is Certainty.UNKNOWN for each in pending)


def _doubted_there(compared: Comparison, order: Order) -> None:
    """Not open there is no proof of how it ended, and it is no agreement: it is asked about."""
    known = compared.state.instruments[order.order.symbol]
    compared.differs(
        DifferenceKind.ORDER,
        symbol=order.order.symbol,
        ours=f"unknown, open for {known.format_quantity(order.leaves)}",
        venues="not open",
        action=f"asked what became of it: `resolve {order.label}` says what nobody can prove",
        is_break=False,
        order_id=order.order_id,
    )
    asked = ev.StatusRequested(compared.now, order.order_id, order.client_order_id)
    compared.found.append(asked)


def _is_changed(order: Order, row: OpenOrder) -> bool:
    is_protected = order.order.type is OrderType.MARKET
    price = order.price if not is_protected else row.price
    return (price, order.quantity) != (row.price, row.quantity)


def _not_open_there(compared: Comparison, order: Order, key: str) -> None:
    known = compared.state.instruments[order.order.symbol]
    compared.differs(
        DifferenceKind.ORDER,
        symbol=order.order.symbol,
        ours=f"open for {known.format_quantity(order.leaves)}",
        venues="not open",
        action="asked what became of it",
        is_break=compared.seen_before(key) > 0,
        order_id=order.order_id,
    )
    asked = ev.StatusRequested(compared.now, order.order_id, order.client_order_id)
    compared.found.append(asked)


def _compare_others(compared: Comparison, rows: dict[str, OpenOrder], market: Market) -> None:
    """What stands there and is not live here: done in our books, or of somebody else."""
    state, adopted = compared.state, 0
    for name, row in rows.items():
        left = size_of(state, row.symbol, row.quantity - row.cumulative)
        known = state.by_client_id.get(name)
        if known is not None:
            order = state.orders.get(known) or state.past_orders.get(known)
            if order is not None and order.changed_at <= compared.run.asked_at:
                compared.differs(
                    DifferenceKind.ORDER,
                    symbol=row.symbol,
                    ours="done",
                    venues=f"open for {left}",
                    action="nothing was changed: cancel it at the venue, or ask there",
                    is_break=True,
                    order_id=known,
                )
            continue
        if name in state.recon.foreign or row.symbol not in state.instruments:
            continue
        is_paper = is_simulated(state.mode)
        size = size_of(state, row.symbol, row.quantity)
        words = f"{row.instruction.word} {size} open for {left}"
        how = "adopted as an order of its own" if is_paper else f"waits: adopt order {name}"
        if not can_be_adopted(state, row):
            is_paper, how = False, f"{BEYOND_BOOKS}: cancel it at the venue"
        compared.differs(
            DifferenceKind.ORDER,
            symbol=row.symbol,
            ours="no such order",
            venues=words,
            action=how,
            is_break=False,
        )
        if is_paper:
            why = "found at the venue when both were compared"
            compared.found.append(
                adopted_order(state, row, compared.run.account, why, market, compared.now, adopted)
            )
            adopted += 1
        else:
            found = ev.ForeignOrderFound(compared.now, compared.run.account, row)
            compared.found.append(found)


# ── executions, positions, cash ────────────────────────────────────────────────────────────────


def execution_differences(state: State, report: VenueExecutions, now: Nanos) -> list[ev.Event]:
    """Missed trades are booked already; those of nobody's order are a break."""
    if state.recon.run is None or state.recon.run.query != report.query:
        return []
    compared = Comparison(state, now)
    missed = set(report.missed)
    for each in report.executions:
        if each.execution_id in missed:
            order_id = state.executions.get(each.execution_id, NOBODY)
            _missed(compared, each, order_id)
        elif each.execution_id not in state.executions and each.symbol in state.instruments:
            compared.differs(
                DifferenceKind.FILL,
                symbol=each.symbol,
                ours="not booked",
                venues=_trade_in_words(compared.state, each),
                action="nobody's order here: nothing was booked",
                is_break=True,
            )
    return compared.found


def _missed(compared: Comparison, each: Execution, order_id: int) -> None:
    compared.differs(
        DifferenceKind.FILL,
        symbol=each.symbol,
        ours="not told",
        venues=_trade_in_words(compared.state, each),
        action="booked: the venue is right",
        is_break=False,
        order_id=order_id,
    )


def _trade_in_words(state: State, each: Execution) -> str:
    known = state.instruments[each.symbol]
    size, price = known.format_quantity(each.quantity), known.format_price(each.price)
    return f"{each.instruction.word} {size} at {price} ({each.execution_id})"


def position_differences(state: State, report: VenuePositions, now: Nanos) -> list[ev.Event]:
    """Never traded away and never overwritten: a break, until a person adopts it (F21)."""
    compared = Comparison(state, now)
    account = state.accounts[report.account]
    there = dict(report.positions)
    doubted = {key.removeprefix("position/") for key in state.recon.suspected}
    for symbol in sorted({*there, *account.positions, *doubted}):
        if symbol not in state.instruments or symbol in state.unlisted:
            continue
        position = account.positions.get(symbol)
        ours, venues = position.quantity if position is not None else 0, there.get(symbol, 0)
        key = f"position/{symbol}"
        if ours == venues:
            compared.agrees(key, "both sides hold the same again")
        elif not _is_moving(state, symbol, compared.run, report.at):
            is_sure = compared.seen_before(key) + 1 >= state.patience.passes
            act = f"nothing was changed: adopt position {symbol}" if is_sure else "looked at again"
            compared.differs(
                DifferenceKind.POSITION,
                symbol=symbol,
                ours=size_of(state, symbol, ours, signed=True),
                venues=size_of(state, symbol, venues, signed=True),
                action=act,
                is_break=is_sure,
                venue_quantity=venues,
                our_quantity=ours,
            )
    return compared.found


def _is_moving(state: State, symbol: str, run: Run, stated_at: Nanos) -> bool:
    """A trade may have come between the question and the answer, or between what was stated and
    now; one that was made before is in what was stated."""
    ids = state.live_by_symbol.get(symbol, {})
    is_newer = run.traded.get(symbol, UNSAID) > stated_at
    return is_newer or any(state.orders[i].changed_at > run.asked_at for i in ids)


def cash_differences(state: State, report: VenueCash, now: Nanos) -> list[ev.Event]:
    """Per currency; by what executions moved today where the venue keeps only that."""
    compared = Comparison(state, now)
    ours = dict(_traded_today(state, report.account)) if report.is_traded else {}
    for currency, amount in report.cash:
        here = ours.get(currency, Money(0))
        if not report.is_traded:
            here = state.accounts[report.account].cash_in(currency)
        if here != amount:
            compared.differs(
                DifferenceKind.CASH,
                symbol="",
                ours=f"{format_money(here)} {currency}",
                venues=f"{format_money(amount)} {currency}",
                action="nothing was changed",
                is_break=False,
            )
    return compared.found


def _traded_today(state: State, account: str) -> Iterator[tuple[str, Money]]:
    sums: dict[str, int] = {}
    for symbol, position in state.accounts[account].positions.items():
        if symbol not in state.unlisted:
            currency = state.instruments[symbol].currency
            sums[currency] = sums.get(currency, 0) + position.day_cash
    for currency, total in sums.items():
        yield currency, Money(total)
