"""What a flatten or a reverse would come to: cancels, market orders, cost, and the rules."""

from typing import Any

import msgspec

from engine.domain import commands as cmd
from engine.domain.closing_time import why_not_now
from engine.domain.commands import ALL_SYMBOLS, Origin
from engine.domain.events import FlattenStep
from engine.domain.flatten import closing_order, opening_order
from engine.domain.listing import is_listed
from engine.domain.orders import Order
from engine.domain.preview_view import Preview
from engine.domain.reducing import exits_of
from engine.domain.risk.frame import evaluate
from engine.domain.risk.margin import buying_power
from engine.domain.risk.proposal import propose
from engine.domain.risk.reserve import reserve_for
from engine.domain.state import Account, FlattenRun, Purse, State, flatten_key
from engine.domain.tally import Counted, tally
from engine.hosted import HostedVenue
from engine.instruments import Instrument, format_money_rounded
from engine.runtime.preview import (
    NOTHING_TAKEN,
    Take,
    fee_rows,
    judged,
    rest_price,
    session_note,
    slippage_of,
    would_take,
)
from engine.runtime.preview_words import said_in
from engine.runtime.resolve import Context
from engine.values import Money, Nanos, Price, Quantity, Side

SYMBOLS_NAMED_MAX = 6


class _Way(msgspec.Struct, frozen=True):
    """What taking a position to flat comes to."""

    held: int
    known: Instrument
    cancelled: tuple[Counted, ...]
    take: Take
    value: Money
    fee: Money
    waits: str = ""
    """Why it cannot be closed now; empty where it can."""

    @property
    def words(self) -> str:
        if self.waits:
            size = self.known.format_quantity(self.held, signed=True)
            gone = f"cancels {tally(self.cancelled)}, " if self.cancelled else ""
            return f"{gone}exits stay until it can close {size} at market: {self.waits}"
        held = self.known.format_quantity(self.held, signed=True)
        closing = f"closes {held} at market" if self.held else ""
        cancels = f"cancels {tally(self.cancelled)}" if self.cancelled else ""
        return ", then ".join(part for part in (cancels, closing) if part)


def _way_to_flat(account: str, symbol: str, context: Context, venue: HostedVenue) -> _Way:
    state = context.state
    live = [state.orders[i] for i in state.live_by_symbol.get(symbol, ())]
    known, held = state.instruments[symbol], context.held(symbol)
    live = [order for order in live if order.order.account == account]
    cancelled = _counted(live, known)
    if not held:
        return _Way(0, known, cancelled, NOTHING_TAKEN, Money(0), Money(0))
    close = closing_order(account, symbol, held, "preview", "flatten")
    waits = why_not_now(state, close)
    if waits:
        exits = exits_of(state, account, symbol)
        cancelled = _counted([order for order in live if order.order_id not in exits], known)
    quote = context.market.quote(symbol)
    take = would_take(close, venue, known, Price(0))
    rest = Quantity(close.quantity - take.quantity)
    value = Money(take.value + known.notional(rest_price(close, quote), rest))
    fee = Money(sum(part.amount for part in fee_rows(close, value, state, known)))
    return _Way(held, known, cancelled, take, value, fee, waits)


def _counted(orders: list[Order], known: Instrument) -> tuple[Counted, ...]:
    return tuple((order.side, int(order.leaves), known) for order in orders)


def preview_flatten(command: cmd.Flatten, context: Context, venue: HostedVenue) -> Preview:
    """Cancels and market orders that end one position, or all of them for `*`."""
    state, market = context.state, context.market
    account = state.accounts[command.account]
    if command.symbol == ALL_SYMBOLS:
        return _preview_flatten_all(command.account, context, venue)
    way = _way_to_flat(command.account, command.symbol, context, venue)
    quote = market.quote(command.symbol)
    proceeds = way.value if way.held > 0 else -way.value
    cash = account.cash_in(state.instruments[command.symbol].currency)
    return Preview(
        text="",
        is_valid=True,
        changes=(way.words,),
        average=way.take.average,
        slippage_bps=slippage_of(way.take, quote, Side.SELL if way.held > 0 else Side.BUY),
        notional=way.value,
        fee=way.fee,
        cash_before=cash,
        cash_after=Money(cash + proceeds - way.fee),
        buying_power_before=buying_power(account, state, market),
        position_before=Quantity(way.held),
        session_note=session_note(quote),
        symbol=command.symbol,
    )


