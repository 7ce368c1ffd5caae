"""`trader why ORDER`: an order's life from the journal, also while a session runs."""

import sys
from argparse import Namespace

from commands.exit_codes import ExitCode
from commands.inert import inert
from commands.json_lines import json_line
from data.frames import FRAMES_KEPT_MAX, Frame, as_plain_text, frame_of
from data.home import Home
from data.journal import JournalReader
from engine.domain.events import (
    Event,
    OrderDenied,
    OrderExpired,
    OrderHeld,
    OrderReleased,
    SessionStarted,
)
from engine.domain.identity import by_group
from engine.domain.modes import is_simulated
from engine.domain.orders import Order
from engine.domain.records import Record
from engine.domain.state import State
from engine.errors import InputError
from engine.language import syntax as syn
from engine.language.parser import parse_line
from engine.runtime.history import OrderHistory
from engine.runtime.market_time import exchange_clock, hang_clock_of
from engine.runtime.recovery import orders_at_venue, replay_into
from engine.runtime.why import Explanation, explain
from engine.values import Nanos

NUMBERS_SUGGESTED_MAX = 5
RESTARTS_SHOWN_MAX = 5
EVERY_ORDER = "all"
ORDERS_MAX = 1 << 40
"""Every order of a journal can be asked for here."""


def run(options: Namespace) -> int:
    """Exit 0 with the explanation, 2 when there is no such order."""
    home = Home.existing(options.home)
    orders, restarts = dict[int, Order](), _Restarts()
    with JournalReader(home) as journal:
        history = OrderHistory(journal.blocks, orders_max=ORDERS_MAX)
        state = State(instance=journal.instance, epoch=journal.epoch)

        def keep(record: Record) -> None:
            # Orders of earlier days leave the state when the date rolls; here they stay.
            history.note(record)
            restarts.note(record, state)
            if isinstance(record.body, OrderReleased | OrderDenied | OrderHeld):
                orders[record.body.order_id] = state.orders[record.body.order_id]

        replay_into(state, journal.blocks(), keep)
        chosen, is_one = _chosen(options.order, orders, state)
        for order in chosen:
            known = state.instruments.get(order.order.symbol)
            hang_clock_of([] if known is None else [known.mic])
            words = restarts.words(order.order_id)
            happened = history.of(order.order_id)
            told = explain(order, happened, state, restarts=words)
            if is_one:
                frame = _frame(happened, home) if options.screen else None
                _print_one(told, frame, as_json=options.json)
            else:
                _print_among_many(told, as_json=options.json)
    if options.screen and not is_one:
        raise InputError("--screen shows the screen of one order: name one")
    if not is_one and options.json:
        sys.stdout.write(json_line({"result": "ok", "orders": len(chosen)}) + "\n")
    return ExitCode.DONE


class _Restarts:
    """When orders were put back into the paper market, which says nothing about it itself."""

    def __init__(self) -> None:
        self._at: dict[int, list[Nanos]] = {}

    def note(self, record: Record, state: State) -> None:
        if isinstance(record.body, SessionStarted) and is_simulated(record.body.mode):
            for order in orders_at_venue(state):
                self._at.setdefault(order.order_id, []).append(record.at)
        if isinstance(record.body, OrderExpired) and self._at.get(record.body.order_id):
            expired = self._at[record.body.order_id]
            if expired[-1] == record.at:
                expired.pop()

    def words(self, order_id: int) -> tuple[str, ...]:
        times = self._at.get(order_id)
        if not times:
            return ()
        clocks = ", ".join(exchange_clock(at, digits=0) for at in times[-RESTARTS_SHOWN_MAX:])
        return (
            f"stood in the book again after a restart at {clocks} (market time);"
            " its place in the queue is an estimate since then",
        )


def _chosen(text: str, orders: dict[int, Order], state: State) -> tuple[list[Order], bool]:
    """(the orders that were asked for, whether one was named). Raises InputError for none.

    `7` of the newest trade date, `3-7` of it, `1119-7`, the full `20261119-7`, or `all`.
    """
    wanted = text.lstrip("#")
    oldest_first = sorted(orders.values(), key=lambda order: by_group(order.order_id))
    newest = max((order.trade_date for order in oldest_first), default=state.trade_date)
    if wanted == EVERY_ORDER and oldest_first:
        return oldest_first, False
    for order in reversed(oldest_first):
        short = f"{order.trade_date % 10_000:04d}-{order.name}"
        is_today = order.trade_date == newest and wanted == order.name
        if is_today or wanted in (order.label, short):
            return [order], True
    read = parse_line(f"cancel {wanted}")
    selector = read.selector if isinstance(read, syn.CancelLine) else None
    if isinstance(selector, syn.NumberRange):
        numbers = range(selector.first, selector.last + 1)
        there = [o for o in oldest_first if o.trade_date == newest and o.number in numbers]
        if there:
            return there, False
    labels = [order.label for order in reversed(oldest_first)]
    newest_words = ", ".join(labels[:NUMBERS_SUGGESTED_MAX]) or "none yet"
    is_number = isinstance(selector, syn.OrderNumber | syn.NumberRange)
    what = f"there is no order {text}" if is_number else f"'{text}' is no order number"
    raise InputError(f"{what}; the newest are: {newest_words}")


def _frame(happened: list[Event], home: Home) -> Frame:
    """What the screen showed when the order was sent. Raises InputError where none was kept."""
    tickets = [e.order.ticket for e in happened if isinstance(e, OrderReleased | OrderDenied)]
    frame = frame_of(home.frames_path, tickets[0]) if tickets else None
    if frame is None:
        raise InputError(
            "no screen was kept for this order: only what is sent at the screen has one, and the"
            f" newest {FRAMES_KEPT_MAX:,} stay"
        )
    return frame


def _print_one(told: Explanation, frame: Frame | None, *, as_json: bool) -> None:
    """With JSON a line for each thing that happened, and the result last."""
    if not as_json:
        sys.stdout.write(inert("\n".join((told.title, *told.lines))) + "\n")
        if frame is not None:
            text = frame.text if sys.stdout.isatty() else as_plain_text(frame.text)
            sys.stdout.write(f"\nthe screen when it was sent:\n{text}\n")
        return
    for fact in told.facts:
        sys.stdout.write(json_line(fact) + "\n")
    if frame is not None:
        rows = as_plain_text(frame.text).split("\n")
        screen = {"event": "screen", "columns": frame.columns, "rows": frame.rows, "lines": rows}
        sys.stdout.write(json_line(screen) + "\n")
    last = {"result": "ok", **told.summary, "title": told.title, "lines": list(told.lines)}
    sys.stdout.write(json_line(last) + "\n")


def _print_among_many(told: Explanation, *, as_json: bool) -> None:
    """With JSON a line for each order, and what happened to it in it."""
    if not as_json:
        sys.stdout.write(inert("\n".join((told.title, *told.lines))) + "\n\n")
        return
    line = {**told.summary, "title": told.title, "facts": list(told.facts)}
    sys.stdout.write(json_line(line) + "\n")
