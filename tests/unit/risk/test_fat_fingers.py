"""Planted fat fingers on a paper desk: what was meant leaves, what was typed is denied in words."""

import re
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from engine.domain.commands import Origin
from engine.domain.events import Event, OrderDenied, OrderReleased
from engine.domain.quotes import Phase
from engine.domain.reasons import Finding, Verdict
from engine.language.parser import parse_line
from engine.language.problems import SyntaxProblem
from engine.runtime.resolve import resolve
from engine.values import Side
from tests.harness import DeskBench
from tests.unit.runtime.desk import context_of, read

FILE = Path(__file__).with_name("fat_fingers.txt")
ROW = re.compile(r"(.+?) *\|(.*)\|(.*)\| *(.+?) +=> (\w+) (.+)$")
FINGERS_MIN = 40


class Finger(NamedTuple):
    """`meant` leaves on the same desk; '' where nothing like it was meant."""

    what: str
    before: tuple[str, ...]
    meant: str
    typed: str
    rule: str
    number: str
    """Stands in the sentence: what was typed comes to this, or the limit that it meets."""


def fingers(text: str) -> list[Finger]:
    """Raises ValueError with the line that cannot be read."""
    found = []
    for number, row in enumerate(text.splitlines(), 1):
        if not row.strip() or row.startswith("#"):
            continue
        read = ROW.match(row)
        if read is None:
            raise ValueError(f"{FILE.name}:{number}: {row}")
        what, before, meant, typed, rule, figure = (part.strip() for part in read.groups())
        lines = tuple(line.strip() for line in before.split(";") if line.strip())
        found.append(Finger(what, lines, meant, typed, rule, figure))
    assert len(found) >= FINGERS_MIN
    return found


FINGERS = fingers(FILE.read_text(encoding="utf-8"))


def a_desk() -> DeskBench:
    bench = DeskBench(
        symbols=("AAPL", "MSFT", "GOOG", "PENY", "WIDE", "LONE"), fee_table="us_retail"
    )
    for symbol, bid, ask in (
        ("AAPL", 1_900_000, 1_900_200),
        ("MSFT", 500_000, 500_200),
        ("GOOG", 99_800, 100_000),
        ("PENY", 5_100, 5_200),
        ("WIDE", 950_000, 1_050_000),
    ):
        bench.quotes(symbol, bid, ask, 50_000)
        if symbol != "WIDE":
            bench.other(Side.SELL, 10, symbol)  # it trades at the bid: a last for stops
    bench.other(Side.BUY, 1_000, "LONE", 200_000)
    bench.other(Side.SELL, 50, "LONE")
    return bench


def sent(bench: DeskBench, line: str, origin: Origin = Origin.SCRIPT) -> list[Event]:
    ticket = f"t{bench.state.events}"
    commands = resolve(read(line), context_of(bench, origin=origin), ticket)
    return [event for command in commands for event in bench.submit(command)]


def denial(happened: list[Event], rule: str) -> Finding:
    """What the rule said of the order that did not leave."""
    assert not [event for event in happened if isinstance(event, OrderReleased)]
    (denied,) = [event for event in happened if isinstance(event, OrderDenied)]
    return next(found for found in denied.findings if found.rule == rule)


@pytest.mark.parametrize("origin", [Origin.LINE, Origin.SCRIPT], ids=lambda one: one.name.lower())
@pytest.mark.parametrize("finger", FINGERS, ids=lambda finger: finger.what)
def test_a_fat_finger_is_denied_with_rule_and_number(finger: Finger, origin: Origin) -> None:
    bench = a_desk()
    for line in finger.before:
        assert any(isinstance(event, OrderReleased) for event in sent(bench, line)), line
    found = denial(sent(bench, finger.typed, origin), finger.rule)
    assert found.verdict >= Verdict.ASK
    assert f"({finger.rule} {found.code}" in found.sentence
    assert finger.number in found.sentence, found.sentence


@pytest.mark.parametrize(
    "finger", [one for one in FINGERS if one.meant], ids=lambda finger: finger.what
)
def test_what_was_meant_leaves(finger: Finger) -> None:
    bench = a_desk()
    for line in finger.before:
        sent(bench, line)
    happened = sent(bench, finger.meant, Origin.LINE)
    said = [event.findings for event in happened if isinstance(event, OrderDenied)]
    assert any(isinstance(event, OrderReleased) for event in happened), said


def test_a_key_that_is_held_sends_one_order() -> None:
    """The same ticket again and again: the first press was the intent."""
    bench = a_desk()
    context = context_of(bench, origin=Origin.TICKET)
    (command,) = resolve(read("buy 10 AAPL 190.00"), context, "t1")
    happened = [event for _ in range(10) for event in bench.submit(command)]
    assert sum(isinstance(event, OrderReleased) for event in happened) == 1


def test_a_hand_that_runs_away_is_stopped_at_the_sixth_ticket_of_a_second() -> None:
    bench = a_desk()
    for quantity in range(1, 6):
        happened = sent(bench, f"buy {quantity} AAPL 190.00", Origin.TICKET)
        assert any(isinstance(event, OrderReleased) for event in happened)
    found = denial(sent(bench, "buy 6 AAPL 190.00", Origin.TICKET), "R12")
    assert "5 orders within one second" in found.sentence


def test_a_script_that_repeats_itself_is_stopped_at_the_eleventh_of_a_minute() -> None:
    bench = a_desk()
    for quantity in range(1, 11):
        happened = sent(bench, f"buy {quantity} AAPL 180.00")
        assert any(isinstance(event, OrderReleased) for event in happened)
    found = denial(sent(bench, "buy 11 AAPL 180.00"), "R14")
    assert "10 buys of AAPL within 60 s" in found.sentence


def test_a_symbol_takes_no_more_than_twenty_open_orders() -> None:
    bench = a_desk()
    for quantity in range(1, 21):
        happened = sent(bench, f"buy {quantity} AAPL 180.00", Origin.LADDER)
        assert any(isinstance(event, OrderReleased) for event in happened)
        bench.pass_time(1)
    assert "20 orders of AAPL" in denial(sent(bench, "buy 21 AAPL 180.00"), "R17").sentence


@pytest.mark.parametrize("typed", ["buy 10 AAPL 0", "buy 0 AAPL 190.00", "buy -10 AAPL 190.00"])
def test_nothing_and_less_are_no_order_at_all(typed: str) -> None:
    assert isinstance(parse_line(typed), SyntaxProblem)


def test_the_closed_market_takes_none() -> None:
    bench = a_desk()
    bench.enters("*", Phase.CLOSED)
    assert "closed" in denial(sent(bench, "buy 10 AAPL 190.00"), "R25").sentence


@pytest.mark.parametrize(
    "typed",
    ["buy 10 AAPL 1900.00", "buy 10 AAPL 19.00", "buy 9000 AAPL 190.00", "buy 90000 GOOG 10.00"],
)
def test_no_reason_lets_the_gross_ones_through(typed: str) -> None:
    bench = a_desk()
    assert [e for e in sent(bench, f'{typed} override "I am sure"') if isinstance(e, OrderDenied)]


def test_a_change_of_a_working_order_answers_to_the_same() -> None:
    bench = a_desk()
    sent(bench, "buy 10 AAPL 189.00")
    for change in ("replace 1 price 1890.00", "replace 1 qty 10000", "replace 1 price 189.001"):
        before = msgspec.msgpack.encode(bench.order(1))
        sent(bench, change)
        after = bench.order(1)
        assert (after.price, after.quantity, after.pending_replace) == (1_890_000, 10, None), change
        assert before == msgspec.msgpack.encode(after)
