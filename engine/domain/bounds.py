"""What the books can hold: beyond it nothing is booked, sent or taken over, and a person is told.

Figures of a fact are within `FIGURE_MAX` by the doors where text becomes a number. Here are their
products and sums, so that state, snapshot and store can always be written.
"""

from engine.domain.ledger.currency import in_base
from engine.domain.ledger.positions import Position
from engine.domain.order_events import OrderFilled
from engine.domain.orders import Order
from engine.domain.state import Account, State
from engine.instruments import POWERS_OF_TEN, PRICE_END, Instrument
from engine.values import FIGURE_MAX, LEDGER_MAX, ORDER_VALUE_MAX

BEYOND_BOOKS = "is beyond what the books can hold"


def fits(instrument: Instrument, price: int, quantity: int) -> bool:
    """Whether an order, a trade or a position of so much can be counted at all.

    `FIGURE_MAX` itself is what a door makes of anything larger, so it never fits.
    """
    return (
        abs(price) <= instrument.price_max
        and abs(price) < FIGURE_MAX
        and abs(quantity) < FIGURE_MAX
        and abs(instrument.notional(price, quantity)) <= ORDER_VALUE_MAX  # type: ignore[arg-type]
    )


def fits_books(state: State, order: Order, fill: OrderFilled) -> bool:
    """Whether everything that the fill is added to stays within its bounds."""
    asked = order.order
    instrument, account = state.instruments[asked.symbol], state.accounts[asked.account]
    position, quantity = account.positions.get(asked.symbol), fill.quantity
    if (
        position is not None
        and instrument.currency == account.currency
        and 0 < fill.price < PRICE_END
        and quantity > 0
    ):
        # Every fill comes here, and nearly each is so far from all bounds that even one sum of
        # everything, which no figure can exceed, is within the lowest of them.
        everything = (
            abs(fill.cash_delta)
            + abs(fill.fee)
            + abs(fill.realised)
            + abs(fill.position_after)
            + abs(order.value)
            + abs(position.cost)
            + abs(position.realised)
            + abs(position.day_cash)
            + abs(account.cash)
            + position.day_traded
            + account.flow.traded
            + account.month_volume
            + quantity
        )
        if everything <= ORDER_VALUE_MAX:
            return True
    return _fits_one_by_one(state, order, fill, instrument, account, position)


def _fits_one_by_one(
    state: State,
    order: Order,
    fill: OrderFilled,
    instrument: Instrument,
    account: Account,
    position: Position | None,
) -> bool:
    quantity, price_end = fill.quantity, PRICE_END * POWERS_OF_TEN[instrument.price_digits]
    # As `fits`, of what the event says already.
    value: int = abs(fill.cash_delta + fill.fee)
    if value > ORDER_VALUE_MAX or not (
        -price_end < fill.price < price_end
        and -FIGURE_MAX < fill.price < FIGURE_MAX
        and -FIGURE_MAX < quantity < FIGURE_MAX
    ):
        return False
    if order.value + value > FIGURE_MAX or abs(fill.position_after) > FIGURE_MAX:
        return False
    if position is not None and (
        abs(position.cost) + value > FIGURE_MAX
        or abs(position.realised + fill.realised) > FIGURE_MAX
        or position.day_traded + quantity > LEDGER_MAX
        or abs(position.day_cash) + value > LEDGER_MAX
    ):
        return False
    if instrument.currency != account.currency:
        value = in_base(value, state.rate_of(instrument.currency, account.currency))
    return (
        value <= ORDER_VALUE_MAX
        and account.flow.traded + value <= LEDGER_MAX
        and account.month_volume + quantity <= LEDGER_MAX
        and abs(account.cash_in(instrument.currency) + fill.cash_delta) <= LEDGER_MAX
    )
