"""The gateway as a process, for sessions by hand: a market that moves, and controls on stdin.

    python -m tests.connectors.ib.gateway [--port 4002] [--accounts DU1,DU2] [--seed 1] [--still]
        [--listings 100] [--unpaced]

Commands, one a line
    fill REF [QUANTITY [PRICE]], cancel REF, reject REF, expire REF, trigger REF
    correct EXEC_ID QUANTITY PRICE, orders, executions, positions
    position SYMBOL QUANTITY [AVERAGE] (a split, a transfer), by_hand SYMBOL BUY|SELL QUANTITY PRICE
    drop, down, up, restart, new_day, half_open, system CODE
    script ACT KIND [NTH] (lose, duplicate, swallow, close_before, close_after)
    refuse KIND CODE [TEXT]
    quote SYMBOL BID ASK, halt SYMBOL 0|1|2, flood RATE, calm, lines
    entitle SYMBOL LIVE|DELAYED|NONE|PARTIAL (from the next request on), type 0|2|4, compete
    borrow SYMBOL LEVEL [SHARES] (ticks 46 and 89), delist SYMBOL
    set NAME VALUE (a field of House), pace, quit
"""

import argparse
import random
import shlex
import sys
import threading
from ast import literal_eval
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import TextIO

from tests.connectors.ib.gateway.faults import (
    close_after,
    close_before,
    duplicate,
    lose,
    refuse,
    swallow,
)
from tests.connectors.ib.gateway.flood import Flood
from tests.connectors.ib.gateway.gateway import Gateway
from tests.connectors.ib.gateway.listings import SMART_STOCK, Listing
from tests.connectors.ib.gateway.market import Bar, Right

CENT = Decimal("0.01")
FIRST_PRICES = {"AAPL": "190.00", "MSFT": "420.00", "SPY": "500.00", "GOOGL": "175.00"}
SECONDS_BETWEEN_QUOTES = 0.25
LEVELS = 10
MINUTES = 390
ACTS = {
    "lose": lose,
    "duplicate": duplicate,
    "swallow": swallow,
    "close_before": close_before,
    "close_after": close_after,
}


class Wander(threading.Thread):
    """Prices that take a step of a cent or two, with books around them, until told to stop."""

    def __init__(self, gateway: Gateway, seed: int) -> None:
        super().__init__(name="wander", daemon=True)
        self._gateway = gateway
        self._chance = random.Random(seed)
        self._prices = {symbol: Decimal(price) for symbol, price in FIRST_PRICES.items()}
        self.stop = threading.Event()

    def begin(self) -> None:
        """A day of minutes behind every price, and a first quote."""
        for symbol, price in self._prices.items():
            self._gateway.bars(symbol, "1 min", self._day(price))
            self._step(symbol)

    def _day(self, price: Decimal) -> list[Bar]:
        now = int(self._gateway.house.clock()) // 60 * 60
        bars = []
        for minute in range(MINUTES, 0, -1):
            close = price + CENT * self._chance.randint(-50, 50)
            high, low = max(price, close) + CENT, min(price, close) - CENT
            texts = [str(one) for one in (price, high, low, close)]
            volume = str(self._chance.randint(100, 5_000))
            bars.append(Bar(now - 60 * minute, *texts, volume, str(close), 20))
        return bars

    def run(self) -> None:
        while not self.stop.wait(SECONDS_BETWEEN_QUOTES):
            for symbol in self._prices:
                self._step(symbol)

    def _step(self, symbol: str) -> None:
        if self._gateway.market_of(symbol).halted:
            return
        chance = self._chance
        bid = self._prices[symbol] = self._prices[symbol] + CENT * chance.randint(-2, 2)
        sizes = [(chance.randint(1, 9) * 100, chance.randint(1, 9) * 100) for _ in range(LEVELS)]
        ask = bid + CENT
        self._gateway.quote(symbol, bid=bid, ask=ask, bid_size=sizes[0][0], ask_size=sizes[0][1])
        self._gateway.book(
            symbol,
            bids=[(bid - CENT * level, size) for level, (size, _) in enumerate(sizes)],
            asks=[(ask + CENT * level, size) for level, (_, size) in enumerate(sizes)],
        )
        self._gateway.trade(symbol, chance.choice((bid, ask)), chance.randint(1, 5) * 100)


