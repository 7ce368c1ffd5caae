"""One order as every rule sees it: built once, with its worst price, exposure and exit room."""

import msgspec

from engine.domain.commands import SubmitOrder
from engine.domain.ledger.currency import PAR, in_base_up
from engine.domain.ledger.valuation import mark_of
from engine.domain.orders import Order
from engine.domain.quotes import Market, Quote
from engine.domain.risk.exposure import NO_ORDER, Worth, open_quantities, worth_of
from engine.domain.risk.limits import Limits
from engine.domain.risk.margin import terms_under, tier_among
from engine.domain.risk.opening import worst_of
from engine.domain.risk.regimes import Rates, Terms
from engine.domain.state import Account, State
from engine.instruments import Instrument
from engine.structs import set_directly
from engine.values import Instruction, Money, OrderId, OrderType, Price, Quantity, Side, TimeInForce

UNKNOWN_WORTH = Worth(None, Money(0))
NOTHING = Quantity(0)
EXIT_RATES = Rates()
EXIT_TERMS = Terms(0, ())
UNCHANGED = Price(0)
_SHORT, _FOR_CLOSE, _LIMIT = Instruction.SHORT, TimeInForce.CLS, OrderType.LIMIT
_CLOSING = (Instruction.SELL, Instruction.COVER)


@set_directly
class Proposal(msgspec.Struct, gc=False):
    """What would leave the desk, and what is known about it."""

    order: SubmitOrder
    replaces: Order | None
    account: Account | None
    instrument: Instrument | None
    quote: Quote | None
    limits: Limits
    trade_date: int
    side: Side
    quantity: Quantity
    """Total, the filled part of a replaced order included."""
    filled: Quantity
    """Of a replaced order; 0 for a new one."""
    worst_leaves: int
    """Open quantity when the worse of old and new is in force."""
    price: Price
    stop: Price
    override: str
    held: int
    """Signed position."""
    open_same: int
    """Other orders' open quantity on this side."""
    exit_room: int
    """Largest quantity that provably reduces: the position less other orders that reduce it."""
    is_exit: bool
    mark: Price
    """Mid, else last; 0 without either."""
    worst_price: Price
    """What limits of value count with; 0 where nothing is known."""
    worth: Worth
    reserve: Money | None = None
    """What the whole order needs, once `reserve_for` was asked: a rule and the event ask."""
    rate: int = PAR
    """Billionths of the account's currency for one of the instrument's; 0 where unknown."""
    rates: Rates = EXIT_RATES
    """What the account's margin regime asks of this order; an exit is asked for nothing."""
    open_opposite: int = 0
    """The account's open quantity on the other side."""
    terms: Terms = EXIT_TERMS
    """The regime that `rates` are of."""
    market: Market | None = None
    """For the marks of other symbols, which few rules ask for."""
    left: Money | None = None
    """Equity that this order would leave to positions, once `equity_after` was asked."""
    value: Money | None = None
    """Of its total quantity at the worst price, once R02 has asked: others ask too."""
    position_worst: Money | None = None
    """What the position could come to, once `position_value` was asked: two rules ask."""

    @property
    def only_shrinks(self) -> bool:
        """A change that only takes quantity off an order that closes: nothing gets worse by it.

        Also where the order is larger than what it should close, as after a trade was taken back.
        """
        old = self.replaces
        if old is None or self.order.instruction not in _CLOSING:
            return False
        unchanged = (self.price, self.stop) == (old.price, old.stop)
        return unchanged and self.quantity < old.quantity

    def notional(self, quantity: int) -> Money:
        """Value of `quantity` at the worst price, in the account's currency."""
        if self.value is not None and quantity == self.quantity:
            return self.value
        value = self.local_notional(quantity)
        return value if self.rate == PAR else in_base_up(value, self.rate)

    def size(self, quantity: int) -> str:
        """A size of what is traded, for a sentence: '5,000', '0.015'."""
        instrument = self.instrument
        return f"{quantity:,}" if instrument is None else instrument.format_quantity(quantity)

    def room_words(self, quantity: int) -> str:
        """'43 more' or 'no room'."""
        return f"{self.size(quantity)} more" if quantity > 0 else "no room"

    def local_notional(self, quantity: int) -> Money:
        """The same in the currency that it trades in."""
        assert self.instrument is not None
        return self.instrument.notional(self.worst_price, quantity)  # type: ignore[arg-type]


