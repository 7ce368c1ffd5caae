"""Whatever a feed says, luck never hurts: the front gets no less than any other queue model."""

from hypothesis import given
from hypothesis import strategies as st

from engine.exchange.messages import CancelOrder, NewOrder, SelfMatch, Traded
from engine.exchange.quoted.assumptions import Assumptions, QueueModel
from engine.exchange.quoted.house import QuotedExchange
from engine.exchange.settings import BookSettings
from engine.values import Nanos, OrderType, Price, Quantity, Side, TimeInForce

OWN = 1 << 60
TICK, MIDDLE = 100, 100_000
sizes = st.integers(0, 5).map(lambda n: n * 100)
steps = st.one_of(
    st.tuples(st.just("quote"), st.integers(-4, 3), st.integers(0, 3), sizes, sizes),
    st.tuples(
        st.just("trade"), st.integers(-5, 5), st.integers(1, 500), st.sampled_from([1, -1, 0])
    ),
    st.tuples(st.just("order"), st.sampled_from([1, -1]), st.integers(-4, 4), st.integers(1, 400)),
    st.tuples(st.just("cancel"), st.integers(0, 20)),
)


class Market:
    """Plays steps, and keeps what every order was asked for and has got."""

    def __init__(self, model: QueueModel) -> None:
        settings = BookSettings(self_match=SelfMatch.CANCEL_AGGRESSIVE)
        self.house = QuotedExchange(settings, Assumptions(queue=model))
        self.house.list_symbol("IBM", tick=TICK)
        self.house.entered("IBM", is_open=True)
        self.next_id = OWN
        self.asked: dict[int, int] = {}
        self.got: dict[int, int] = {}
        self.rested: dict[int, int] = {}

    def play(self, step: tuple) -> None:
        house = self.house
        house.now = Nanos(house.now + 400_000_000)
        match step:
            case ("quote", low, spread, bid_size, ask_size):
                bid = MIDDLE + low * TICK
                ask = bid + spread * TICK
                events = house.shown("IBM", _side(bid, bid_size), _side(ask, ask_size))
            case ("trade", at, quantity, side):
                aggressor = Side(side) if side else None
                events = house.traded("IBM", MIDDLE + at * TICK, quantity, aggressor)
            case ("order", side, at, quantity):
                self.next_id += 1
                price = Price(MIDDLE + at * TICK)
                order = NewOrder(
                    self.next_id, "IBM", Side(side), OrderType.LIMIT, Quantity(quantity), price,
                    time_in_force=TimeInForce.DAY, owner=1,
                )  # fmt: skip
                self.asked[self.next_id] = quantity
                events = house.submit([order])
            case ("cancel", back):
                events = house.submit([CancelOrder(self.next_id - back, "IBM")])
        for event in events:
            if isinstance(event, Traded):
                for order_id in (event.maker_id, event.taker_id):
                    if order_id >= OWN:
                        self.got[order_id] = self.got.get(order_id, 0) + event.quantity
                if event.maker_id >= OWN:
                    self.rested[event.maker_id] = (
                        self.rested.get(event.maker_id, 0) + event.quantity
                    )


def _side(price: int, size: int) -> tuple[tuple[int, int], ...]:
    return ((price, size),) if size else ()


@given(st.lists(steps, max_size=40), st.sampled_from(QueueModel))
def test_the_front_gets_no_less_than_any_other_place(played, model):
    market = Market(model)
    for step in played:
        market.play(step)
    for order_id in market.asked:
        outcomes = market.house.outcomes(order_id)
        if outcomes:
            pessimistic, proportional, front = (outcome.filled for outcome in outcomes)
            assert front >= proportional and front >= pessimistic


@given(st.lists(steps, max_size=40), st.sampled_from(QueueModel))
def test_the_booked_model_and_the_book_tell_the_same_fills(played, model):
    market = Market(model)
    for step in played:
        market.play(step)
    for order_id, asked in market.asked.items():
        assert market.got.get(order_id, 0) <= asked
        outcomes = market.house.outcomes(order_id)
        if outcomes:
            assert outcomes[model - 1].filled == market.rested.get(order_id, 0)


@given(st.lists(steps, max_size=40))
def test_the_levels_in_the_book_are_those_on_show_less_what_met_the_trader(played):
    market = Market(QueueModel.PESSIMISTIC)
    for step in played:
        market.play(step)
        at = market.house.quoted("IBM")
        for side, sight in at.sights.items():
            own = [line for line in at.lines if line.side is side]
            for price, quantity, _ in at.book.depth(50)[side is Side.SELL]:
                named = sum(line.booked_leaves for line in own if line.price == price)
                assert price in sight.sizes or named
                assert 0 <= quantity - named <= sight.sizes.get(price, 0)
