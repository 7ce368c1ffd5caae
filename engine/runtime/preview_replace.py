"""What a replace would change: price, size, place in the queue, cost, and the rules."""

import msgspec

from engine.domain import commands as cmd
from engine.domain.ledger.fees import order_fee
from engine.domain.orders import Order
from engine.domain.preview_view import Preview
from engine.domain.risk.frame import evaluate
from engine.domain.risk.margin import buying_power
from engine.domain.risk.proposal import propose_replace
from engine.domain.risk.reserve import reserve_for
from engine.hosted import HostedVenue
from engine.instruments import Instrument
from engine.language import syntax as syn
from engine.language.printer import print_line
from engine.runtime.preview import (
    NOTHING_TAKEN,
    Take,
    judged,
    outcome_of,
    rest_price,
    session_note,
    slippage_of,
    would_take,
)
from engine.runtime.resolve import Context
from engine.values import Money, Nanos, OrderType, Price, Quantity, Side

DEPTH_LEVELS = 50
"""How far the queue at a new price is looked for; beyond it a price counts as empty."""


def preview_replace(
    command: cmd.ReplaceOrder,
    line: syn.ReplaceLine,
    context: Context,
    venue: HostedVenue,
    now: Nanos,
) -> Preview:
    """The order as it would be after the change, judged as the change is judged."""
    state, market = context.state, context.market
    order = state.orders[command.order_id]
    price, quantity = command.price or order.price, command.quantity or order.quantity
    stop = command.stop or order.stop
    proposal = propose_replace(order, price, quantity, command.override, state, market, stop)
    assessment = evaluate(proposal, state, market, now)
    known, quote = state.instruments[order.order.symbol], market.quote(order.order.symbol)
    open_quantity = Quantity(max(0, quantity - order.cumulative - order.taken))
    is_waiting = order.order.type.has_stop and not order.is_triggered
    arriving = msgspec.structs.replace(
        order.order,
        price=price,
        stop=stop,
        quantity=open_quantity,
        type=order.order.type if is_waiting else OrderType.LIMIT,
    )
    keeps = (price, stop) == (order.price, order.stop) and quantity <= order.quantity
    take = NOTHING_TAKEN if keeps else would_take(arriving, venue, known, price)
    rest = Quantity(open_quantity - take.quantity)
    value = Money(take.value + known.notional(rest_price(arriving, quote), rest))
    account, side = state.accounts[order.order.account], order.side
    fee, cash = _fee_still_owed(order, quantity, value), account.cash_in(known.currency)
    held, power = context.held(order.order.symbol), buying_power(account, state, market)
    needed = -(-reserve_for(proposal) * open_quantity // quantity) if quantity else 0
    place = "" if is_waiting else _place(order, price, venue, known, keeps=keeps, take=take)
    return Preview(
        text="",
        changes=(
            *_moved_stop(order, stop, known),
            *_replaced(order, price, quantity, known, place),
        ),
        outcome="" if keeps else outcome_of(arriving, take, venue, known, quote),
        average=take.average,
        slippage_bps=slippage_of(take, quote, side),
        notional=value,
        fee=fee,
        cash_before=cash,
        cash_after=Money(cash - side * value - fee),
        buying_power_before=power,
        buying_power_after=buying_power(account, state, market, less=needed - order.reserved),
        position_before=Quantity(held),
        position_after=Quantity(held + side * open_quantity),
        session_note=session_note(quote),
        **judged(assessment, proposal, state),
        symbol=order.order.symbol,
        instruction=order.order.instruction,
        resolved=_replace_in_figures(line, command, known),
    )


def _fee_still_owed(order: Order, quantity: Quantity, value: Money) -> Money:
    """What filling the rest costs: fees count per order, over all of its fills."""
    whole = Money(order.value + value)
    owed = order_fee(
        order.fee_table,
        order.trade_date,
        order.order.instruction,
        quantity,
        whole,
        order.month_volume,
    )
    return Money(owed - order.fees_by_table)


def _moved_stop(order: Order, stop: Price, known: Instrument) -> tuple[str, ...]:
    if stop == order.stop:
        return ()
    return (f"stop {known.format_price(order.stop)} → {known.format_price(stop)}",)


def _replaced(
    order: Order, price: Price, quantity: Quantity, known: Instrument, place: str
) -> tuple[str, ...]:
    before, after = known.format_price(order.price), known.format_price(price)
    size = known.format_quantity
    filled = f", {size(order.cumulative)} filled so far" if order.cumulative else ""
    changes = [
        f"price {before} → {after}" if price != order.price else "",
        f"quantity {size(order.quantity)} → {size(quantity)}{filled}"
        if quantity != order.quantity
        else f"quantity {size(quantity)}{filled}",
        place,
    ]
    return tuple(change for change in changes if change)


def _place(
    order: Order,
    price: Price,
    venue: HostedVenue,
    known: Instrument,
    *,
    keeps: bool,
    take: Take,
) -> str:
    """Kept or lost, with the number ahead now and at the new price."""
    now = venue.queue_ahead(order.client_order_id)
    about = "~" if venue.queue_is_estimate(order.client_order_id) else ""
    here = f"{about}{known.format_quantity(now)} ahead" if now >= 0 else "number ahead unknown"
    if keeps:
        return f"keeps its place in the queue: {here}"
    if take.quantity:
        return f"loses its place: {here} now, trades at once"
    asked = order.order.symbol
    bids, asks = venue.depth(asked, DEPTH_LEVELS)
    rows = bids if order.side is Side.BUY else asks
    there = next((row.quantity for row in rows if row.price == price), 0)
    if price == order.price:
        there -= order.leaves
    size = known.format_quantity(there)
    return f"loses its place: {here} now, {size} ahead at {known.format_price(price)}"


def _replace_in_figures(line: syn.ReplaceLine, command: cmd.ReplaceOrder, known: Instrument) -> str:
    """As it was said: of a plain stop the one price under either word."""
    price = stop = None
    if line.stop is not None:
        stop = syn.LimitPrice(known.format_price(command.stop))
    if line.price is not None:
        of_line = command.price or command.stop
        price = syn.LimitPrice(known.format_price(of_line))
    return print_line(msgspec.structs.replace(line, price=price, stop=stop))
