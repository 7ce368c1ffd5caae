"""Operations on one symbol within a few ticks, so that most of them meet something."""

from random import Random

from hypothesis import strategies as st

from engine.exchange.messages import CancelOrder, NewOrder, ReduceOrder, ReplaceOrder, SelfMatch
from engine.exchange.settings import BookSettings
from engine.values import OrderType, Side, TimeInForce, Trigger

CONTINUOUS = [TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK]
"""Orders for an auction have an oracle of their own."""

SYMBOL = "AAPL"
IDS = st.integers(1, 24)
PRICES = st.integers(95, 105)
QUANTITIES = st.integers(1, 9)
SIDES = st.sampled_from(list(Side))


def orders(types, **terms):
    """New orders of these types; prices and stops stand where the type has them."""
    return st.sampled_from(types).flatmap(
        lambda kind: st.builds(
            NewOrder,
            order_id=IDS,
            symbol=st.just(SYMBOL),
            side=SIDES,
            type=st.just(kind),
            quantity=QUANTITIES,
            price=PRICES if kind.has_limit else st.just(0),
            stop=PRICES if kind.has_stop else st.just(0),
            time_in_force=st.sampled_from(CONTINUOUS),
            trigger=st.sampled_from(list(Trigger)),
            post_only=st.sampled_from([False, False, False, True]),
            owner=st.integers(0, 3),
            **terms,
        )
    )


PLAIN = st.builds(
    NewOrder, IDS, st.just(SYMBOL), SIDES, st.just(OrderType.LIMIT), QUANTITIES, PRICES,
    owner=st.integers(0, 3),
)  # fmt: skip
MISSHAPEN = st.builds(
    NewOrder, IDS, st.just(SYMBOL), SIDES, st.sampled_from(list(OrderType)), st.integers(-1, 3),
    st.integers(-1, 1), st.integers(-1, 1), st.sampled_from(CONTINUOUS),
)  # fmt: skip
CHANGES = st.one_of(
    st.builds(CancelOrder, IDS, st.just(SYMBOL)),
    st.builds(ReduceOrder, IDS, st.just(SYMBOL), st.integers(-1, 9)),
    st.builds(
        ReplaceOrder, IDS, st.just(SYMBOL), PRICES, st.integers(0, 9), st.one_of(st.just(0), PRICES)
    ),
    st.builds(
        ReplaceOrder, IDS, st.just(SYMBOL), st.integers(-1, 1), QUANTITIES, st.integers(-1, 0)
    ),
)
STOPS = orders([OrderType.STOP, OrderType.STOP_LIMIT])
OPERATIONS = st.lists(
    st.one_of(PLAIN, PLAIN, orders(list(OrderType)), STOPS, CHANGES, MISSHAPEN),
    min_size=1,
    max_size=80,
)
OFF_OR = st.one_of(st.none(), st.none(), st.integers(1, 6))
SETTINGS = st.builds(
    BookSettings,
    self_match=st.sampled_from(list(SelfMatch)),
    orders_max=st.one_of(st.none(), st.none(), st.integers(2, 12)),
    orders_per_owner_max=OFF_OR,
    collar_bps=st.one_of(st.none(), st.integers(0, 600)),
    market_band_bps=st.one_of(st.none(), st.integers(0, 600)),
    post_only_survives_replace=st.booleans(),
)


def random_settings(seed: int) -> BookSettings:
    """Each setting is off half of the time."""
    chance = Random(seed)

    def off_or(low: int, high: int) -> int | None:
        return None if chance.random() < 0.5 else chance.randint(low, high)

    return BookSettings(
        self_match=chance.choice(list(SelfMatch)),
        orders_max=off_or(5, 30),
        orders_per_owner_max=off_or(1, 5),
        collar_bps=off_or(0, 800),
        market_band_bps=off_or(0, 800),
        post_only_survives_replace=chance.random() < 0.5,
    )


def random_flow(seed: int, count: int):
    """A long run of operations of every kind; ids rise, changes name recent ones."""
    chance, order_id = Random(seed), 0
    for _ in range(count):
        kind = chance.choices((*OrderType, "cancel", "reduce", "replace"), (50, 8, 4, 4, 22, 6, 6))[
            0
        ]
        recent = chance.randint(max(1, order_id - 60), order_id + 1)
        price, quantity = chance.randint(90, 110), chance.randint(1, 20)
        if kind == "cancel":
            yield CancelOrder(recent, SYMBOL)
        elif kind == "reduce":
            yield ReduceOrder(recent, SYMBOL, quantity)
        elif kind == "replace":
            yield ReplaceOrder(recent, SYMBOL, price, quantity, chance.choice((0, price)))
        else:
            order_id += 1
            yield NewOrder(
                order_id,
                SYMBOL,
                chance.choice((Side.BUY, Side.SELL)),
                kind,
                quantity,
                price if kind.has_limit else 0,
                chance.randint(90, 110) if kind.has_stop else 0,
                chance.choices(CONTINUOUS, (4, 4, 1, 1))[0],
                chance.choice(list(Trigger)),
                chance.random() < 0.1,
                chance.randint(0, 5),
            )