def commands(gateway: Gateway) -> dict[str, Callable[..., object]]:
    """What a line may ask for; its words are the arguments."""
    floods: list[Flood] = []
    truth = gateway.broker
    return {
        "fill": gateway.fill,
        "cancel": gateway.cancel,
        "reject": gateway.reject,
        "expire": gateway.expire,
        "trigger": gateway.trigger,
        "correct": gateway.correct,
        "orders": lambda: "\n".join(
            f"{one.ref} {one.status} {one.filled}/{one.quantity} permId {one.perm_id}"
            for one in truth.orders
        ),
        "executions": lambda: "\n".join(
            f"{one.exec_id} {one.ref} {one.side} {one.shares} {one.price}"
            for one in truth.executions
        ),
        "positions": lambda: "\n".join(
            f"{account} {symbol} {quantity}"
            for (account, symbol), quantity in truth.positions.items()
        ),
        "position": gateway.set_position,
        "by_hand": lambda *words: f"permId {gateway.place_elsewhere(*words)}",
        "drop": gateway.drop,
        "down": gateway.down,
        "up": gateway.come_back,
        "restart": gateway.restart,
        "new_day": lambda: gateway.come_back(new_day=True),
        "half_open": gateway.half_open,
        "system": lambda code: gateway.system(int(code)),
        "script": lambda act, kind, nth="1": gateway.script(ACTS[act](kind, nth=int(nth))),
        "refuse": lambda kind, code, text="": gateway.script(refuse(kind, int(code), text)),
        "quote": lambda symbol, bid, ask: gateway.quote(symbol, bid=bid, ask=ask),
        "halt": lambda symbol, kind: gateway.quote(symbol, halted=int(kind)),
        "lines": lambda: " ".join(gateway.lines()),
        "entitle": lambda symbol, right: gateway.entitle(symbol, Right[right]),
        "type": lambda number: gateway.show_type(int(number)),
        "compete": gateway.compete,
        "borrow": lambda symbol, level, shares=None: gateway.quote(
            symbol, shortable=level, shortable_shares=shares
        ),
        "delist": gateway.delist,
        "flood": lambda rate: floods.append(gateway.flood(int(rate))),
        "calm": lambda: f"{floods.pop().stop()} ticks",
        "set": lambda name, value: gateway.set(**{name: value_of(value)}),
        "pace": lambda: f"{len(gateway.received)} messages, {gateway.peak} in a second",
    }


def more_listings(count: int) -> list[Listing]:
    """Stocks that nobody knows, as many as are asked for."""
    return [
        Listing(800_000_000 + number, f"S{number:03d}", rules=SMART_STOCK)
        for number in range(count)
    ]


def value_of(text: str) -> object:
    """`True`, `50` or `("DU1",)` as Python reads them; anything else is the text itself."""
    with suppress(ValueError, SyntaxError):
        return literal_eval(text)
    return text


def obey(gateway: Gateway, lines: TextIO) -> None:
    """Carry out every line until `quit` or the end; what fails is said and nothing else stops."""
    known = commands(gateway)
    for line in lines:
        word, *arguments = shlex.split(line) or [""]
        if word == "quit":
            return
        if word not in known:
            print(f"{word!r} is none of {', '.join(known)}, quit", flush=True)
            continue
        try:
            print(known[word](*arguments) or "done", flush=True)
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            print(f"{word}: {error}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.connectors.ib.gateway")
    parser.add_argument("--port", type=int, default=4002)
    parser.add_argument("--accounts", default="DU1234567")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--listings", type=int, default=0, help="so many more: S000, S001 …")
    parser.add_argument("--unpaced", action="store_true", help="takes as many messages as come")
    parser.add_argument("--still", action="store_true", help="no market that moves by itself")
    asked = parser.parse_args()
    accounts = tuple(asked.accounts.split(","))
    ways = {"messages_max": 0} if asked.unpaced else {}
    with Gateway(port=asked.port, accounts=accounts, matches=True, **ways) as gateway:
        gateway.do(gateway.hub.broker.reference.listings.extend, more_listings(asked.listings))
        wander = Wander(gateway, asked.seed)
        wander.begin()
        if not asked.still:
            wander.start()
        print(f"listening on 127.0.0.1:{gateway.port}", flush=True)
        obey(gateway, sys.stdin)
        wander.stop.set()


if __name__ == "__main__":
    main()
