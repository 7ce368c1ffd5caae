"""From a line of the order language to commands: words become numbers of this desk and market."""

from collections.abc import Callable

import msgspec

from engine.domain import commands as cmd
from engine.domain.commands import CancelScope, Command, Origin
from engine.domain.ledger.currency import NO_RATE, PAR, from_base
from engine.domain.listing import is_listed
from engine.domain.quotes import Market, Quote
from engine.domain.risk.exposure import cash_in_base
from engine.domain.state import State
from engine.instruments import Instrument, NumberTextError, parse_money, parse_scaled
from engine.language import syntax as syn
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
QUANTITY_MAX = 10**18
"""Units of a size that has decimals: the journal keeps 64 bits."""
UNKNOWN_INSTRUMENT = Instrument(symbol="?")
"""Scale for a symbol that nobody knows: its order is then denied by R39, with a row of its own."""

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


class UnresolvedError(ValueError):
    """The line reads well but means nothing here and now; the message says why and what to do."""


class Context(msgspec.Struct, frozen=True):
    """Who asks, from where, and what words like `.`, `3` or `max` mean there."""

    state: State
    market: Market
    account: str
    origin: Origin
    symbol: str
    """What `.` means; empty where no symbol is on a screen."""
    number: Callable[[syn.OrderNumber], OrderId | None]
    room: Callable[[cmd.SubmitOrder], int]
    """Largest quantity that every rule allows for such an order (`max`)."""

    def held(self, symbol: str) -> int:
        position = self.state.accounts[self.account].positions.get(symbol)
        return position.quantity if position else 0


def resolve(line: syn.Line, context: Context, ticket: str) -> list[Command]:
    """The commands of an order or act line. Raises UnresolvedError with one sentence."""
    match line:
        case syn.OrderLine():
            return [resolve_order(line, context, ticket)]
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
        case syn.ReconcileLine():
            return [cmd.Reconcile(context.account, context.origin)]
        case syn.PracticeLine():
            return []
        case syn.SetLine():
            return [cmd.TightenLimit(context.account, line.name, line.value, context.origin)]
        case _:
            raise UnresolvedError("this line belongs in a script: it sends nothing")


def symbol_of(text: str, context: Context) -> str:
    """The symbol that a word means: `.` is the one on the screen, a `MIC:` falls away."""
    if text != syn.DOT:
        return text.rpartition(":")[2]
    if not context.symbol:
        raise UnresolvedError("there is no symbol on a screen here; write it instead of '.'")
    return context.symbol


def instrument_of(symbol: str, context: Context) -> Instrument:
    """What the symbol names, or UNKNOWN_INSTRUMENT."""
    return context.state.instruments.get(symbol, UNKNOWN_INSTRUMENT)


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
        raise UnresolvedError(_nobody_knows(symbol))
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
    instrument = instrument_of(symbol, context)
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
            raise UnresolvedError(_nobody_knows(symbol))
        raise UnresolvedError(f"{symbol} is traded in whole shares: '{size}' is no number of them")
    else:
        try:
            units = instrument.parse_quantity(size)
        except NumberTextError as problem:
            raise UnresolvedError(f"{symbol}: {problem}") from problem
    most = QUANTITY_MAX // instrument.quantity_scale
    if instrument.quantity_digits and abs(units) > QUANTITY_MAX:
        raise UnresolvedError(f"{symbol}: a quantity is at most {most:,}")
    return Quantity(units)


def size_term(quantity: int, instrument: Instrument) -> syn.SharesTerm:
    """The inverse: as the order language writes it."""
    text = instrument.plain_quantity(quantity)
    return syn.SharesTerm(text if "." in text else int(text))


def _nobody_knows(symbol: str) -> str:
    return f"nobody knows {symbol}: `/` searches the symbols of this market"


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
    return _reference_price(far, context.market.quote(order.symbol), order.symbol, context)


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
    return msgspec.structs.replace(single, quantity=_quantity(line.quantity, single, context))


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
    if number.leg is not None:
        raise UnresolvedError("not available yet: legs")
    order_id = context.number(number)
    if order_id is None:
        day = f"{number.day}-" if number.day else ""
        raise UnresolvedError(f"there is no order {day}{number.number}")
    return order_id


def _replace(line: syn.ReplaceLine, context: Context) -> cmd.ReplaceOrder:
    order_id = _order_id(line.order, context)
    order = context.state.orders[order_id]
    price = Price(0)
    if line.price is not None:
        price = resolve_price(line.price, order.order.symbol, order.side, context)
    symbol = order.order.symbol
    quantity = size_in_units(line.quantity or 0, instrument_of(symbol, context), symbol)
    return cmd.ReplaceOrder(order_id, price, quantity, context.origin, line.override or "")


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
            return [cmd.CancelOrder(_order_id(selector, context), context.origin)]
        case syn.NumberRange():
            numbers = range(selector.first, selector.last + 1)
            found = [i for n in numbers if (i := context.number(syn.OrderNumber(n))) is not None]
            if not found:
                raise UnresolvedError(f"there are no orders {selector.first} to {selector.last}")
            return [cmd.CancelOrder(order_id, context.origin) for order_id in found]
        case syn.SymbolOrders():
            symbol = symbol_of(selector.symbol, context)
            scope = _SCOPES[selector.group]
            return [cmd.CancelMany(context.account, symbol, scope, context.origin)]
        case syn.EveryOrder():
            return [cmd.CancelMany(context.account, origin=context.origin)]
