"""A desk that trades hard and says on a pipe what it did, until somebody kills it."""

import hashlib
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from random import Random

from commands.desk import DeskParts, open_desk
from commands.flags import parse
from engine.domain.apply import state_hash
from engine.domain.commands import CancelOrder, Origin, ReplaceOrder, SubmitOrder
from engine.domain.records import Inbound, Step
from engine.domain.reports import Report
from engine.domain.requests import NewOrderRequest, Request
from engine.ports import Venue
from engine.values import (
    NANOS_PER_MILLISECOND,
    Instruction,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
)

IN_FLIGHT = 1_000
ORDERS_A_STEP = 20
STEP_TAKES = Nanos(2 * NANOS_PER_MILLISECOND)
HASH_EVERY_STEPS = 10
SYMBOLS = ("AAPL", "MSFT", "F")
ORDER_QUANTITY_MAX = 3
AWAY_TICKS_MAX = 20
"""How far from the touch an order may stand; some cross it."""
ACCOUNT = "PAPER"
SETTINGS = f'[paper]\nlimits = "load"\naccount = "{ACCOUNT}"\n'
"""What such a home is set to before its first start."""

READY, SEEN, HASH, SENT = "ready", "seen", "hash", "sent"
"""The words on the pipe: ready · seen LAST · hash LAST HASH · sent CLIENT_ORDER_ID DIGEST."""


def options_for(home: Path) -> Namespace:
    """The flags of such a session: slow messages, so that a thousand orders are on their way."""
    words = ["--home", str(home), "--headless", "--latency", "mobile"]
    return parse([*words, "--symbols", ",".join(SYMBOLS)])


class Witness:
    """A venue that tells the pipe of every new order before it lets it go."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.name, self.has_oca = venue.name, venue.has_oca

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        return self._venue.stage(requests)

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        for request, content in zip(requests, staged, strict=True):
            if isinstance(request, NewOrderRequest):
                digest = hashlib.blake2b(content, digest_size=8).hexdigest()
                tell(f"{SENT} {request.client_order_id} {digest}")
        self._venue.release(requests, staged)

    def collect(self) -> list[Report]:
        return self._venue.collect()

    def queue_ahead(self, client_order_id: str) -> int:
        return self._venue.queue_ahead(client_order_id)


def tell(line: str) -> None:
    """Into the pipe at once: what the kernel has survives the process."""
    os.write(1, f"{line}\n".encode())


class CrashRun:
    """Orders, cancels and changes by a seed, about `IN_FLIGHT` of them open, for ever."""

    def __init__(self, parts: DeskParts, seed: int) -> None:
        self._parts = parts
        self._session = parts.session
        self._chance = Random(seed)
        self._steps = 0
        self._start = self._session.state.order_next
        self._session.venue = Witness(parts.venue)
        self._session.listen_to_steps(self._note)

    def _note(self, step: Step) -> None:
        """Called once a step is durable."""
        self._steps += 1
        tell(f"{SEEN} {step.last}")
        if self._steps % HASH_EVERY_STEPS == 0:
            tell(f"{HASH} {step.last} {state_hash(self._session.state)}")

    def go_on(self) -> None:
        """One step of commands and the market time after it."""
        host = self._parts.host
        host.submit(*self._commands())
        host.run_until(Nanos(host.now + STEP_TAKES))

    def _commands(self) -> list[Inbound]:
        live = list(self._session.state.live)
        wanted = max(1, min(ORDERS_A_STEP, IN_FLIGHT - len(live)))
        commands: list[Inbound] = [self._order(place) for place in range(wanted)]
        if len(live) >= IN_FLIGHT // 2:
            chosen = self._chance.sample(live, ORDERS_A_STEP // 2)
            commands += [self._change(OrderId(order_id)) for order_id in chosen]
        return commands

    def _order(self, place: int) -> SubmitOrder:
        chance = self._chance
        symbol = chance.choice(SYMBOLS)
        instruction = chance.choice((Instruction.BUY, Instruction.SHORT))
        quote = self._session.market.quote(symbol)
        tick = self._session.state.instruments[symbol].tick_at(quote.bid) if quote else 0
        touch = (quote.bid if instruction is Instruction.BUY else quote.ask) if quote else 0
        away = instruction.side * chance.randrange(-1, AWAY_TICKS_MAX) * tick
        number = self._session.state.order_next
        return SubmitOrder(
            ticket=f"crash-{self._start}-{number + place}",
            account=ACCOUNT,
            symbol=symbol,
            instruction=instruction,
            quantity=Quantity(chance.randrange(1, ORDER_QUANTITY_MAX + 1)),
            type=OrderType.LIMIT,
            price=Price(touch - away),
            time_in_force=chance.choice((TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC)),
            origin=Origin.SCRIPT,
        )

    def _change(self, order_id: OrderId) -> Inbound:
        if self._chance.random() < 0.7:
            return CancelOrder(order_id, Origin.SCRIPT)
        order = self._session.state.orders[order_id]
        tick = self._session.state.instruments[order.order.symbol].tick_at(order.price)
        return ReplaceOrder(order_id, price=Price(order.price - order.side * tick))


def main(home: str, seed: str) -> None:
    """Runs until it is killed; whoever reads the pipe judges."""
    parts = open_desk(options_for(Path(home)))
    run = CrashRun(parts, int(seed))
    tell(READY)
    while True:
        run.go_on()


if __name__ == "__main__":
    main(*sys.argv[1:3])
