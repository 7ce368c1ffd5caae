"""A desk with brackets for tests: one entry with exits in a market at 189.99 to 190.01."""

from engine.domain.commands import ExitTerm, ProtectPosition, SubmitOrder
from engine.domain.identity import leg_id
from engine.domain.orders import Order, state_word
from engine.values import Instruction, OrderType, Price, Quantity, TimeInForce
from tests.harness import DeskBench

DOLLAR = 10_000
BID, ASK = Price(1_899_900), Price(1_900_100)
TARGET, STOP = Price(1_920_000), Price(1_890_000)

AT_TARGET, AT_STOP = ExitTerm(TARGET), ExitTerm(STOP)


def desk(**named) -> DeskBench:
    bench = DeskBench(**named)
    bench.quotes("AAPL", BID, ASK, 10_000)
    return bench


def entry(
    quantity=100,
    price=BID,
    *,
    ticket="t",
    symbol="AAPL",
    instruction=Instruction.BUY,
    target: ExitTerm | None = AT_TARGET,
    stop_loss: ExitTerm | None = AT_STOP,
    type=OrderType.LIMIT,
    time_in_force=TimeInForce.DAY,
) -> SubmitOrder:
    return SubmitOrder(
        ticket=ticket,
        account="PAPER",
        symbol=symbol,
        instruction=instruction,
        quantity=Quantity(quantity),
        type=type,
        price=price if type is OrderType.LIMIT else Price(0),
        time_in_force=time_in_force,
        target=target,
        stop_loss=stop_loss,
    )


def oco(quantity=100, *, target=TARGET, stop=STOP, ticket="oco") -> ProtectPosition:
    return ProtectPosition(
        ticket, "PAPER", "AAPL", Instruction.SELL, Quantity(quantity), target, stop
    )


def leg(bench: DeskBench, group: int, number: int) -> Order:
    return bench.state.orders[leg_id(group, number)]


def told(bench: DeskBench, group: int) -> list[str]:
    """Each leg as `7.1 working 60`: its state and what is open of it."""
    return [
        f"{order.name} {state_word(order)} {order.leaves if not order.is_held else '-'}"
        for order in (bench.state.orders[i] for i in bench.state.brackets[group].legs)
    ]
