"""From a line of the order language to commands: words become numbers of this desk and market."""

import msgspec

from engine.domain import commands as cmd
from engine.domain.arming import TO_THE_CLOSE
from engine.domain.commands import CancelScope, Command
from engine.domain.contingent.groups import legs_of
from engine.domain.ledger.currency import NO_RATE, PAR, from_base
from engine.domain.ledger.figures import average_cost
from engine.domain.listing import is_listed
from engine.domain.loosening import is_looser
from engine.domain.orders import Order
from engine.domain.risk.exposure import cash_in_base
from engine.instruments import Instrument, NumberTextError, parse_money, parse_scaled
from engine.language import syntax as syn
from engine.language.printer import print_order_number
from engine.runtime.context import UNKNOWN_INSTRUMENT, nobody_knows
from engine.runtime.context import Context as Context
from engine.runtime.context import UnresolvedError as UnresolvedError
from engine.runtime.context import instrument_of as instrument_of
from engine.runtime.context import symbol_of as symbol_of
from engine.runtime.resolve_exits import entry_price, exit_of
from engine.runtime.resolve_prices import reference_price
from engine.runtime.resolve_prices import resolve_price as resolve_price
from engine.values import (
    FIGURE_MAX,
    Instruction,
    Money,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)

PERCENT_DIGITS = 4
PERCENT_WHOLE = 100 * 10**PERCENT_DIGITS

_SCOPES = {
    syn.OrderGroup.ALL: CancelScope.ALL,
    syn.OrderGroup.BUYS: CancelScope.BUYS,
    syn.OrderGroup.SELLS: CancelScope.SELLS,
    syn.OrderGroup.ENTRIES: CancelScope.ENTRIES,
    syn.OrderGroup.EXITS: CancelScope.EXITS,
}

_OUTCOMES = {
    syn.ResolvedAs.NOT_PLACED: cmd.Outcome.NOT_PLACED,
    syn.ResolvedAs.CANCELLED: cmd.Outcome.CANCELLED,
    syn.ResolvedAs.FILLED: cmd.Outcome.FILLED,
}


def resolve(line: syn.Line, context: Context, ticket: str) -> list[Command]:
    """The commands of an order or act line. Raises UnresolvedError with one sentence."""
    match line:
        case syn.OrderLine():
            return [resolve_order(line, context, ticket)]
        case syn.OcoLine():
            return [resolve_oco(line, context, ticket)]
        case syn.CancelLine():
            return _cancels(line.selector, context)
        case syn.ReplaceLine():
            return [_replace(line, context)]
        case syn.CloseLine():
            return [resolve_order(close_line(line, context), context, ticket)]
        case syn.FlattenLine():
            symbol = cmd.ALL_SYMBOLS if line.symbol is None else symbol_of(line.symbol, context)
            return [cmd.Flatten(context.account, symbol, context.origin)]
        case syn.ReverseLine():
            symbol = symbol_of(line.symbol, context)
            return [cmd.Reverse(context.account, symbol, context.origin, line.override or "")]
        case syn.HaltLine():
            return [cmd.Halt(context.account, line.reason or "", context.origin)]
        case syn.ResumeLine():
            return [cmd.Resume(context.account, line.reason or "", context.origin)]
        case syn.KillLine():
            return [cmd.Kill(context.account, origin=context.origin)]
        case syn.ConvertLine():
            amount = Money(0) if line.amount is None else parse_money(line.amount)
            sold, bought = line.sold, line.bought
            return [cmd.Convert(context.account, sold, bought, amount, context.origin)]
        case syn.ResolveLine():
            return [_resolve_order(line, context)]
        case syn.AdoptLine():
            account, origin = context.account, context.origin
            if line.what is syn.Adopted.ORDER:
                return [cmd.AdoptOrder(account, line.name, line.reason, origin)]
            symbol = symbol_of(line.name, context)
            return [cmd.AdoptPosition(account, symbol, line.reason, origin)]
        case syn.LinkLine():
            what, why = line.what.value, line.reason
            return [cmd.OperateLink(context.account, what, line.value, why, context.origin)]
        case syn.ReconcileLine():
            return [cmd.Reconcile(context.account, context.origin)]
        case syn.ArmLine():
            return [cmd.ArmLive(line.account, TO_THE_CLOSE, line.reason, context.origin)]
        case syn.DisarmLine():
            return [cmd.DisarmLive(line.account, line.reason or "", context.origin)]
        case syn.PracticeLine():
            return []
        case syn.SetLine():
            return [_limit_change(line, context)]
        case _:
            raise UnresolvedError("this line belongs in a script: it sends nothing")


