"""I-03: the same messages in any order, however often, leave the same truth (F13, F14, F18)."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.commands import CancelOrder, SubmitOrder
from engine.domain.records import Inbound
from engine.domain.requests import Request
from engine.values import Instruction, Liquidity, Nanos, OrderId, OrderType, Price, Quantity
from tests.harness import DeskBench
from tests.property.desk.truth import truth_of

MID = 1_900_000
ORDERS = 4
QUANTITY = 100


def never(request: Request) -> Nanos:
    return Nanos(10**15)


def desk() -> DeskBench:
    """Buys and sells of one symbol are on their way; nothing has answered."""
    bench = DeskBench(latency=never, fee_table="us_retail")
    bench.quotes("AAPL", MID, MID + 200, 1)
    for number in range(1, ORDERS + 1):
        side = Instruction.BUY if number % 2 else Instruction.SHORT
        price = Price(MID + number * 100)
        order = SubmitOrder(
            f"t{number}", "PAPER", "AAPL", side, Quantity(QUANTITY), OrderType.LIMIT, price,
            override="both sides of one price are what this test is about",
        )  # fmt: skip
        bench.submit(order)
        assert bench.order(number).status.name == "SENT", bench.order(number).text
        bench.submit(CancelOrder(OrderId(number)))
    return bench


class Told:
    """What a venue could have to say of the orders, each message with the time it came true."""

    def __init__(self, rng: Random, start: Nanos) -> None:
        self.rng, self.at = rng, start
        self.messages: list[Inbound] = []
        self.counted = dict.fromkeys(range(1, ORDERS + 1), 0)
        for number in rng.sample(range(1, ORDERS + 1), k=ORDERS):
            self._life(number)

    def _now(self) -> Nanos:
        self.at = Nanos(self.at + self.rng.randint(1, 1_000))
        return self.at

    def _life(self, number: int) -> None:
        rng, name = self.rng, f"TEST-1-{number}-0"
        self.messages.append(rep.VenueAccepted(name, f"V{number}", -1, self._now()))
        for part in range(rng.randint(0, 3)):
            quantity = rng.randint(1, QUANTITY - self.counted[number] - 3 + part)
            self._trade(number, name, f"E{number}-{part}", quantity)
        counted = self.counted[number]
        if rng.random() < 0.7:
            cancelled = rep.VenueCancelled(name, at=self._now(), cumulative=Quantity(counted))
            self.messages.append(cancelled)

    def _trade(self, number: int, name: str, execution: str, quantity: int) -> None:
        """A fill, and perhaps what the venue made of it later."""
        rng, at, maker = self.rng, self._now(), Liquidity.MAKER
        price = Price(MID + rng.randint(-5, 5) * 100)
        fill = rep.VenueFilled(name, execution, price, Quantity(quantity), maker, "", at)
        self.messages.append(fill)
        kept = quantity
        for revision in range(1, rng.choice([1, 1, 2, 3])):
            kept = rng.randint(1, quantity)
            changed = Price(price + revision * 100)
            self.messages.append(
                rep.VenueTradeCorrected(
                    name, execution, revision, changed, Quantity(kept), maker, "", at=at
                )
            )
        if rng.random() < 0.25:
            kept = 0
            busted = rep.VenueTradeBusted(name, execution, price, Quantity(quantity))
            self.messages.append(busted)
        self.counted[number] += kept


def heard(messages: list[Inbound]) -> DeskBench:
    bench = desk()
    for message in messages:
        bench.submit(message)
    return bench


@settings(deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_any_order_and_any_repetition_of_the_same_messages_leaves_the_same_truth(seed: int) -> None:
    rng = Random(seed)
    told = Told(rng, desk().host.now).messages
    in_order = heard(told)
    again = told + rng.choices(told, k=rng.randint(0, len(told)))
    rng.shuffle(again)
    shuffled = heard(again)
    assert truth_of(shuffled.state) == truth_of(in_order.state)
    assert shuffled.replayed_hash() == state_hash(shuffled.state)


@settings(deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_a_corrected_trade_stands_as_if_it_had_been_the_only_one(seed: int) -> None:
    """I-24, with fills of other orders before and after it."""
    rng = Random(seed)
    told = Told(rng, desk().host.now).messages
    newest: dict[str, rep.VenueTradeCorrected] = {}
    dead = {m.execution_id for m in told if isinstance(m, rep.VenueTradeBusted)}
    for message in told:
        if isinstance(message, rep.VenueTradeCorrected):
            newest[message.execution_id] = message
    as_if: list[Inbound] = []
    for message in told:
        if isinstance(message, rep.VenueTradeCorrected | rep.VenueTradeBusted):
            continue
        if isinstance(message, rep.VenueFilled):
            if message.execution_id in dead:
                continue
            change = newest.get(message.execution_id)
            if change is not None:
                message = rep.VenueFilled(
                    message.client_order_id, message.execution_id, change.price,
                    change.quantity, message.liquidity, "", message.at,
                )  # fmt: skip
        as_if.append(message)
    truth, ideal = truth_of(heard(told).state), truth_of(heard(as_if).state)
    for one in (truth, ideal):
        del one["executions"], one["amended"]
    assert truth == ideal
