"""`trader bench risk`: what the checks of one order take on a desk that has much of everything.

Fifty symbols, a position in each, as many open orders as the profile lets be; every control on. The
orders are those of a hand: entries of every type, exits and short sales, none like another.
"""

import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median, quantiles

import msgspec

from commands.bench_path import ASK, BID, open_host
from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from engine.domain.commands import Origin, SubmitOrder
from engine.domain.quotes import Market
from engine.domain.risk.findings import OFF
from engine.domain.risk.frame import RULES, Assessment, evaluate
from engine.domain.risk.limits import Limits, default_pairs
from engine.domain.risk.proposal import propose
from engine.domain.risk.reserve import reserve_for
from engine.domain.state import State
from engine.runtime.collector import calm
from engine.values import Instruction, Nanos, OrderType, Price, Quantity

PROFILE = "paper"
SYMBOLS = 50
HELD = Quantity(300)
EXIT_MAX = 40
ORDERS = 2_000
FAT_FINGER = Quantity(1_000_000)
LOOKS = 5
"""Each order is checked so often, one round after the other, and its quickest time counts: what
another process takes of the machine is not the checks'."""
RULE_LOOKS = 20_000
SLOWEST_SHOWN = 5
BUY, SELL = Instruction.BUY, Instruction.SELL
SHORT, COVER = Instruction.SHORT, Instruction.COVER
_clock = time.perf_counter_ns


def run(json_output: bool) -> int:
    """Microseconds of one order's checks; 1 where the desk that was meant did not come about."""
    with tempfile.TemporaryDirectory() as folder:
        host, journal = open_host(Path(folder) / "home", symbols=SYMBOLS, profile=PROFILE)
        live = Limits.from_pairs(default_pairs(PROFILE)).open_orders_max - 1
        host.submit(*[_position(number) for number in range(SYMBOLS)])
        host.submit(*[_resting(number) for number in range(live)])
        state, market, now = host.session.state, host.session.market, host.now
        orders = [_order(number) for number in range(ORDERS)]
        rounds = _rounds(orders, state, market, now)
        denials = _rounds([_too_large(order) for order in orders], state, market, now)
        assessments = [_checked(order, state, market, now) for order in orders]
        rules = _by_rule(orders, state, market, now)
        positions = sum(1 for each in state.accounts["PAPER"].positions.values() if each.quantity)
        is_there = (positions, len(state.live)) == (SYMBOLS, live)
        journal.close()
    result = {
        "name": "risk",
        "orders": ORDERS,
        "positions": positions,
        "open_orders": live,
        "rules": len(RULES),
        "allowed": sum(assessment.is_allowed for assessment in assessments),
        "denied_by": _denied_by(assessments),
        "off": max(assessment.off for assessment in assessments),
        "checks_us_p50": _in_us(median(map(min, rounds))),
        "checks_us_p99": _p99(map(min, rounds)),
        "checks_us_p99_first_look": _p99(times[0] for times in rounds),
        "denied_us_p99": _p99(map(min, denials)),
        "slowest_rules_us": dict(rules[:SLOWEST_SHOWN]),
    }
    if json_output:
        sys.stdout.write(json_line(result) + "\n")
    else:
        for key, value in result.items():
            sys.stdout.write(f"{key:26} {value}\n")
    return ExitCode.DONE if is_there else ExitCode.CHECK_FAILED


# ── the desk ───────────────────────────────────────────────────────────────────────────────────


def _position(number: int) -> SubmitOrder:
    """Long in four symbols of five, short in the fifth."""
    is_short = _is_short(number)
    return SubmitOrder(
        f"held-{number}",
        "PAPER",
        f"B{number}",
        SHORT if is_short else BUY,
        HELD,
        OrderType.LIMIT,
        BID if is_short else ASK,
        origin=Origin.SCRIPT,
    )


def _is_short(number: int) -> bool:
    return number % 5 == 4


