"""`trader why ORDER`: an order's life from the journal, also while a session runs."""

import json
import sys
from argparse import Namespace

from commands.exit_codes import ExitCode
from data.home import Home
from data.journal import JournalReader
from engine.domain.events import OrderDenied, OrderReleased
from engine.domain.orders import Order
from engine.domain.records import Record
from engine.domain.state import State
from engine.errors import InputError
from engine.language import syntax as syn
from engine.language.parser import parse_line
from engine.runtime.recovery import replay_into
from engine.runtime.why import Explanation, OrderHistory, explain

NUMBERS_SUGGESTED_MAX = 5


def run(options: Namespace) -> int:
    """Exit 0 with the explanation, 2 when there is no such order."""
    home = Home.existing(options.home)
    history, orders = OrderHistory(), dict[int, Order]()
    with JournalReader(home) as journal:
        state = State(instance=journal.instance, epoch=journal.epoch)

        def keep(record: Record) -> None:
            # Orders of earlier days leave the state when the date rolls; here they stay.
            history.note(record)
            if isinstance(record.body, OrderReleased | OrderDenied):
                orders[record.body.order_id] = state.orders[record.body.order_id]

        replay_into(state, journal.blocks(), keep)
    order = _find(options.order, orders, state)
    told = explain(order, history.of(order.order_id), state)
    _print(order, told, as_json=options.json)
    return ExitCode.DONE


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
        sys.stdout.write(json.dumps(fact, ensure_ascii=False) + "\n")
    last = {"result": "ok", "id": order.label, "title": told.title, "lines": list(told.lines)}
    sys.stdout.write(json.dumps(last, ensure_ascii=False) + "\n")