def _preview_flatten_all(name: str, context: Context, venue: HostedVenue) -> Preview:
    state = context.state
    held = {s for s, p in state.accounts[name].positions.items() if p.quantity}
    working = {state.orders[i].order.symbol for i in state.live}
    symbols = sorted(s for s in held | working if is_listed(state, s))
    ways = [_way_to_flat(name, symbol, context, venue) for symbol in symbols]
    by_currency: dict[str, tuple[int, int]] = {}
    for symbol, way in zip(symbols, ways, strict=True):
        currency = state.instruments[symbol].currency
        value, fee = by_currency.get(currency, (0, 0))
        by_currency[currency] = (value + way.value, fee + way.fee)
    named = [f"{s}: {way.words}" for s, way in zip(symbols, ways, strict=True)][:SYMBOLS_NAMED_MAX]
    more = [f"and {len(symbols) - len(named)} symbols more"] if len(symbols) > len(named) else []
    own = state.accounts[name].currency
    figures = [
        f"worth {format_money_rounded(Money(value))}{said_in(currency, own)}, "
        f"fee {format_money_rounded(Money(fee))}{said_in(currency, own)}"
        for currency, (value, fee) in (by_currency or {own: (0, 0)}).items()
    ]
    return Preview(text="", is_valid=True, changes=(*named, *more, *figures))


def preview_reverse(
    command: cmd.Reverse, context: Context, venue: HostedVenue, now: Nanos
) -> Preview:
    """Two orders that never cross zero; the rules judge the second as from flat."""
    state, market, symbol = context.state, context.market, command.symbol
    account, known = state.accounts[command.account], state.instruments[symbol]
    way, quote = _way_to_flat(command.account, symbol, context, venue), market.quote(symbol)
    side = Side.SELL if way.held > 0 else Side.BUY
    flat = _once_flat(state, command.account, symbol, way)
    opening = opening_order(command.account, symbol, -way.held, "preview", command.override)
    proposal = propose(opening, flat, market)
    assessment = evaluate(proposal, flat, market, now)
    both = msgspec.structs.replace(opening, quantity=Quantity(2 * abs(way.held)))
    take = would_take(both, venue, known, Price(0))
    rest = Quantity(both.quantity - take.quantity)
    value = Money(take.value + known.notional(rest_price(both, quote), rest))
    second = Money(value - way.value)
    fee = sum(part.amount for part in fee_rows(opening, second, state, known))
    fees, cash = Money(way.fee + fee), account.cash_in(known.currency)
    power, need = buying_power(account, state, market), reserve_for(proposal)
    after = buying_power(flat.accounts[command.account], flat, market, less=need)
    size = known.format_quantity(opening.quantity)
    return Preview(
        text="",
        changes=(
            way.words,
            f"once flat, {opening.instruction.word}s {size} at market",
        ),
        average=take.average,
        slippage_bps=slippage_of(take, quote, side),
        notional=value,
        fee=fees,
        cash_before=cash,
        cash_after=Money(cash - side * value - fees),
        buying_power_before=power,
        buying_power_after=after,
        position_before=Quantity(way.held),
        position_after=Quantity(-way.held),
        session_note=session_note(quote),
        **judged(assessment, proposal, flat),
        symbol=symbol,
        instruction=opening.instruction,
    )


def _once_flat(state: State, name: str, symbol: str, way: _Way) -> State:
    """The state as the second half of a reverse will find it; `state` itself stays as it is."""
    account = state.accounts[name]
    mine = [
        i for i in state.live_by_symbol.get(symbol, ()) if state.orders[i].order.account == name
    ]
    freed = sum(state.orders[i].reserved for i in mine)
    proceeds = way.value if way.held > 0 else -way.value
    currency, moved = state.instruments[symbol].currency, Money(proceeds - way.fee)
    is_own, cash = currency == account.currency, Money(account.cash_in(currency) + moved)
    purse = account.purses.get(currency, Purse())
    foreign = {} if is_own else {currency: msgspec.structs.replace(purse, cash=cash)}
    flat = msgspec.structs.replace(
        account,
        cash=cash if is_own else account.cash,
        purses={**account.purses, **foreign},
        positions={s: p for s, p in account.positions.items() if s != symbol},
        reserved=Money(account.reserved - freed),
        **_opening_without(account, symbol, [state.orders[i] for i in mine]),
    )
    run = FlattenRun(FlattenStep.CLOSING, Nanos(0), Nanos(0), Origin.DESK, reopen=-way.held)
    left = {i: None for i in state.live_by_symbol.get(symbol, ()) if i not in mine}
    return msgspec.structs.replace(
        state,
        accounts={**state.accounts, name: flat},
        live={i: None for i in state.live if i not in mine},
        live_by_symbol={**state.live_by_symbol, symbol: left},
        flattening={**state.flattening, flatten_key(name, symbol): run},
    )


def _opening_without(account: Account, symbol: str, gone: list[Order]) -> dict[str, Any]:
    """The account's tally of what may open, without these orders of one symbol."""
    longs = sum(order.opening for order in gone if order.side > 0)
    shorts = sum(order.opening for order in gone if order.side < 0)
    left = account.opening.get(symbol, 0) - longs - shorts
    others = {s: opening for s, opening in account.opening.items() if s != symbol}
    return {
        "opening_long": Money(account.opening_long - longs),
        "opening_short": Money(account.opening_short - shorts),
        "opening": {**others, symbol: Money(left)} if left else others,
    }