def _resting(number: int) -> SubmitOrder:
    """Joins the side of every symbol in turn that adds to what is held."""
    is_short = _is_short(number)
    return SubmitOrder(
        f"open-{number}",
        "PAPER",
        f"B{number % SYMBOLS}",
        SHORT if is_short else BUY,
        Quantity(10 + number),
        OrderType.LIMIT,
        ASK if is_short else BID,
        origin=Origin.SCRIPT,
    )


def _order(number: int) -> SubmitOrder:
    kinds = _WHERE_SHORT if _is_short(number) else _WHERE_LONG
    instruction, type, price, stop = kinds[number // SYMBOLS % len(kinds)]
    is_exit = instruction in (SELL, COVER)
    return SubmitOrder(
        f"checked-{number}",
        "PAPER",
        f"B{number % SYMBOLS}",
        instruction,
        # An exit takes a part of what is held; every other order has a size of its own.
        Quantity(1 + number % EXIT_MAX if is_exit else 200 + number),
        type,
        price,
        stop,
    )


_NONE = Price(0)
_WHERE_LONG = (
    (BUY, OrderType.LIMIT, BID, _NONE),
    (BUY, OrderType.LIMIT, ASK, _NONE),
    (BUY, OrderType.MARKET, _NONE, _NONE),
    (BUY, OrderType.STOP, _NONE, Price(ASK + 5_000)),
    (SELL, OrderType.LIMIT, ASK, _NONE),
)
_WHERE_SHORT = (
    (SHORT, OrderType.LIMIT, ASK, _NONE),
    (SHORT, OrderType.LIMIT, BID, _NONE),
    (SHORT, OrderType.MARKET, _NONE, _NONE),
    (COVER, OrderType.LIMIT, BID, _NONE),
)


def _too_large(order: SubmitOrder) -> SubmitOrder:
    """The fat finger: every rule that counts shares or money finds something."""
    return msgspec.structs.replace(order, quantity=FAT_FINGER)


# ── the checks ─────────────────────────────────────────────────────────────────────────────────


def _checked(order: SubmitOrder, state: State, market: Market, now: Nanos) -> Assessment:
    """All that stands between a command and its release."""
    proposal = propose(order, state, market)
    assessment = evaluate(proposal, state, market, now)
    if assessment.is_allowed:
        reserve_for(proposal)
    return assessment


def _rounds(orders: list[SubmitOrder], state: State, market: Market, now: Nanos) -> list[list[int]]:
    """For each order the nanoseconds of each look."""
    calm()
    found: list[list[int]] = [[] for _ in orders]
    for _ in range(LOOKS):
        for order, times in zip(orders, found, strict=True):
            start = _clock()
            _checked(order, state, market, now)
            times.append(_clock() - start)
    return found


def _by_rule(
    orders: list[SubmitOrder], state: State, market: Market, now: Nanos
) -> list[tuple[str, float]]:
    """(rule, microseconds of one look at an entry that it lets pass), the slowest first."""
    proposals = [
        propose(order, state, market) for order in orders if order.instruction in (BUY, SHORT)
    ]
    found: dict[str, float] = {}
    for rule in RULES:
        if rule.off is not None and rule.off(state) is not None:
            continue  # its check is never called at a desk like this
        check = rule.check
        passing = [p for p in proposals if check(p, state, market, now) in (None, OFF)]
        if not passing:
            continue
        looks = max(1, RULE_LOOKS // len(passing))
        start = time.process_time_ns()
        for _ in range(looks):
            for proposal in passing:
                check(proposal, state, market, now)
        took = time.process_time_ns() - start
        name = f"{rule.name.id} {rule.name.code}"
        found[name] = found.get(name, 0) + _in_us(took / (looks * len(passing)))
    return sorted(found.items(), key=lambda each: -each[1])


def _denied_by(assessments: list[Assessment]) -> dict[str, int]:
    denied: dict[str, int] = {}
    for assessment in assessments:
        if not assessment.is_allowed:
            first = assessment.findings[0].rule
            denied[first] = denied.get(first, 0) + 1
    return denied


def _in_us(nanoseconds: float) -> float:
    return round(nanoseconds / 1_000, 2)


def _p99(times: Iterable[int]) -> float:
    return _in_us(quantiles(list(times), n=100, method="inclusive")[98])
