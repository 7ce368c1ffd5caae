"""Whatever the venue fills of what was let out, exposure stays within its bounds (I-29, R09)."""

import msgspec
from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine.domain.apply import apply, state_hash
from engine.domain.commands import CancelOrder, ReplaceOrder, SubmitOrder
from engine.domain.decide import decide
from engine.domain.events import Event, OrderReleased
from engine.domain.orders import Order
from engine.domain.quotes import Market, Phase, Quote, Source
from engine.domain.records import Inbound
from engine.domain.reports import (
    InstrumentsListed,
    PhaseChanged,
    SessionOpened,
    VenueAccepted,
    VenueCancelled,
    VenueFilled,
    VenueReplaced,
    VenueReplaceRefused,
)
from engine.domain.risk.limits import default_pairs
from engine.domain.state import State
from engine.instruments import Instrument, parse_money
from engine.values import (
    Instruction,
    Liquidity,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
)

SYMBOLS = ("AAPL", "GOOG")
MARK = Price(1_000_000)
NLV = parse_money("1000000")
BOUNDS = {"exposure_max": 20, "exposure_net_max": 15, "exposure_long_max": 12}
SHORT_MAX = 10
"""Percent of net liquidation value; every other limit never binds."""


class Desk:
    """Decide and apply alone; fills come at the mark, so what the account is worth stays as it is.

    Where orders and fills hurt most is for the test to draw.
    """

    def __init__(self) -> None:
        self.state, self.market, self.now, self.tickets = State(instance="T"), Market(), 10**12, 0
        bounds = {**BOUNDS, "exposure_short_max": SHORT_MAX}
        limits = dict(default_pairs("load")) | {f"risk.{k}": str(v) for k, v in bounds.items()}
        for symbol in SYMBOLS:
            self.market.quotes[symbol] = Quote(
                symbol, bid=Price(MARK - 100), ask=Price(MARK + 100), last=MARK, phase=Phase.OPEN
            )
        self.hear(
            InstrumentsListed(tuple(Instrument(symbol) for symbol in SYMBOLS)),
            SessionOpened(
                "R1",
                "PAPER",
                "drawn",
                Source.SYNTHETIC,
                20260105,
                "PAPER",
                NLV,
                "USD",
                "zero",
                tuple(limits.items()),
            ),
            PhaseChanged("*", Phase.OPEN),
        )

    def hear(self, *inbounds: Inbound) -> list[Event]:
        happened: list[Event] = []
        for inbound in inbounds:
            self.now += 1_000
            for each in decide(self.state, inbound, self.market, Nanos(self.now)):
                apply(self.state, each)
                happened.append(each)
        return happened

    @property
    def live(self) -> list[Order]:
        return [self.state.orders[order_id] for order_id in self.state.live]

    def submit(self, symbol: str, instruction: Instruction, quantity: int, price: Price) -> None:
        self.tickets += 1
        kind = OrderType.LIMIT if price else OrderType.MARKET
        order = SubmitOrder(
            f"t{self.tickets}", "PAPER", symbol, instruction, Quantity(quantity), kind, price
        )
        for each in self.hear(order):
            if isinstance(each, OrderReleased):
                event("let out")
                self.hear(VenueAccepted(each.client_order_id, f"v{each.order_id}"))

    def fill(self, order: Order, quantity: int) -> None:
        size = Quantity(min(quantity, order.leaves))
        if size:
            name = f"e{self.now}"
            self.hear(VenueFilled(order.client_order_id, name, MARK, size, Liquidity.MAKER))

    def change(self, order: Order, quantity: int, price: Price) -> None:
        self.hear(ReplaceOrder(OrderId(order.order_id), price, Quantity(quantity)))

    def answer(self, order: Order, is_yes: bool) -> None:
        """The venue's word on a change that is on its way, however late."""
        pending = order.pending_replace
        if pending is None:
            return
        event(f"changed: {is_yes}")
        before, name = order.client_order_id, pending.client_order_id
        if is_yes:
            self.hear(VenueReplaced(before, name, pending.price, pending.quantity))
        else:
            self.hear(VenueReplaceRefused(before, "no", name))

    def cancel(self, order: Order) -> None:
        self.hear(CancelOrder(OrderId(order.order_id)))
        self.hear(VenueCancelled(order.client_order_id, cumulative=order.cumulative))

    def check(self) -> None:
        """The positions as they are, and the tally against the orders that it is of."""
        account = self.state.accounts["PAPER"]
        held = [position.quantity * MARK * 100 for position in account.positions.values()]
        longs, shorts = sum(v for v in held if v > 0), -sum(v for v in held if v < 0)
        told = {
            "exposure_max": longs + shorts,
            "exposure_net_max": abs(longs - shorts),
            "exposure_long_max": longs,
        }
        for name, value in told.items():
            assert value * 100 <= NLV * BOUNDS[name], (name, value)
        assert shorts * 100 <= NLV * SHORT_MAX
        opening = {1: 0, -1: 0}
        for order in self.live:
            opening[order.side] += order.opening
        assert (account.opening_long, account.opening_short) == (opening[1], opening[-1])
        assert sum(account.opening.values()) == sum(opening.values())


INDEX, SIZE = st.integers(0, 7), st.integers(1, 1_500)
OPENS = st.sampled_from([Instruction.BUY, Instruction.BUY, Instruction.SHORT, Instruction.SHORT])
LETS_OUT = st.tuples(
    st.just("submit"), st.sampled_from(SYMBOLS), OPENS, st.integers(200, 1_100), st.just(MARK)
)
PRICES = st.sampled_from([Price(0), Price(950_000), MARK, Price(1_010_000)])
ACTIONS = st.lists(
    st.one_of(
        LETS_OUT,
        LETS_OUT,
        st.tuples(
            st.just("submit"), st.sampled_from(SYMBOLS), st.sampled_from(Instruction), SIZE, PRICES
        ),
        st.tuples(st.just("fill"), INDEX, SIZE),
        st.tuples(st.just("cancel"), INDEX),
        st.tuples(st.just("change"), INDEX, SIZE, PRICES),
        st.tuples(st.just("answer"), INDEX, st.booleans()),
    ),
    min_size=5,
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(ACTIONS, st.booleans())
def test_no_sequence_of_fills_takes_the_account_beyond_a_bound(
    actions: list[tuple[object, ...]], buys_first: bool
) -> None:
    desk = Desk()
    for name, *values in actions:
        if name == "submit":
            desk.submit(*values)  # type: ignore[arg-type]
        elif desk.live:
            index, *rest = values
            order = desk.live[index % len(desk.live)]  # type: ignore[operator]
            getattr(desk, str(name))(order, *rest)
        desk.check()
    for order in desk.live:
        desk.answer(order, True)
    # The worst order of fills: one side as a whole, then the other.
    for side in (1, -1) if buys_first else (-1, 1):
        for order in [order for order in desk.live if order.side == side]:
            desk.fill(order, 10**9)
            desk.check()
    account = desk.state.accounts["PAPER"]
    if not desk.live:
        assert (account.opening_long, account.opening_short, account.opening) == (0, 0, {})
    encoded = msgspec.msgpack.decode(msgspec.msgpack.encode(desk.state), type=State)
    assert state_hash(encoded) == state_hash(desk.state)
