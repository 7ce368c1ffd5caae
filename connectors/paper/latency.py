"""How long a message is on its way: named distributions, drawn from seed, order and leg alone.

Each leg is a table of quantiles; a draw is an even number from a keyed hash, and the table is read
between its points in a straight line. No figure here is a measurement of one broker: they are what
a person at such a desk can expect, and each says why.
"""

from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple, Protocol

from engine.domain.reports import OrderReport, VenueFilled
from engine.domain.requests import (
    CancelRequest,
    LinkRequest,
    NewOrderRequest,
    ReplaceRequest,
    Request,
    StatementRequest,
)
from engine.values import NANOS_PER_MILLISECOND, Nanos

PARTS = 1_000_000
"""Quantiles are told in parts of a million."""
NONE, AUTOMATIC = "none", "auto"
_MICROSECOND = NANOS_PER_MILLISECOND // 1_000
_DRAW_BYTES = 8
_DRAWS = 1 << (8 * _DRAW_BYTES)

Quantiles = tuple[tuple[int, int], ...]
"""(parts of a million, microseconds), rising from 0 to PARTS."""


class Legs(NamedTuple):
    """One way each: a new order, a cancel or change, and what comes back."""

    submit: Quantiles
    change: Quantiles
    report: Quantiles


def _table(*microseconds: int) -> Quantiles:
    """At the least, 10, 50, 90, 99, 99.9 percent, and at most."""
    parts = (0, 100_000, 500_000, 900_000, 990_000, 999_000, PARTS)
    assert len(microseconds) == len(parts)
    return tuple(zip(parts, microseconds, strict=True))


DISTRIBUTIONS: dict[str, Legs] = {
    # A desk in the venue's own building: a switch or two each way (a few microseconds), a gateway
    # that checks an order in some tens, and now and then a queue in front of the matching engine.
    "lan": Legs(
        submit=_table(60, 80, 120, 220, 600, 2_000, 5_000),
        change=_table(50, 65, 100, 180, 500, 1_500, 4_000),
        report=_table(40, 55, 90, 160, 450, 1_500, 4_000),
    ),
    # A home line and an online broker. One way is half of a round trip of 10 to 40 ms, which is
    # where cable and fibre lines in the United States lie (FCC, Measuring Broadband America), and
    # on the way out some milliseconds of the broker's own checks and routing. Reports skip those.
    "retail": Legs(
        submit=_table(9_000, 14_000, 24_000, 48_000, 110_000, 260_000, 600_000),
        change=_table(8_000, 12_000, 20_000, 40_000, 90_000, 220_000, 500_000),
        report=_table(6_000, 9_000, 15_000, 30_000, 75_000, 200_000, 450_000),
    ),
    # A telephone's network: 30 to 80 ms a round trip while it is calm, and long waits while the
    # radio wakes up, changes cells or shares a full one. The tail is what practice is for; it ends
    # below half of what a flatten waits for its evidence (3 s).
    "mobile": Legs(
        submit=_table(22_000, 32_000, 60_000, 150_000, 480_000, 900_000, 1_400_000),
        change=_table(20_000, 29_000, 54_000, 140_000, 450_000, 850_000, 1_300_000),
        report=_table(16_000, 24_000, 46_000, 120_000, 420_000, 800_000, 1_300_000),
    ),
}
"""By name; NONE has no entry: then requests arrive, and are answered, at once."""
NAMES = (NONE, *DISTRIBUTIONS)


class Delays(Protocol):
    """How long one message takes; the same message always takes as long."""

    def out(self, request: Request) -> Nanos:
        """From the desk to the venue."""

    def back(self, report: OrderReport) -> Nanos:
        """From the venue to the desk, for a report about an order."""


class AtOnce:
    """`Delays` of nothing: for a line that is only there to be broken."""

    def out(self, request: Request) -> Nanos:
        return Nanos(0)

    def back(self, report: OrderReport) -> Nanos:
        return Nanos(0)


class Latency:
    """`Delays` of a named distribution. A draw depends on nothing but seed, order and leg.

    So a session that is run again, or goes on after a crash, draws the same.
    """

    __slots__ = ("_legs", "_seed", "name")

    def __init__(self, name: str, seed: int) -> None:
        """`name` is a key of DISTRIBUTIONS."""
        self.name = name
        self._legs = DISTRIBUTIONS[name]
        self._seed = seed

    def out(self, request: Request) -> Nanos:
        if type(request) is NewOrderRequest:
            return self._draw(self._legs.submit, "submit", request.client_order_id)
        if type(request) is ReplaceRequest:
            return self._draw(self._legs.change, "replace", request.new_client_order_id)
        if isinstance(request, StatementRequest):
            return self._draw(self._legs.change, type(request).__name__, str(request.query))
        assert not isinstance(request, LinkRequest), "a simulated venue has no line to speak of"
        leg = "cancel" if type(request) is CancelRequest else "status"
        return self._draw(self._legs.change, leg, request.client_order_id)

    def back(self, report: OrderReport) -> Nanos:
        # Every execution is a message of its own; of the other kinds one order has one.
        which = report.execution_id if type(report) is VenueFilled else type(report).__name__
        return self._draw(self._legs.report, f"report/{which}", report.client_order_id)

    def _draw(self, table: Quantiles, leg: str, client_order_id: str) -> Nanos:
        key = f"latency/{self._seed}/{leg}/{client_order_id}".encode()
        number = int.from_bytes(blake2b(key, digest_size=_DRAW_BYTES).digest(), "big")
        return Nanos(quantile(table, number * PARTS // _DRAWS))


def quantile(table: Quantiles, part: int) -> int:
    """Nanoseconds at `part` of a million, between two points of the table in a straight line."""
    for (low, least), (high, most) in pairwise(table):
        if part < high:
            return (least + (most - least) * (part - low) // (high - low)) * _MICROSECOND
    return table[-1][1] * _MICROSECOND
