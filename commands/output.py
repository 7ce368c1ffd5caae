"""What a headless session writes: results to stdout, everything else to stderr."""

import sys
from typing import Any

from commands.costs import BASE_CURRENCY
from commands.inert import inert
from commands.json_lines import json_line
from connectors.feeds.lobster_presence import Presence
from engine.errors import MachineError
from engine.instruments import format_money, parse_money, quantity_words
from engine.runtime.narration_words import sentence

CLEAR_LINE = "\r\x1b[K"


class OutputLostError(MachineError):
    """stdout takes no more: whoever asked for the session does not see it go on."""


class Output:
    """One JSON object or one sentence a line, given out at once.

    A line that cannot be written is no fault of the desk in whose step it was told: the loss is
    kept, and `raise_if_lost` says it where the session can end in order.
    """

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._lost: OSError | None = None
        self._has_progress = False
        self.shows_progress = sys.stderr.isatty()

    def event(self, fields: dict[str, Any]) -> None:
        self._write(json_line(fields) if self._as_json else inert(sentence(fields, BASE_CURRENCY)))

    def result(self, fields: dict[str, Any]) -> None:
        if self._as_json:
            self._write(json_line(fields))
            return
        self._write(inert(_result_words(fields)))
        if "presence" in fields:
            self._write(_presence_words(fields["presence"]))
        if "luck" in fields:
            self._write(_luck_words(fields["luck"]))

    def say(self, text: str) -> None:
        self._end_progress()
        sys.stderr.write(f"trader: {inert(text)}\n")

    def progress(self, text: str) -> None:
        """Replaces itself on a terminal; nothing anywhere else."""
        if self.shows_progress:
            self._has_progress = True
            sys.stderr.write(f"{CLEAR_LINE}trader: {inert(text)}")
            sys.stderr.flush()

    def raise_if_lost(self) -> None:
        """Raises BrokenPipeError where the reader went away, OutputLostError for anything else."""
        if self._lost is None:
            return
        if isinstance(self._lost, BrokenPipeError):
            raise self._lost
        why = self._lost.strerror or self._lost
        raise OutputLostError(f"stdout cannot be written ({why})") from self._lost

    def _write(self, line: str) -> None:
        self._end_progress()
        if self._lost is not None:
            return
        try:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except OSError as error:
            self._lost = error

    def _end_progress(self) -> None:
        if self._has_progress:
            self._has_progress = False
            sys.stderr.write(CLEAR_LINE)
            sys.stderr.flush()


def _result_words(fields: dict[str, Any]) -> str:
    if "cash" not in fields:
        return str(fields["result"])
    # Next to cash of several currencies a figure without a name could be any of them.
    said = f" {BASE_CURRENCY}" if "cash_by_currency" in fields else ""
    sizes = {s: quantity_words(q, signed=True) for s, q in fields["positions"].items()}
    held = ", ".join(f"{symbol} {size}" for symbol, size in sizes.items()) or "flat"
    return (
        f"{fields['result']}: {_counted(fields['orders'], 'order')}, "
        f"{_counted(fields['fills'], 'fill')}, cash {_cash_words(fields)}, {held}, "
        f"realised {_grouped(fields['realised'])}{said}, fees {_grouped(fields['fees'])}{said}"
    )


def _cash_words(fields: dict[str, Any]) -> str:
    """`1,000.00`, or with several currencies `1,000.00 USD and 5,000.00 INR`."""
    cash = fields.get("cash_by_currency")
    if not cash:
        return _grouped(fields["cash"])
    return " and ".join(f"{_grouped(money)} {currency}" for currency, money in cash.items())


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _grouped(money: str) -> str:
    return format_money(parse_money(money), grouped=True)


def _luck_words(fields: dict[str, Any]) -> str:
    """How much of the day hangs on where the orders stood in their queues."""
    booked = fields["booked"]
    told = {name: "—" if day is None else _signed(day) for name, day in fields["day"].items()}
    others = ", ".join(f"{day} if {name}" for name, day in told.items() if name != booked)
    verb = "differs" if fields["differ"] == 1 else "differ"
    return (
        f"day {told[booked]} booked ({booked}); {others};"
        f" {fields['differ']:,} of {_counted(fields['orders'], 'order')} {verb}"
    )


def _signed(money: str) -> str:
    return ("" if money.startswith("-") else "+") + _grouped(money)


def _presence_words(fields: dict[str, int]) -> str:
    taken = fields["shares_taken"]
    counts = {key: value for key, value in fields.items() if key != "shares_taken"}
    return Presence(**counts).sentence(shares_taken=taken)
