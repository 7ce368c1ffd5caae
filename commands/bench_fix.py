"""`trader bench fix`: how fast FIX is read, how many orders a venue takes, how soon it answers.

The venue is the program as a person starts it, in a process of its own over loopback, with its
market running and its books on the disk of the temporary folder. The orders of the burst rest in
the book: none is taken away, so that each finds more of them there than the one before.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from commands.bench_fix_client import Client, VenueProcess
from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from connectors.fix.acceptor import now
from connectors.fix.message import Field
from connectors.fix.speed import sample, seconds_of_ours, seconds_of_simplefix
from connectors.fix.stamps import format_stamp
from connectors.fix.tags import Tag, Type
from engine.runtime.collector import calm

MESSAGES = 20_000
PARSE_ROUNDS = 7
ORDERS = 10_000
"""As many as the venue holds of one client."""
BURST_ROUNDS = 5
ORDERS_PER_SECOND = 500
PACED_ORDERS = 5_000
SYMBOLS_MAX = 8
TICKS_BELOW = 200
"""Orders rest on so many prices, the best of them a hundredth under the first bid."""


def run(as_json: bool) -> int:
    """1 where an order was not answered as an order that stands."""
    figures: dict[str, object] = {"name": "fix", "load_before": round(os.getloadavg()[0], 2)}
    figures |= {"cores": os.cpu_count() or 0} | _parsing()
    is_whole = True
    bursts: list[dict[str, float]] = []
    for _ in range(BURST_ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            burst, is_right = burst_of(Path(folder), ORDERS)
        bursts.append(burst)
        is_whole &= is_right
    figures |= {"burst_orders": ORDERS, "burst_rounds": BURST_ROUNDS}
    for name in bursts[0]:
        figures[name] = round(median(burst[name] for burst in bursts))
    figures["orders_per_second_least"] = round(min(b["orders_per_second"] for b in bursts))
    with tempfile.TemporaryDirectory() as folder:
        paced, is_right = paced_of(Path(folder), PACED_ORDERS)
    figures |= paced | {"load_after": round(os.getloadavg()[0], 2)}
    is_whole &= is_right
    if as_json:
        sys.stdout.write(json_line(figures) + "\n")
    else:
        sys.stdout.writelines(f"{name:28} {value}\n" for name, value in figures.items())
    return ExitCode.DONE if is_whole else ExitCode.CHECK_FAILED


# ── reading ────────────────────────────────────────────────────────────────────────────────────


def _parsing() -> dict[str, object]:
    """Both read the same stream, one after the other, so that a slow second hurts both."""
    messages = sample(MESSAGES)
    stream = b"".join(messages)
    calm()
    ours, theirs = [], []
    for _ in range(PARSE_ROUNDS):
        ours.append(seconds_of_ours(stream, len(messages)))
        theirs.append(seconds_of_simplefix(stream, len(messages)))
    ratios = sorted(slow / quick for slow, quick in zip(theirs, ours, strict=True))
    return {
        "parsed_messages": len(messages),
        "bytes_a_message": round(len(stream) / len(messages)),
        "ours_us": round(median(ours) / len(messages) * 1e6, 2),
        "simplefix_us": round(median(theirs) / len(messages) * 1e6, 2),
        "times_simplefix": round(median(ratios), 1),
        "times_simplefix_least": round(ratios[0], 1),
        "times_simplefix_most": round(ratios[-1], 1),
    }


# ── the venue ──────────────────────────────────────────────────────────────────────────────────


def burst_of(home: Path, count: int) -> tuple[dict[str, float], bool]:
    """(figures, whether every order stood) of so many orders, as fast as the venue takes them."""
    venue = VenueProcess(home)
    try:
        client = Client(venue.port)
        orders = b"".join(_orders(client, count))
        cpu = venue.cpu_seconds()
        seconds = client.exchange(orders, Type.EXECUTION_REPORT, count)
        cpu = venue.cpu_seconds() - cpu
        is_right = _stood(client) == count
        client.close()
    finally:
        venue.close()
    return {
        "orders_per_second": count / seconds,
        "orders_per_venue_cpu_second": count / cpu if cpu else 0.0,
    }, is_right


def paced_of(home: Path, count: int) -> tuple[dict[str, object], bool]:
    """The same at an even pace: from the moment that one was due until its report was read.

    So a venue that was busy pays for all that came due meanwhile.
    """
    venue = VenueProcess(home)
    try:
        client = Client(venue.port)
        times, late = _round_trips(client, _orders(client, count))
        is_right = _stood(client) == count
        client.close()
    finally:
        venue.close()
    cuts = quantiles(times, n=1_000, method="inclusive")
    return {
        "paced_orders": len(times),
        "paced_orders_per_second": ORDERS_PER_SECOND,
        "round_trip_ms_p50": _ms(cuts[499]),
        "round_trip_ms_p99": _ms(cuts[989]),
        "round_trip_ms_p999": _ms(cuts[998]),
        "round_trip_ms_max": _ms(max(times)),
        "sent_late_ms_p99": _ms(quantiles(late, n=100, method="inclusive")[98]),
    }, is_right


def _round_trips(client: Client, orders: list[bytes]) -> tuple[list[float], list[float]]:
    """(seconds of each order, in order; seconds that the client itself was late to send it)."""
    calm()
    mark, pace = b"\x0135=8\x01", 1 / ORDERS_PER_SECOND
    times: list[float] = []
    late: list[float] = []
    began = time.perf_counter() + pace
    tail, sent = b"", 0
    while len(times) < len(orders):
        at = time.perf_counter()
        if sent < len(orders) and at >= began + sent * pace:
            late.append(at - began - sent * pace)
            client.tell(orders[sent])
            sent += 1
        is_sending = sent < len(orders)
        due = began + sent * pace - time.perf_counter() if is_sending else pace
        chunk = client.read_within(due)
        if chunk:
            at = time.perf_counter()
            count = (tail + chunk).count(mark) - tail.count(mark)
            times += [
                at - began - number * pace for number in range(len(times), len(times) + count)
            ]
            tail = chunk[-len(mark) :]
    return times, late


def _orders(client: Client, count: int) -> list[bytes]:
    """Limit orders to buy, over the symbols and prices under their bids by turns."""
    bids = _bids(client)
    written: list[bytes] = []
    for number in range(count):
        symbol, cents = bids[number % len(bids)]
        price = cents - cents // 100 - number // len(bids) % TICKS_BELOW
        written.append(
            client.written(
                Type.NEW_ORDER_SINGLE,
                [
                    (Tag.CL_ORD_ID, b"bench-%d" % number),
                    (Tag.ORDER_QTY, b"100"),
                    (Tag.ORD_TYPE, b"2"),
                    (Tag.PRICE, b"%d.%02d" % divmod(price, 100)),
                    (Tag.SIDE, b"1"),
                    (Tag.SYMBOL, symbol),
                    (Tag.TIME_IN_FORCE, b"0"),
                    (Tag.TRANSACT_TIME, format_stamp(now().utc)),
                ],
            )
        )
    return written


def _bids(client: Client) -> list[tuple[bytes, int]]:
    """(symbol, best bid in cents) of the first symbols of the venue's market."""
    client.tell(client.written(Type.SECURITY_LIST_REQUEST, [(320, b"S"), (559, b"4")]))
    client.hear(Type.SECURITY_LIST, 1)
    listed = [value for tag, value in _newest(client, Type.SECURITY_LIST) if tag == Tag.SYMBOL]
    symbols = listed[:SYMBOLS_MAX]
    for symbol in symbols:
        asked: list[Field] = [(262, symbol), (263, b"0"), (264, b"1"), (267, b"1"), (269, b"0")]
        asked += [(146, b"1"), (Tag.SYMBOL, symbol)]
        client.tell(client.written(Type.MARKET_DATA_REQUEST, asked))
    client.hear(Type.MARKET_DATA_SNAPSHOT, len(symbols))
    found: list[tuple[bytes, int]] = []
    for message in client.messages():
        price = message.get(Tag.MD_ENTRY_PX)
        if message.type == Type.MARKET_DATA_SNAPSHOT and price is not None:
            found.append((message.get(Tag.SYMBOL) or b"", round(float(price) * 100)))
    assert found, "somebody bids for something"
    return found


def _newest(client: Client, type: str) -> list[Field]:
    return next(m.fields for m in reversed(client.messages()) if m.type == type)


def _stood(client: Client) -> int:
    """How many different orders were reported as standing."""
    reports = client.messages()
    return len({m.get(Tag.CL_ORD_ID) for m in reports if m.get(Tag.EXEC_TYPE) == b"0"})


def _ms(seconds: float) -> float:
    return round(seconds * 1_000, 2)
