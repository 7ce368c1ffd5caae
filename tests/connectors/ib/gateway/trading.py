"""Requests about orders and executions, and who hears what the broker says of them."""

from collections.abc import Callable

from tests.connectors.ib.gateway.account_requests import position_changed
from tests.connectors.ib.gateway.checks import READ_ONLY
from tests.connectors.ib.gateway.matching import match
from tests.connectors.ib.gateway.notices import (
    Charged,
    Executed,
    Failed,
    Held,
    Notice,
    Opened,
    Stated,
)
from tests.connectors.ib.gateway.order_reading import read_place_order
from tests.connectors.ib.gateway.order_writing import (
    NO_MARGINS,
    commission_report,
    completed_order,
    exec_details,
    open_order,
    order_status,
    when_text,
)
from tests.connectors.ib.gateway.orders import BrokerOrder, Execution
from tests.connectors.ib.gateway.session import Session
from tests.connectors.ib.gateway.wire import Fields

LIVE = -1
"""The request id of an execution that nobody asked for."""


def _is_read_only(session: Session, about: int) -> bool:
    """Refuse without an end marker, as TWS does."""
    if session.house.read_only:
        session.error(about, READ_ONLY.code, READ_ONLY.text)
    return session.house.read_only


def place_order(session: Session, fields: Fields) -> None:
    placed = read_place_order(fields, session.version)
    if _is_read_only(session, placed.order_id):
        return
    hub = session.hub
    hub.previews += placed.terms.what_if
    hub.broker.place(session.client_id, placed)
    order = hub.broker.find(session.client_id, placed.order_id)
    if order is not None:
        match(hub.broker, hub.market, order.listing.con_id)


def cancel_order(session: Session, fields: Fields) -> None:
    fields.integer()
    order_id = fields.integer()
    if session.version >= 169:
        fields.text()
    if not _is_read_only(session, order_id):
        session.hub.broker.cancel(session.client_id, order_id)


def global_cancel(session: Session, fields: Fields) -> None:
    if not _is_read_only(session, -1):
        session.hub.broker.cancel_all()


def open_orders(session: Session, fields: Fields) -> None:
    """The client's own; client 0 also sees those of TWS itself."""
    own = session.client_id
    _list_orders(session, lambda order: order.client_id == own)


def all_open_orders(session: Session, fields: Fields) -> None:
    _list_orders(session, lambda order: True)


def _list_orders(session: Session, is_wanted: Callable[[BrokerOrder], bool]) -> None:
    if _is_read_only(session, -1):
        return
    for order in list(session.hub.broker.orders.values()):
        if not order.is_done and is_wanted(order):
            say_open(session, order)
            say_status(session, order)
    session.say("openOrderEnd", 1)


def auto_open_orders(session: Session, fields: Fields) -> None:
    fields.integer()
    wish = fields.flag()
    if not _is_read_only(session, -1):
        session.subscriptions["binds"] = wish and session.client_id == 0
    if not session.subscriptions.get("binds"):
        return
    for order in list(session.hub.broker.orders.values()):
        if order.client_id == 0 and order.order_id <= 0 and not order.is_done:
            bind(session, order)
            say_open(session, order)
            say_status(session, order)


def bind(session: Session, order: BrokerOrder) -> None:
    """Tell client 0 under which id it may change an order of TWS itself."""
    session.hub.broker.bind(order)
    session.say("orderBound", order.perm_id, 0, order.order_id, ref=order.ref)


def completed_orders(session: Session, fields: Fields) -> None:
    api_only = fields.flag()
    if _is_read_only(session, -1):
        return
    broker = session.hub.broker
    for order in list(broker.orders.values()):
        by_hand = order.order_id <= 0
        if not order.is_done or not order.completed_at or (api_only and by_hand):
            continue
        parent = broker.find(order.client_id, order.terms.parent_id)
        parent_perm_id = parent.perm_id if order.terms.parent_id and parent else 0
        said = completed_order(order, session.version, parent_perm_id)
        session.say("completedOrder", *said, ref=order.ref)
    session.say("completedOrdersEnd")


def executions(session: Session, fields: Fields) -> None:
    """Since midnight at the broker, with their commissions; filters as the client sets them."""
    fields.integer()
    request_id = fields.integer()
    client_id, account, since, symbol, sec_type, exchange, side = fields.texts(7)
    for fill in list(session.hub.broker.executions):
        when = when_text(fill.at, session.house.time_style)
        if (
            int(client_id or 0) in (0, fill.client_id)
            and account in ("", fill.account)
            and symbol in ("", fill.listing.symbol)
            and sec_type in ("", fill.listing.sec_type)
            and exchange in ("", fill.exchange)
            and side in ("", fill.side, {"BOT": "BUY", "SLD": "SELL"}[fill.side])
            and _stamp(when) >= _stamp(since)
        ):
            said = exec_details(fill, request_id, when, session.version)
            session.say("execDetails", *said, ref=fill.ref)
            session.say("commissionReport", *commission_report(fill), ref=fill.ref)
    session.say("execDetailsEnd", 1, request_id)


def _stamp(text: str) -> str:
    """Only the digits of a time: they sort."""
    return "".join(filter(str.isdigit, text))[:14]


def ids(session: Session, fields: Fields) -> None:
    session.say("nextValidId", 1, session.hub.broker.next_id(session.client_id))


# ── what the broker says by itself ─────────────────────────────────────────────────────────────


def say_open(session: Session, order: BrokerOrder, margins: tuple[str, ...] = NO_MARGINS) -> None:
    session.say("openOrder", *open_order(order, session.version, margins), ref=order.ref)


def say_status(session: Session, order: BrokerOrder) -> None:
    session.say("orderStatus", *order_status(order), ref=order.ref)


def say_execution(session: Session, fill: Execution) -> None:
    when = when_text(fill.at, session.house.time_style)
    said = exec_details(fill, LIVE, when, session.version)
    session.say("execDetails", *said, ref=fill.ref)


def route(sessions: list[Session], notice: Notice) -> None:
    """Owners hear of their orders, whoever asked for positions hears of them."""
    for session in list(sessions):
        match notice:
            case Opened(order, margins) if _hears(session, order):
                if order.order_id == 0 and order.perm_id:
                    bind(session, order)
                say_open(session, order, margins or NO_MARGINS)
            case Stated(order) if _hears(session, order):
                say_status(session, order)
            case Executed(fill) if _hears(session, fill):
                say_execution(session, fill)
            case Charged(fill) if _hears(session, fill):
                session.say("commissionReport", *commission_report(fill), ref=fill.ref)
            case Failed() if notice.client_id == session.client_id:
                session.error(
                    notice.order_id, notice.code, notice.text, notice.json, ref=notice.ref
                )
            case Held():
                position_changed(session, notice)


def _hears(session: Session, subject: BrokerOrder | Execution) -> bool:
    if subject.client_id == 0 and subject.order_id <= 0:
        return bool(session.subscriptions.get("binds"))
    return subject.client_id == session.client_id


HANDLERS = {
    "placeOrder": place_order,
    "cancelOrder": cancel_order,
    "reqGlobalCancel": global_cancel,
    "reqOpenOrders": open_orders,
    "reqAllOpenOrders": all_open_orders,
    "reqAutoOpenOrders": auto_open_orders,
    "reqCompletedOrders": completed_orders,
    "reqExecutions": executions,
    "reqIds": ids,
}