def _limit_change(line: syn.SetLine, context: Context) -> Command:
    account, origin = context.account, context.origin
    if is_looser(context.state.limits, line.name, line.value):
        return cmd.LoosenLimit(account, line.name, line.value, line.reason or "", origin)
    return cmd.TightenLimit(account, line.name, line.value, origin)


# ── quantities ─────────────────────────────────────────────────────────────────────────────────


def _quantity(term: syn.QuantityTerm, order: cmd.SubmitOrder, context: Context) -> Quantity:
    """`order` is the order at quantity 1: its price and side give money and room a meaning."""
    held = context.held(order.symbol)
    is_exit = held * order.instruction.side < 0
    match term:
        case syn.SharesTerm():
            return size_in_units(term.shares, instrument_of(order.symbol, context), order.symbol)
        case syn.CashTerm():
            return _affordable(parse_money(term.amount), order, context)
        case syn.PercentTerm():
            part = parse_scaled(term.percent, PERCENT_DIGITS)
            if is_exit:
                part_held = abs(held) * part // PERCENT_WHOLE
                return _whole_lots(part_held, order, context)
            account = context.state.accounts[context.account]
            free = cash_in_base(account, context.state) - account.reserved
            return _affordable(_local(free * part // PERCENT_WHOLE, order, context), order, context)
        case syn.WordTerm(word=syn.SizeWord.MAX):
            return _at_least_one(abs(held) if is_exit else context.room(order), order, context)
        case syn.WordTerm():
            if held == 0:
                raise UnresolvedError(f"you hold no {order.symbol}; give a number of shares")
            if term.word is syn.SizeWord.POSITION:
                return Quantity(abs(held))
            return _whole_lots(abs(held) // 2, order, context)


def size_in_units(size: syn.Size, instrument: Instrument, symbol: str) -> Quantity:
    """A size as it was written, in the instrument's own units. Raises UnresolvedError."""
    if isinstance(size, int):
        units = size * instrument.quantity_scale
    elif not instrument.quantity_digits:
        if instrument is UNKNOWN_INSTRUMENT:
            raise UnresolvedError(nobody_knows(symbol))
        raise UnresolvedError(f"{symbol} is traded in whole shares: '{size}' is no number of them")
    else:
        try:
            units = instrument.parse_quantity(size)
        except NumberTextError as problem:
            raise UnresolvedError(f"{symbol}: {problem}") from problem
    if abs(units) > FIGURE_MAX:
        most = (FIGURE_MAX + 1) // instrument.quantity_scale
        raise UnresolvedError(f"{symbol}: a quantity is below {most:,}")
    return Quantity(units)


def size_term(quantity: int, instrument: Instrument) -> syn.SharesTerm:
    """The inverse: as the order language writes it."""
    text = instrument.plain_quantity(quantity)
    return syn.SharesTerm(text if "." in text else int(text))


def _local(amount: int, order: cmd.SubmitOrder, context: Context) -> int:
    """Money of the account in the currency that the order's symbol trades in."""
    own = context.state.accounts[context.account].currency
    rate = context.state.rate_of(instrument_of(order.symbol, context).currency, own)
    return amount if rate in (PAR, NO_RATE) else from_base(amount, rate)


def _affordable(amount: int, order: cmd.SubmitOrder, context: Context) -> Quantity:
    instrument = instrument_of(order.symbol, context)
    price = order.price or order.stop or _far_touch(order, context)
    # Only what nobody knows has no price here, and R39 denies it whatever its size.
    quantity = instrument.bought_by(amount, price) if price > 0 else amount
    return _whole_lots(quantity, order, context)


def _far_touch(order: cmd.SubmitOrder, context: Context) -> Price:
    is_buy = order.instruction.side is Side.BUY
    far = syn.Reference.ASK if is_buy else syn.Reference.BID
    return reference_price(far, context.market.quote(order.symbol), order.symbol, context)


def _whole_lots(quantity: int, order: cmd.SubmitOrder, context: Context) -> Quantity:
    lot = instrument_of(order.symbol, context).lot_size
    return _at_least_one(quantity // lot * lot, order, context)


def _at_least_one(quantity: int, order: cmd.SubmitOrder, context: Context) -> Quantity:
    if quantity <= 0:
        known = instrument_of(order.symbol, context)
        if known.quantity_digits:
            least = known.format_quantity(known.lot_size)
            raise UnresolvedError(f"that comes to less than {least} {known.unit}, the least traded")
        raise UnresolvedError(f"that comes to no share of {order.symbol}")
    if quantity > FIGURE_MAX:
        raise UnresolvedError(f"that comes to more {order.symbol} than can be counted: say less")
    return Quantity(quantity)


# ── orders ─────────────────────────────────────────────────────────────────────────────────────


def resolve_order(line: syn.OrderLine, context: Context, ticket: str) -> cmd.SubmitOrder:
    """The order that the line means here and now. Raises UnresolvedError."""
    symbol, side = symbol_of(line.symbol, context), line.instruction.side
    _check_places(line, context)
    stop = limit = Price(0)
    kind = OrderType.LIMIT
    if line.stop is not None:
        kind = OrderType.STOP
        stop = resolve_price(line.stop.at, symbol, side, context)
        if line.stop.limit is not None:
            kind = OrderType.STOP_LIMIT
            limit = resolve_price(line.stop.limit, symbol, side, context)
    elif line.price is None or isinstance(line.price, syn.MarketPrice):
        kind = OrderType.MARKET
    else:
        limit = resolve_price(line.price, symbol, side, context)
    single = cmd.SubmitOrder(
        ticket=ticket,
        account=context.account,
        symbol=symbol,
        instruction=line.instruction,
        quantity=Quantity(1),
        type=kind,
        price=limit,
        stop=stop,
        time_in_force=line.time_in_force or TimeInForce.DAY,
        post_only=line.post_only,
        reduce_only=line.reduce_only,
        origin=context.origin,
        tag=line.tag or "",
        note=line.note or "",
        override=line.override or "",
    )
    quantity = _quantity(line.quantity, single, context)
    base = entry_price(single)
    if (line.target or line.stop_loss) and context.held(symbol) * side < 0:
        raise UnresolvedError(
            f"tp and sl protect what an order opens, and this one reduces {symbol}: "
            f"oco pos {symbol} tp … sl … protects a position"
        )
    return msgspec.structs.replace(
        single,
        quantity=quantity,
        target=exit_of(line.target, OrderType.LIMIT, single, base, context),
        stop_loss=exit_of(line.stop_loss, OrderType.STOP, single, base, context),
    )


def resolve_oco(line: syn.OcoLine, context: Context, ticket: str) -> cmd.ProtectPosition:
    """Two exits of the position, or of a part of it. Raises UnresolvedError."""
    symbol = symbol_of(line.symbol, context)
    held = context.held(symbol)
    if held == 0:
        raise UnresolvedError(f"you hold no {symbol}: there is nothing to protect")
    position = context.state.accounts[context.account].positions[symbol]
    cost = average_cost(position, instrument_of(symbol, context))
    opened = Instruction.BUY if held > 0 else Instruction.SHORT
    entry = cmd.SubmitOrder(
        ticket, context.account, symbol, opened, Quantity(1), OrderType.LIMIT, cost
    )
    target = exit_of(line.target, OrderType.LIMIT, entry, cost, context)
    stop = exit_of(line.stop_loss, OrderType.STOP, entry, cost, context)
    assert target is not None and stop is not None, "oco names both"
    if (target.price - stop.price) * held <= 0:
        where = "above" if held > 0 else "below"
        raise UnresolvedError(f"the target of {held:+,} {symbol} belongs {where} its stop")
    leaving = Instruction.SELL if held > 0 else Instruction.COVER
    single = msgspec.structs.replace(entry, instruction=leaving, price=target.price)
    return cmd.ProtectPosition(
        ticket,
        context.account,
        symbol,
        leaving,
        _quantity(line.quantity, single, context),
        target.price,
        stop.price,
        line.time_in_force or TimeInForce.DAY,
        context.origin,
        line.tag or "",
        line.note or "",
    )


def _check_places(line: syn.OrderLine, context: Context) -> None:
    if line.account is not None and line.account != context.account:
        raise UnresolvedError(
            f"there is no account {line.account}; this desk trades {context.account}"
        )
    venue = context.state.venue
    if line.venue is not None and line.venue.lower() != venue:
        raise UnresolvedError(f"this desk has no venue {line.venue}; it trades on {venue}")


def close_line(line: syn.CloseLine, context: Context) -> syn.OrderLine:
    """The order that closes the position, or a part of it. Raises UnresolvedError."""
    symbol = symbol_of(line.symbol, context)
    held = context.held(symbol)
    if held == 0:
        raise UnresolvedError(f"you hold no {symbol}: there is nothing to close")
    if not is_listed(context.state, symbol):
        raise UnresolvedError(f"{symbol} cannot be closed here: this market does not list it")
    return syn.OrderLine(
        instruction=Instruction.SELL if held > 0 else Instruction.COVER,
        quantity=line.fraction or syn.WordTerm(syn.SizeWord.POSITION),
        symbol=symbol,
        price=syn.MarketPrice(),
        reduce_only=True,
        override=line.override,
    )


def _order_id(number: syn.OrderNumber, context: Context) -> OrderId:
    order_id = context.number(number)
    if order_id is None:
        raise UnresolvedError(f"there is no order {print_order_number(number)}")
    return order_id


def _replace(line: syn.ReplaceLine, context: Context) -> cmd.ReplaceOrder:
    order_id = _order_id(line.order, context)
    order = context.state.orders.get(order_id)
    if order is None:
        name = print_order_number(line.order)
        raise UnresolvedError(f"order {name} is two exits: change {name}.1 or {name}.2")
    price = stop = Price(0)
    if line.price is not None:
        price = resolve_price(line.price, order.order.symbol, order.side, context)
    if line.stop is not None:
        stop = _new_stop(line.stop, line, order, context)
    elif order.order.type is OrderType.STOP and not order.is_triggered:
        # A stop order has one price, and that is what `price` means.
        price, stop = Price(0), price
    symbol, reason = order.order.symbol, line.override or ""
    quantity = size_in_units(line.quantity or 0, instrument_of(symbol, context), symbol)
    return cmd.ReplaceOrder(order_id, price, quantity, context.origin, reason, stop)


def _new_stop(
    stop: syn.RestingPrice, line: syn.ReplaceLine, order: Order, context: Context
) -> Price:
    name, kind = print_order_number(line.order), order.order.type
    if not kind.has_stop:
        raise UnresolvedError(f"order {name} has no stop: price changes its limit")
    if order.is_triggered:
        raise UnresolvedError(f"the stop of order {name} was reached: price changes its limit")
    if kind is OrderType.STOP and line.price is not None:
        raise UnresolvedError(f"order {name} has one price, its stop: say it once")
    return resolve_price(stop, order.order.symbol, order.side, context)


def _cancels_of_one(order_id: OrderId, context: Context) -> list[Command]:
    """Of a number that is two exits and no order: both of them."""
    ids = [order_id]
    if order_id not in context.state.orders:
        ids = [leg.order_id for leg in legs_of(context.state, order_id) if not leg.is_done]
    return [cmd.CancelOrder(each, context.origin) for each in ids or [order_id]]


def _resolve_order(line: syn.ResolveLine, context: Context) -> cmd.ResolveOrder:
    order_id = _order_id(line.order, context)
    symbol = context.state.orders[order_id].order.symbol
    instrument = instrument_of(symbol, context)
    try:
        price = Price(0) if line.price is None else instrument.parse_price(line.price)
    except NumberTextError as problem:
        raise UnresolvedError(str(problem)) from None
    quantity = size_in_units(line.quantity or 0, instrument, symbol)
    outcome = _OUTCOMES[line.outcome]
    return cmd.ResolveOrder(order_id, outcome, line.reason, quantity, price, context.origin)


def _cancels(selector: syn.Selector, context: Context) -> list[Command]:
    match selector:
        case syn.OrderNumber():
            return _cancels_of_one(_order_id(selector, context), context)
        case syn.NumberRange():
            numbers = range(selector.first, selector.last + 1)
            found = [i for n in numbers if (i := context.number(syn.OrderNumber(n))) is not None]
            if not found:
                raise UnresolvedError(f"there are no orders {selector.first} to {selector.last}")
            return [each for order_id in found for each in _cancels_of_one(order_id, context)]
        case syn.SymbolOrders():
            symbol = symbol_of(selector.symbol, context)
            scope = _SCOPES[selector.group]
            return [cmd.CancelMany(context.account, symbol, scope, context.origin)]
        case syn.EveryOrder():
            return [cmd.CancelMany(context.account, origin=context.origin)]