def propose(order: SubmitOrder, state: State, market: Market, oca_group: str = "") -> Proposal:
    """A new order against the state and the market as they are.

    `oca_group`: what already stands in that group shares its quantity with the order.
    """
    price, stop, quantity, override = order.price, order.stop, order.quantity, order.override
    return _build(order, None, oca_group, price, stop, quantity, override, state, market)


def propose_replace(
    order: Order,
    price: Price,
    quantity: Quantity,
    override: str,
    state: State,
    market: Market,
    stop: Price = UNCHANGED,
) -> Proposal:
    """A change of a live order to `price`, `stop` and new total `quantity`; 0 keeps the value."""
    price, stop, quantity = price or order.price, stop or order.stop, quantity or order.quantity
    group = order.oca_group
    return _build(order.order, order, group, price, stop, quantity, override, state, market)


def _build(
    order: SubmitOrder,
    replaces: Order | None,
    oca_group: str,
    price: Price,
    stop: Price,
    quantity: Quantity,
    override: str,
    state: State,
    market: Market,
) -> Proposal:
    symbol = order.symbol
    account = state.accounts.get(order.account)
    quote = market.quotes.get(symbol)
    side = order.instruction.side
    excluding, filled, leaves = NO_ORDER, NOTHING, quantity + 0
    if replaces is not None:
        excluding, filled, leaves = _changed(replaces, quantity)
    buys, sells = open_quantities(state, order.account, symbol, excluding, oca_group)
    position = None if account is None else account.positions.get(symbol)
    held = 0 if position is None else position.quantity
    open_same, open_opposite = (buys, sells) if side > 0 else (sells, buys)
    exit_room = 0
    if held * side < 0 and order.instruction is not _SHORT:
        exit_room = max(0, abs(held) - open_same)
    is_exit = 0 < leaves <= exit_room
    worth, rates, terms = _backing(order, None if is_exit else account, state, market)
    instrument, rate = state.instruments.get(symbol), PAR
    if instrument is not None and account is not None and instrument.currency != account.currency:
        rate = state.rate_of(instrument.currency, account.currency)
    # By position and in the order of the fields: keywords take half as long again.
    return Proposal(
        order,
        replaces,
        account,
        instrument,
        quote,
        state.limits,
        state.trade_date,
        side,
        quantity,
        filled,
        leaves,
        price,
        stop,
        override,
        held,
        open_same,
        exit_room,
        is_exit,
        mark_of(quote),
        worst_price(order.type, side, price, stop, quote),
        worth,
        None,
        rate,
        rates,
        open_opposite,
        terms,
        market,
    )


def _backing(
    order: SubmitOrder, account: Account | None, state: State, market: Market
) -> tuple[Worth, Rates, Terms]:
    """(what the account is worth now, what its margin regime asks of the order, the regime);
    nothing is asked of an exit."""
    if account is None:
        return UNKNOWN_WORTH, EXIT_RATES, EXIT_TERMS
    sector = state.reference.sector_of(order.symbol)
    worth = worth_of(account, state, market, sector=sector, beside=order.symbol)
    terms = terms_under(state.limits, state.trade_date)
    tier = tier_among(terms, account, worth)
    return worth, tier.night if order.time_in_force is _FOR_CLOSE else tier.day, terms


def _changed(replaces: Order, quantity: Quantity) -> tuple[OrderId, Quantity, int]:
    """(the order that is changed, what of it is filled, what is open when the worse of old and new
    is in force)."""
    # What a sibling's fills took off a leg is as good as filled.
    filled = Quantity(replaces.cumulative + replaces.taken)
    return replaces.order_id, filled, max(quantity, replaces.quantity) - filled


def worst_price(
    type: OrderType, side: Side, price: Price, stop: Price, quote: Quote | None
) -> Price:
    """`worst_of` by the quote, with last night's price where there is no other."""
    if side > 0 and type.has_limit:
        return price
    if quote is None:
        return Price(max(price, stop))
    if type is _LIMIT and not stop:
        return price if price > quote.bid else quote.bid  # as `worst_of`, for nearly every sale
    last = quote.last or quote.previous_close
    return worst_of(type, side, price=price, stop=stop, bid=quote.bid, ask=quote.ask, last=last)
