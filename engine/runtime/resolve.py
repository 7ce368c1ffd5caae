"""From a line of the order language to commands: words become numbers of this desk and market."""

import msgspec

from engine.domain import commands as cmd
from engine.domain.commands import CancelScope, Command
from engine.domain.contingent.groups import legs_of
from engine.domain.ledger.currency import NO_RATE, PAR, from_base
from engine.domain.ledger.figures import average_cost
from engine.domain.listing import is_listed
from engine.domain.quotes import Quote
from engine.domain.risk.exposure import cash_in_base
from engine.instruments import Instrument, NumberTextError, parse_money, parse_scaled
from engine.language import syntax as syn
from engine.language.printer import print_order_number
from engine.runtime.context import UNKNOWN_INSTRUMENT
from engine.runtime.context import Context as Context
from engine.runtime.context import UnresolvedError as UnresolvedError
from engine.runtime.context import instrument_of as _instrument
from engine.runtime.context import symbol_of as symbol_of
from engine.runtime.resolve_exits import entry_price, exit_at
from engine.values import (
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
        case syn.PracticeLine():
            return []
        case syn.SetLine():
            return [cmd.TightenLimit(context.account, line.name, line.value, context.origin)]
        case _:
            raise UnresolvedError("this line belongs in a script: it sends nothing")


# ── prices ─────────────────────────────────────────────────────────────────────────────────────


def _reference_price(
    reference: syn.Reference, quote: Quote | None, symbol: str, context: Context
) -> Price:
    value = Price(0)
    if quote is not None:
        value = {
            syn.Reference.BID: quote.bid,
            syn.Reference.ASK: quote.ask,
            syn.Reference.MID: quote.mid,
            syn.Reference.LAST: quote.last,
            syn.Reference.OPEN: quote.open,
            syn.Reference.HIGH: quote.high,
            syn.Reference.LOW: quote.low,
            syn.Reference.PREVIOUS_CLOSE: quote.previous_close,
        }[reference]
    if value <= 0 and symbol not in context.state.instruments:
        raise UnresolvedError(f"nobody knows {symbol}: `/` searches the symbols of this market")
    if value <= 0:
        raise UnresolvedError(f"there is no {reference.value} for {symbol} now; give a price")
    return value


def _moved(base: Price, offset: syn.Offset | None, instrument: Instrument) -> Price:
    if offset is None:
        return base
    match offset.unit:
        case syn.OffsetUnit.MONEY:
            distance = parse_scaled(offset.amount, instrument.price_digits)
        case syn.OffsetUnit.TICKS:
            distance = int(offset.amount) * instrument.tick_at(base)
        case syn.OffsetUnit.PERCENT:
            distance = base * parse_scaled(offset.amount, PERCENT_DIGITS) // PERCENT_WHOLE
    return Price(base + offset.sign * distance)


def resolve_price(term: syn.RestingPrice, symbol: str, side: Side, context: Context) -> Price:
    """A limit in the price scale; what follows from the market is rounded to the passive tick."""
    instrument = _instrument(symbol, context)
    if instrument is UNKNOWN_INSTRUMENT and not isinstance(term, syn.LimitPrice):
        return Price(0)  # R39 denies it by name, which says more than a missing bid
    try:
        if isinstance(term, syn.LimitPrice):
            return instrument.parse_price(term.price)
        if isinstance(term, syn.TouchPrice):
            near = syn.Reference.BID if side is Side.BUY else syn.Reference.ASK
        else:
            near = term.reference
        base = _reference_price(near, context.market.quote(symbol), symbol, context)
        moved = _moved(base, term.offset, instrument)
    except NumberTextError as problem:
        raise UnresolvedError(f"{symbol}: {problem}") from problem
    if moved <= 0:
        raise UnresolvedError(f"that offset takes the price of {symbol} to zero or below")
    return instrument.round_to_tick(moved, up=side is Side.SELL)


# ── quantities ─────────────────────────────────────────────────────────────────────────────────


def _quantity(term: syn.QuantityTerm, order: cmd.SubmitOrder, context: Context) -> Quantity:
    """`order` is the order at quantity 1: its price and side give money and room a meaning."""
    held = context.held(order.symbol)
    is_exit = held * order.instruction.side < 0
    match term:
        case syn.SharesTerm():
            return Quantity(term.shares)
        case syn.CashTerm():
            return _affordable(parse_money(term.amount), order, context)
        case syn.PercentTerm():
            part = parse_scaled(term.percent, PERCENT_DIGITS)
            if is_exit:
                return _at_least_one(abs(held) * part // PERCENT_WHOLE, order)
            account = context.state.accounts[context.account]
            free = cash_in_base(account, context.state) - account.reserved
            return _affordable(_local(free * part // PERCENT_WHOLE, order, context), order, context)
        case syn.WordTerm(word=syn.SizeWord.MAX):
            return _at_least_one(abs(held) if is_exit else context.room(order), order)
        case syn.WordTerm():
            if held == 0:
                raise UnresolvedError(f"you hold no {order.symbol}; give a number of shares")
            whole = term.word is syn.SizeWord.POSITION
            return _at_least_one(abs(held) if whole else abs(held) // 2, order)


def _local(amount: int, order: cmd.SubmitOrder, context: Context) -> int:
    """Money of the account in the currency that the order's symbol trades in."""
    own = context.state.accounts[context.account].currency
    rate = context.state.rate_of(_instrument(order.symbol, context).currency, own)
    return amount if rate in (PAR, NO_RATE) else from_base(amount, rate)


def _affordable(amount: int, order: cmd.SubmitOrder, context: Context) -> Quantity:
    instrument = _instrument(order.symbol, context)
    price = order.price or order.stop or _far_touch(order, context)
    lots = amount // max(1, instrument.notional(price, instrument.lot_size))
    return _at_least_one(lots * instrument.lot_size, order)


def _far_touch(order: cmd.SubmitOrder, context: Context) -> Price:
    is_buy = order.instruction.side is Side.BUY
    far = syn.Reference.ASK if is_buy else syn.Reference.BID
    return _reference_price(far, context.market.quote(order.symbol), order.symbol, context)


def _at_least_one(quantity: int, order: cmd.SubmitOrder) -> Quantity:
    if quantity <= 0:
        raise UnresolvedError(f"that comes to no share of {order.symbol}")
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
        target=_exit(line.target, OrderType.LIMIT, single, base, context),
        stop_loss=_exit(line.stop_loss, OrderType.STOP, single, base, context),
    )


def _exit(
    term: syn.RestingPrice | None,
    kind: OrderType,
    entry: cmd.SubmitOrder,
    base: Price,
    context: Context,
) -> cmd.ExitTerm | None:
    """An exit of an entry that costs `base`, 0 where its fills will say."""
    if term is None:
        return None
    side, symbol = entry.instruction.side.opposite, entry.symbol
    if not isinstance(term, syn.TouchPrice):
        return cmd.ExitTerm(resolve_price(term, symbol, side, context))
    try:
        return exit_at(term.offset, kind, side, base, _instrument(symbol, context))
    except NumberTextError as problem:
        raise UnresolvedError(f"{symbol}: {problem}") from problem


def resolve_oco(line: syn.OcoLine, context: Context, ticket: str) -> cmd.ProtectPosition:
    """Two exits of the position, or of a part of it. Raises UnresolvedError."""
    symbol = symbol_of(line.symbol, context)
    held = context.held(symbol)
    if held == 0:
        raise UnresolvedError(f"you hold no {symbol}: there is nothing to protect")
    position = context.state.accounts[context.account].positions[symbol]
    cost = average_cost(position, _instrument(symbol, context))
    opened = Instruction.BUY if held > 0 else Instruction.SHORT
    entry = cmd.SubmitOrder(
        ticket, context.account, symbol, opened, Quantity(1), OrderType.LIMIT, cost
    )
    target = _exit(line.target, OrderType.LIMIT, entry, cost, context)
    stop = _exit(line.stop_loss, OrderType.STOP, entry, cost, context)
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
    if line.venue is not None and line.venue.lower() != "paper":
        raise UnresolvedError(f"this desk has no venue {line.venue}; it trades on paper")


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
    if order.order.type is OrderType.STOP and not order.is_triggered:
        # A stop order has one price, and that is what `price` means.
        price, stop = Price(0), price
    quantity, reason = Quantity(line.quantity or 0), line.override or ""
    return cmd.ReplaceOrder(order_id, price, quantity, context.origin, reason, stop)


def _cancels_of_one(order_id: OrderId, context: Context) -> list[Command]:
    """Of a number that is two exits and no order: both of them."""
    ids = [order_id]
    if order_id not in context.state.orders:
        ids = [leg.order_id for leg in legs_of(context.state, order_id) if not leg.is_done]
    return [cmd.CancelOrder(each, context.origin) for each in ids or [order_id]]


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
