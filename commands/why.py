"""`trader why ORDER`: an order's life from the journal, also while a session runs."""

import sys
from argparse import Namespace

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.home import Home
from data.journal import JournalReader
from engine.domain.events import OrderDenied, OrderExpired, OrderReleased, SessionStarted
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


def run(options: Namespace) -> int:
    """Exit 0 with the explanation, 2 when there is no such order."""
    home = Home.existing(options.home)
    orders, restarts = dict[int, Order](), _Restarts()
    with JournalReader(home) as journal:
        history = OrderHistory(journal.blocks)
        state = State(instance=journal.instance, epoch=journal.epoch)

        def keep(record: Record) -> None:
            # Orders of earlier days leave the state when the date rolls; here they stay.
            history.note(record)
            restarts.note(record, state)
            if isinstance(record.body, OrderReleased | OrderDenied):
                orders[record.body.order_id] = state.orders[record.body.order_id]

        replay_into(state, journal.blocks(), keep)
        order = _find(options.order, orders, state)
        happened = history.of(order.order_id)
    known = state.instruments.get(order.order.symbol)
    hang_clock_of([] if known is None else [known.mic])
    told = explain(order, happened, state, restarts=restarts.words(order.order_id))
    _print(order, told, as_json=options.json)
    return ExitCode.DONE


class _Restarts:
    """When orders were put back into the paper market, which says nothing about it itself."""

    def __init__(self) -> None:
        self._at: dict[int, list[Nanos]] = {}

    def note(self, record: Record, state: State) -> None:
        if isinstance(record.body, SessionStarted):
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


def _find(text: str, orders: dict[int, Order], state: State) -> Order:
    """`7` of the newest trade date, `1119-7`, or the full `20261119-7`. Raises InputError."""
    wanted = text.lstrip("#")
    newest = max((order.trade_date for order in orders.values()), default=state.trade_date)
    for order in sorted(orders.values(), key=lambda o: -o.order_id):
        short = f"{order.trade_date % 10_000:04d}-{order.number}"
        is_today = order.trade_date == newest and wanted == str(order.number)
        if is_today or wanted in (order.label, short):
            return order
    read = parse_line(f"cancel {wanted}")
    is_number = isinstance(read, syn.CancelLine) and isinstance(read.selector, syn.OrderNumber)
    labels = [o.label for o in sorted(orders.values(), key=lambda o: -o.order_id)]
    there = ", ".join(labels[:NUMBERS_SUGGESTED_MAX]) or "none yet"
    what = f"there is no order {text}" if is_number else f"'{text}' is no order number"
    raise InputError(f"{what}; the newest are: {there}")


def _print(order: Order, told: Explanation, *, as_json: bool) -> None:
    if not as_json:
        sys.stdout.write("\n".join((told.title, *told.lines)) + "\n")
        return
    for fact in told.facts:
        sys.stdout.write(json_line(fact) + "\n")
    last = {"result": "ok", **told.summary, "title": told.title, "lines": list(told.lines)}
    sys.stdout.write(json_line(last) + "\n")
